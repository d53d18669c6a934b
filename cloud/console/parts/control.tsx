import { infoOf } from "@weir/wire/quantities.ts";
import { useEffect, useState } from "preact/hooks";
import type { Command, Device, Reading } from "../../api/answers.ts";
import { askCommands, sendCommand } from "../ask.ts";
import { useLanguage } from "../context.ts";
import { formatAge } from "../model/age.ts";
import { nameMetric, nameOf, showValue } from "../model/number.ts";
import { outcomeText } from "../model/outcome.ts";
import { Failure } from "./notice.tsx";
import { Age, Value } from "./reading.tsx";

type Props = { readonly device: Device; readonly readings: readonly Reading[]; readonly now: number };

/** The writable points of a device. Every write is asked back once, then answered with what the point holds. */
export function Control({ device, readings, now }: Props) {
  const { language, say } = useLanguage();
  const [commands, setCommands] = useState<readonly Command[]>([]);
  const load = () =>
    askCommands(device.site, device.device).then(
      (answer) => setCommands(answer.commands),
      () => {},
    );
  useEffect(() => void load(), [device.site, device.device]);
  return (
    <section class="panel control">
      <h2>{say("control")}</h2>
      {device.writable.map((point) => (
        <Point
          key={point.metric}
          point={point}
          device={device}
          reading={readings.find(({ metric }) => metric === point.metric)}
          now={now}
          onDone={load}
        />
      ))}
      {commands.length > 0 && (
        <>
          <h3>{say("recentCommands")}</h3>
          <ul class="commands">
            {commands.map((command) => (
              <li key={command.id}>
                <Outcome command={command} device={device} />
                <small>
                  {say("ago", { age: formatAge(now - command.sentAt, language) })}
                  {command.by && ` · ${command.by}`}
                </small>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

type PointProps = {
  readonly point: Device["writable"][number];
  readonly device: Device;
  readonly reading: Reading | undefined;
  readonly now: number;
  readonly onDone: () => void;
};

function Point({ point: { metric, min, max }, device, reading, now, onDone }: PointProps) {
  const { language, say } = useLanguage();
  const info = infoOf(metric);
  const states = device.states[metric];
  const [typed, setTyped] = useState("");
  const [asked, setAsked] = useState<number>();
  const [waiting, setWaiting] = useState(false);
  const [why, setWhy] = useState("");
  const show = (value: number) => {
    const { text, unit } = showValue(value, info, states, language);
    return unit === "" ? text : `${text} ${unit}`;
  };
  const choices = choicesOf(states, info?.kind === "state", min, max);
  const write = async (value: number) => {
    setAsked(undefined);
    setWaiting(true);
    setWhy("");
    try {
      await sendCommand({ site: device.site, device: device.device, metric, value });
    } catch (error) {
      setWhy(error instanceof Error ? error.message : String(error));
    }
    setWaiting(false);
    onDone();
  };
  const value = Number(typed);
  const fits = typed.trim() !== "" && value >= min && value <= max;

  return (
    <div class="point">
      <p>
        <b>{nameMetric(metric, info, language)}</b>
        {reading && (
          <span>
            {say("controlNow")} <Value reading={reading} device={device} now={now} />{" "}
            <Age reading={reading} now={now} />
          </span>
        )}
      </p>
      {waiting ? (
        <p class="loading">{say("writing")}</p>
      ) : asked !== undefined ? (
        <p class="confirm">
          {say("writeAsk", { value: show(asked), device: nameOf(device.title, device.device, language) })}
          <button type="button" class="primary" onClick={() => void write(asked)}>
            {say("write")}
          </button>
          <button type="button" onClick={() => setAsked(undefined)}>
            {say("cancel")}
          </button>
        </p>
      ) : choices ? (
        <div class="choices">
          {choices.map((each) => (
            <button key={each} type="button" aria-pressed={reading?.value === each} onClick={() => setAsked(each)}>
              {show(each)}
            </button>
          ))}
        </div>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (fits) setAsked(value);
          }}
        >
          <input
            type="number"
            step="any"
            min={min}
            max={max}
            value={typed}
            aria-label={nameMetric(metric, info, language)}
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          />
          <span>{info?.display}</span>
          <button type="submit" disabled={!fits}>
            {say("write")}
          </button>
          <small>{say("limits", { min, max })}</small>
        </form>
      )}
      {why !== "" && <Failure why={why} />}
    </div>
  );
}

/** The few values that a state may be given, or undefined when it is to be typed. */
function choicesOf(
  states: Device["states"][string] | undefined,
  isState: boolean,
  min: number,
  max: number,
): number[] | undefined {
  const named = Object.keys(states ?? {})
    .map(Number)
    .filter((value) => value >= min && value <= max);
  if (named.length > 0) return named;
  return isState && Number.isInteger(min) && max - min < 4
    ? Array.from({ length: max - min + 1 }, (_, index) => min + index)
    : undefined;
}

function Outcome({ command, device }: { readonly command: Command; readonly device: Device }) {
  const { language } = useLanguage();
  const info = infoOf(command.metric);
  const show = (value: number | null) => {
    if (value === null) return "–";
    const { text, unit } = showValue(value, info, device.states[command.metric], language);
    return unit === "" ? text : `${text} ${unit}`;
  };
  const told = outcomeText(command, show(command.readBack), language);
  return (
    <span class={`outcome of-${command.state}`}>
      {nameMetric(command.metric, info, language)} → {show(command.value)}: {told}
    </span>
  );
}
