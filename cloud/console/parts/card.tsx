import type { Reading } from "../../api/answers.ts";
import { freshnesses } from "../../api/freshness.ts";
import { useLanguage } from "../context.ts";
import { formatAge } from "../model/age.ts";
import { type Card, countFreshness, type DeviceMark } from "../model/grouping.ts";
import { nameKind, nameOf } from "../model/number.ts";
import { formatRoute } from "../model/route.ts";
import type { Say } from "../model/words.ts";
import { Mark } from "./marks.tsx";
import { ReadingLine } from "./reading.tsx";

const lines = 4;

/** A device in short: what it is, how it is, its first readings. */
export function DeviceCard({ card, now }: { readonly card: Card; readonly now: number }) {
  const { language, say } = useLanguage();
  const { device, readings, mark } = card;
  return (
    <a class={`card is-${mark}`} href={formatRoute({ page: "device", site: device.site, device: device.device })}>
      <header>
        <h4>{nameOf(device.title, device.device, language)}</h4>
        <StateOf card={card} now={now} />
        <p>
          <span>{nameKind(device, language)}</span>
          {device.title && <code>{device.device}</code>}
        </p>
      </header>
      {readings.length === 0 ? (
        <p class="none">{say("noReadings")}</p>
      ) : (
        <ul>
          {readings.slice(0, lines).map((reading) => (
            <ReadingLine key={reading.metric} reading={reading} device={device} now={now} />
          ))}
        </ul>
      )}
      {readings.length > lines && <Hidden readings={readings.slice(lines)} now={now} />}
    </a>
  );
}

/** How many readings are not shown, and whether any of them needs a look. */
function Hidden({ readings, now }: { readonly readings: readonly Reading[]; readonly now: number }) {
  const { say } = useLanguage();
  const counts = countFreshness(readings, now);
  return (
    <footer class="card-more">
      {say("more", { n: readings.length })}
      {freshnesses.map(
        (each) =>
          each !== "live" &&
          counts[each] > 0 && (
            <span key={each} class={`state is-${each}`}>
              <Mark of={each} label="" />
              {counts[each]} {say(each)}
            </span>
          ),
      )}
    </footer>
  );
}

/** How a device is, by shape, colour and words. */
export function StateOf({ card: { device, counts, mark }, now }: { readonly card: Card; readonly now: number }) {
  const { language, say } = useLanguage();
  return (
    <span class={`state is-${mark}`}>
      <Mark of={mark} label="" />
      {tellMark(mark, counts, formatAge(now - device.since, language), say)}
    </span>
  );
}

/** A device's state in words: how long offline, or how many readings are not live. */
function tellMark(mark: DeviceMark, counts: Card["counts"], age: string, say: Say): string {
  if (mark === "offline") return say("offlineFor", { age });
  if (mark === "silent") return say("noReadings");
  if (mark === "live") return say("live");
  return `${counts[mark]} ${say(mark)}`;
}
