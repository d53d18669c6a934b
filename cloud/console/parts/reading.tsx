import { infoOf } from "@weir/wire/quantities.ts";
import type { Device, Reading } from "../../api/answers.ts";
import { freshnessOf } from "../../api/freshness.ts";
import { useLanguage } from "../context.ts";
import { formatAge } from "../model/age.ts";
import { nameMetric, showValue } from "../model/number.ts";
import { Mark } from "./marks.tsx";

type Props = { readonly reading: Reading; readonly device: Device | undefined; readonly now: number };

/** The value with its unit, or that there is none. */
export function Value({ reading, device, now }: Props) {
  const { language, say } = useLanguage();
  const freshness = freshnessOf(reading, now);
  if (reading.value === null) return <span class={`value is-${freshness} is-none`}>{say("noValue")}</span>;
  const { text, unit } = showValue(reading.value, infoOf(reading.metric), device?.states[reading.metric], language);
  return (
    <span class={`value is-${freshness}`}>
      <b>{text}</b>
      {unit && <i>{unit}</i>}
    </span>
  );
}

/** How old the reading is, and what that or its quality means when it is not simply live. */
export function Age({ reading, now }: Omit<Props, "device">) {
  const { language, say } = useLanguage();
  const freshness = freshnessOf(reading, now);
  const age = formatAge(now - reading.at, language);
  return (
    <time
      class={`age is-${freshness}`}
      dateTime={new Date(reading.at).toISOString()}
      title={new Date(reading.at).toLocaleString()}
    >
      {freshness === "stale" ? say("staleFor", { age }) : age}
    </time>
  );
}

/** One reading as a line of a card. */
export function ReadingLine(props: Props) {
  const { language, say } = useLanguage();
  const { reading, now } = props;
  const freshness = freshnessOf(reading, now);
  return (
    <li class={`reading is-${freshness}`}>
      <span class="reading-name">{nameMetric(reading.metric, infoOf(reading.metric), language)}</span>
      <Value {...props} />
      <span class="reading-age">
        {freshness !== "live" && <Mark of={freshness} label={say(freshness)} />}
        <Age reading={reading} now={now} />
      </span>
    </li>
  );
}
