import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Delivered, Gap } from "../../api/answers.ts";
import { askDeviceDelivery, askGatewayDelivery, type Calendar } from "../ask.ts";
import { keyOf } from "../city.ts";
import { after } from "../clock.ts";
import { useCity, useLanguage } from "../context.ts";
import { formatAge, formatTime } from "../model/age.ts";
import { partsOf, ratesOf, shares, worstOf } from "../model/delivery.ts";
import type { Language } from "../model/language.ts";
import { nameOf } from "../model/number.ts";
import { formatRoute } from "../model/route.ts";
import type { Say } from "../model/words.ts";
import { Failure } from "./notice.tsx";

const everyMs = 60_000;
const minuteMs = 60_000;

/** What `load` answers, anew each minute while the page is open, or why it does not. */
export function useDelivery<T>(
  load: () => Promise<T>,
  key: string,
): { readonly answer: T | undefined; readonly why: string } {
  const [answer, setAnswer] = useState<T>();
  const [why, setWhy] = useState("");
  useEffect(() => {
    let cancel = () => {};
    let gone = false;
    const turn = async () => {
      const told = await load().then(
        (loaded) => {
          if (!gone) setAnswer(loaded);
          return "";
        },
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      if (gone) return;
      setWhy(told);
      cancel = after(everyMs, () => void turn());
    };
    void turn();
    return () => {
      gone = true;
      cancel();
    };
  }, [key]);
  return { answer, why };
}

/** Thirty days as thirty columns: what came on time, late, was refused, is missing. Colour, pattern and a letter say the same. */
export function DayStrip({ dates, days }: { readonly dates: readonly string[]; readonly days: readonly Delivered[] }) {
  const { language, say } = useLanguage();
  return (
    <ol class="days">
      {dates.map((date, index) => {
        const day = days[index] ?? null;
        const worst = day && worstOf(day);
        return (
          <li key={date} class={day ? "" : "is-unknown"} title={titleOf(date, day, language, say)}>
            <span>
              {day &&
                partsOf(day).map(({ share, percent }) => (
                  <i key={share} class={`of-${share}`} style={{ height: `${percent}%` }} />
                ))}
            </span>
            <small aria-hidden="true">{worst ? say(`${worst}Letter`) : ""}</small>
          </li>
        );
      })}
    </ol>
  );
}

function titleOf(date: string, day: Delivered, language: Language, say: Say): string {
  if (!day) return say("dayUnknown", { date });
  const { completeness, validity, expected, late, missing, rejected } = day;
  const span = (minutes: number) => formatAge(minutes * minuteMs, language);
  return say("dayTitle", {
    ...{ date, completeness, expected: span(expected), late: span(late), missing: span(missing) },
    ...{ rejected: span(rejected), validity: validity === null ? "–" : `${validity} %` },
  });
}

/** One line: who, thirty days, the two rates over them. */
export function DeliveryRow({
  name,
  dates,
  days,
}: {
  readonly name: ComponentChildren;
  readonly dates: readonly string[];
  readonly days: readonly Delivered[];
}) {
  const { say } = useLanguage();
  const rates = ratesOf(days);
  const percent = (value: number | undefined) => (value === undefined ? "–" : `${value} %`);
  return (
    <div class="deliveryrow">
      <div class="who">{name}</div>
      <DayStrip dates={dates} days={days} />
      <dl>
        <div>
          <dt>{say("completeness")}</dt>
          <dd>{percent(rates?.completeness)}</dd>
        </div>
        <div>
          <dt>{say("validity")}</dt>
          <dd>{percent(rates?.validity)}</dd>
        </div>
      </dl>
    </div>
  );
}

/** What the columns mean, from when to when they go, and how old they are. */
export function DeliveryLegend({ calendar, now }: { readonly calendar: Calendar; readonly now: number }) {
  const { language, say } = useLanguage();
  const letters = {
    onTime: "",
    late: say("lateLetter"),
    rejected: say("rejectedLetter"),
    missing: say("missingLetter"),
  };
  return (
    <footer class="deliverylegend">
      <ul class="legend">
        {shares.map((share) => (
          <li key={share}>
            <i class={`key of-${share}`} />
            {say(share)}
            {letters[share] && <b>{letters[share]}</b>}
          </li>
        ))}
        <li>
          <i class="key is-unknown" />
          {say("unknownDay")}
        </li>
      </ul>
      <small>
        {calendar.dates[0]} – {calendar.dates.at(-1)};{" "}
        <time class="age">
          {say("deliveryAsOf", { age: formatAge(now - calendar.at, language), zone: calendar.timeZone })}
        </time>
      </small>
      <small>{say("dayHelp")}</small>
    </footer>
  );
}

/** A gateway's thirty days, and those of each of its devices. */
export function GatewayDelivery({
  site,
  gateway,
  now,
}: {
  readonly site: string;
  readonly gateway: string;
  readonly now: number;
}) {
  const city = useCity();
  const { language, say } = useLanguage();
  const { answer, why } = useDelivery(() => askGatewayDelivery(site, gateway), keyOf(site, gateway));
  return (
    <section class="panel delivery">
      <h2>{say("delivery30")}</h2>
      {why !== "" && <Failure why={why} />}
      {answer && answer.devices.length === 0 && <p>{say("deliveryNone")}</p>}
      {answer && answer.devices.length > 0 && (
        <>
          <DeliveryRow name={<b>{say("countDevices", { n: answer.devices.length })}</b>} {...answer} />
          <details>
            <summary>{say("deliveryOfDevices")}</summary>
            {answer.devices.map(({ device, days }) => (
              <DeliveryRow
                key={device}
                name={
                  <a href={formatRoute({ page: "device", site, device })}>
                    {nameOf(city.devices.get(keyOf(site, device))?.title, device, language)}
                  </a>
                }
                dates={answer.dates}
                days={days}
              />
            ))}
          </details>
          <DeliveryLegend calendar={answer} now={now} />
        </>
      )}
    </section>
  );
}

const shownGaps = 20;

/** A device's thirty days, and when something did not arrive or came late. */
export function DeviceDelivery({
  site,
  device,
  now,
}: {
  readonly site: string;
  readonly device: string;
  readonly now: number;
}) {
  const { say } = useLanguage();
  const { answer, why } = useDelivery(() => askDeviceDelivery(site, device), keyOf(site, device));
  return (
    <section class="panel delivery">
      <h2>{say("delivery30")}</h2>
      {why !== "" && <Failure why={why} />}
      {answer && (
        <>
          <DeliveryRow name={<b>{device}</b>} {...answer} />
          {answer.gaps.length === 0 ? (
            <p>{say("gapsNone")}</p>
          ) : (
            <details>
              <summary>{say("gaps")}</summary>
              <ul class="rejections">
                {answer.gaps.slice(0, shownGaps).map((gap) => (
                  <GapLine key={`${gap.kind}${gap.from}`} gap={gap} now={now} />
                ))}
              </ul>
              {answer.gaps.length > shownGaps && <small>{say("more", { n: answer.gaps.length - shownGaps })}</small>}
            </details>
          )}
          <DeliveryLegend calendar={answer} now={now} />
        </>
      )}
    </section>
  );
}

function GapLine({ gap: { kind, from, to }, now }: { readonly gap: Gap; readonly now: number }) {
  const { language, say } = useLanguage();
  const time = (at: number) => formatTime(at, now, language);
  return (
    <li>
      <i class={`key of-${kind}`} /> {say(kind)}:{" "}
      {say("gapText", { from: time(from), to: time(to), length: formatAge(to - from, language) })}
    </li>
  );
}
