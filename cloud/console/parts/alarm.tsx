import { useState } from "preact/hooks";
import type { Alarm } from "../../api/answers.ts";
import { acknowledgeAlarm } from "../ask.ts";
import { keyOf } from "../city.ts";
import { useAlarms, useCity, useLanguage, useNow } from "../context.ts";
import { formatAge, formatTime } from "../model/age.ts";
import { isActive, orderAlarms, type Severity, severityOf } from "../model/alarm.ts";
import { nameOf } from "../model/number.ts";
import { formatRoute } from "../model/route.ts";
import { Failure } from "./notice.tsx";

/** How grave, by shape, colour and word: cross in an octagon critical, triangle warning, disc information, ring none. */
export function SeverityMark({ of }: { readonly of: Severity }) {
  const { say } = useLanguage();
  return (
    <span class={`severity of-${of}`}>
      <svg viewBox="0 0 14 14" aria-hidden="true">
        {shapes[of]}
      </svg>
      {say(`severity_${of}`)}
    </span>
  );
}

const shapes = {
  critical: (
    <>
      <path d="M4.300 .6h5.400l3.700 3.700v5.400l-3.700 3.700H4.300L.6 9.700V4.300Z" fill="currentColor" />
      <path d="M4.600 4.600l4.800 4.800M9.400 4.600 4.600 9.400" class="in-mark" />
    </>
  ),
  warning: <path d="M7 1.200 13.400 12.600H.6Z" fill="currentColor" />,
  info: <circle cx="7" cy="7" r="4.500" fill="currentColor" />,
  none: <circle cx="7" cy="7" r="4.500" fill="none" stroke="currentColor" stroke-width="1.600" />,
} as const;

/** Where it is: the device as people call it, with its site. */
function Place({ alarm: { site, device } }: { readonly alarm: Alarm }) {
  const city = useCity();
  const { language } = useLanguage();
  const known = city.devices.get(keyOf(site, device));
  if (site === "" && device === "") return null;
  return (
    <span class="alarm-place">
      {known ? (
        <a href={formatRoute({ page: "device", site, device })}>{nameOf(known.title, device, language)}</a>
      ) : (
        device
      )}{" "}
      <small>{site}</small>
    </span>
  );
}

/** One alarm: what, where, since when, how grave, who knows of it, and where to look further. */
export function AlarmRow({ alarm, onChange }: { readonly alarm: Alarm; readonly onChange: (alarm: Alarm) => void }) {
  const { language, say } = useLanguage();
  const now = useNow();
  const { state, startedAt, endedAt, heardAt, acknowledged, links } = alarm;
  const age = (at: number) => formatAge(now - at, language);
  const time = (at: number) => formatTime(at, now, language);
  return (
    <li class={`alarm of-${severityOf(alarm)} ${isActive(alarm) ? "" : "is-over"}`}>
      <div class="alarm-what">
        <h3>{alarm.title[language]}</h3>
        <Place alarm={alarm} />
        {alarm.text[language] !== "" && <p>{alarm.text[language]}</p>}
        <p class="alarm-links">
          {(["panel", "dashboard", "rule", "silence", "runbook"] as const).map(
            (each) =>
              links[each] !== undefined &&
              !(each === "dashboard" && links.panel !== undefined) && (
                <a key={each} href={links[each]} target="_blank" rel="noreferrer">
                  {say(`link_${each}`)}
                </a>
              ),
          )}
        </p>
      </div>
      <div class="alarm-how">
        <SeverityMark of={severityOf(alarm)} />
        <b>{say(`alarm_${state}`)}</b>
        <time class="age">
          {endedAt === null
            ? say("alarmSince", { age: age(startedAt), time: time(startedAt) })
            : say("alarmOver", { age: formatAge(endedAt - startedAt, language), time: time(endedAt) })}
        </time>
        {endedAt === null && <small>{say("alarmHeard", { age: age(heardAt) })}</small>}
        {acknowledged && (
          <small>
            {say("alarmBy", { by: acknowledged.by, age: age(acknowledged.at) })}
            {acknowledged.comment !== "" && `: ${acknowledged.comment}`}
          </small>
        )}
      </div>
      {acknowledged === null && <Acknowledge alarm={alarm} onChange={onChange} />}
    </li>
  );
}

function Acknowledge({ alarm, onChange }: { readonly alarm: Alarm; readonly onChange: (alarm: Alarm) => void }) {
  const city = useCity();
  const { say } = useLanguage();
  const [asking, setAsking] = useState(false);
  const [comment, setComment] = useState("");
  const [why, setWhy] = useState("");
  if (city.session?.access !== "operate") return null;
  if (!asking)
    return (
      <div class="alarm-do">
        <button type="button" onClick={() => setAsking(true)}>
          {say("acknowledge")}
        </button>
      </div>
    );
  const send = () =>
    acknowledgeAlarm(alarm.id, comment).then(
      (answer) => onChange(answer.alarm),
      (error: unknown) => setWhy(error instanceof Error ? error.message : String(error)),
    );
  return (
    <form
      class="alarm-do is-asking"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <input
        value={comment}
        maxLength={500}
        placeholder={say("alarmComment")}
        aria-label={say("alarmComment")}
        onInput={({ currentTarget }) => setComment(currentTarget.value)}
      />
      <button type="submit" class="primary">
        {say("acknowledge")}
      </button>
      <button type="button" class="plain" onClick={() => setAsking(false)}>
        {say("cancel")}
      </button>
      {why !== "" && <Failure why={why} />}
    </form>
  );
}

const shownOnOverview = 3;

/** The gravest active alarms, in short; nothing while there is none. */
export function ActiveAlarms() {
  const open = useAlarms();
  const { language, say } = useLanguage();
  const now = useNow();
  const active = orderAlarms(open?.alarms ?? []).filter(isActive);
  if (active.length === 0) return null;
  return (
    <section class={`active-alarms of-${severityOf(active[0]!)}`} aria-label={say("alarms")}>
      <a href="#/alarms">
        <b>{say("alarmsActive", { n: active.length })}</b>
      </a>
      <ul>
        {active.slice(0, shownOnOverview).map((alarm) => (
          <li key={alarm.id}>
            <SeverityMark of={severityOf(alarm)} /> <span>{alarm.title[language]}</span> <Place alarm={alarm} />{" "}
            <time class="age">{formatAge(now - alarm.startedAt, language)}</time>
          </li>
        ))}
      </ul>
      {active.length > shownOnOverview && <a href="#/alarms">{say("allAlarms")}</a>}
    </section>
  );
}
