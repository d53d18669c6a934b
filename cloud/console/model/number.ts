import type { QuantityInfo } from "@weir/wire/quantities.ts";
import type { Device } from "../../api/answers.ts";
import { formatAge } from "./age.ts";
import type { Both, Language } from "./language.ts";

export type Shown = { readonly text: string; readonly unit: string };

const byteUnits = ["B", "kB", "MB", "GB", "TB"];

/** A plain number with as many digits as an instrument of that size usually means. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 10_000 || Number.isInteger(value) ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 3;
  if (value !== 0 && size < 0.001) return value.toPrecision(2);
  return new Intl.NumberFormat("en-US", {
    minimumFractionDigits: Math.min(digits, size >= 1 ? digits : 0),
    maximumFractionDigits: digits,
  }).format(value);
}

/** A value as people read it: state names instead of their numbers, the word state before a number nobody named, bytes and long durations in their usual units. */
export function showValue(
  value: number,
  info: QuantityInfo | undefined,
  states: Readonly<Record<string, Both>> | undefined,
  language: Language,
): Shown {
  const state = states?.[String(value)] ?? info?.states?.[value];
  if (state) return { text: state[language], unit: "" };
  if (info?.unit === "By") {
    const power = Math.min(byteUnits.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, Math.abs(value))) / 3)));
    return { text: formatNumber(value / 1000 ** power), unit: byteUnits[power]! };
  }
  if (info?.unit === "s" && Math.abs(value) >= 60) return { text: formatAge(value * 1000, language), unit: "" };
  if (info?.kind === "state" && info.plausible[0] === 0 && info.plausible[1] === 1 && (value === 0 || value === 1))
    return { text: { en: ["no", "yes"], zh: ["否", "是"] }[language][value]!, unit: "" };
  if (info?.kind === "state" && !/\bcode$/.test(info.en))
    return { text: `${{ en: "state", zh: "状态" }[language]} ${formatNumber(value)}`, unit: "" };
  if (info?.unit === "%" && value > 0 && value < 0.01) return { text: "< 0.01", unit: "%" };
  return { text: formatNumber(value), unit: info?.display ?? "" };
}

/** What a metric is called: the quantity's name, with the channel where there is one; the raw name when the vocabulary has none. */
export function nameMetric(metric: string, info: QuantityInfo | undefined, language: Language): string {
  const slash = metric.indexOf("/");
  if (!info) return metric;
  const channel = metric.slice(slash + 1);
  return slash < 0 ? info[language] : `${info[language]} ${channel.length <= 3 ? channel.toUpperCase() : channel}`;
}

/** What people call a place: its title in the reader's language, else its id. */
export function nameOf(title: Both | null | undefined, id: string, language: Language): string {
  return title?.[language] ?? id;
}

/** What a device is: its profile's name, else its model, else its kind. */
export function nameKind({ names, model, kind }: Pick<Device, "names" | "model" | "kind">, language: Language): string {
  return names?.[language] ?? model ?? kind;
}
