import { infoOf } from "@weir/wire/quantities.ts";
import { localDate } from "./dates.ts";
import { ambientAir } from "./limits/ambient-air.ts";
import { drinkingWater } from "./limits/drinking-water.ts";
import { gas } from "./limits/gas.ts";
import type { Limit } from "./limits/limit.ts";
import { noise } from "./limits/noise.ts";
import { operator } from "./limits/operator.ts";
import { outlet } from "./limits/outlet.ts";
import { surfaceWater } from "./limits/surface-water.ts";

/** Every limit that readings are held against, all editions. Panels, alert rules and evaluators take their figures from here only. */
export const limits: readonly Limit[] = [
  ...surfaceWater,
  ...drinkingWater,
  ...outlet,
  ...ambientAir,
  ...noise,
  ...gas,
  ...operator,
];

export type LimitQuery = Partial<Pick<Limit, "object" | "grade" | "quantity" | "side" | "period" | "severity">>;

/** The limits in force at an instant (epoch ms, judged by the local date) that are as asked, in the order of the table. Pure. */
export function limitsInForce(at: number, query: LimitQuery = {}, from: readonly Limit[] = limits): readonly Limit[] {
  const date = localDate(at);
  const wanted = Object.entries(query);
  return from.filter(
    (limit) =>
      limit.from <= date &&
      (limit.to === undefined || date <= limit.to) &&
      wanted.every(([key, value]) => limit[key as keyof LimitQuery] === value),
  );
}

/** The one limit in force that is as asked. Throws a RangeError that names what was found when there is none, or more than one. */
export function limitInForce(at: number, query: LimitQuery): Limit {
  const found = limitsInForce(at, query);
  if (found.length === 1) return found[0]!;
  const names = found.map(({ id }) => id).join(", ") || "none";
  throw new RangeError(`one limit was expected for ${JSON.stringify(query)} on ${localDate(at)}; there are: ${names}`);
}

/** True when a value is beyond the limit, on its side; the limit itself is within. */
export function exceeds(limit: Pick<Limit, "side" | "value">, value: number): boolean {
  return limit.side === "max" ? value > limit.value : value < limit.value;
}

/** First local date after an instant on which a limit begins or one ends: what was derived from the table is then derived anew. */
export function nextChange(at: number, from: readonly Limit[] = limits): string | undefined {
  const date = localDate(at);
  const dates = from.flatMap((limit) => [limit.from, ...(limit.to === undefined ? [] : [dayAfter(limit.to)])]);
  return dates.filter((each) => each > date).sort()[0];
}

/** All that is wrong with a table of limits, one sentence each, beginning with the limit's id. Pure. */
export function faultsOfLimits(table: readonly Limit[]): readonly string[] {
  return [...table.flatMap(faultsOf), ...table.flatMap((limit, n) => clashes(limit, table.slice(0, n)))];
}

function faultsOf(limit: Limit): readonly string[] {
  const faults: string[] = [];
  const say = (what: string) => faults.push(`${limit.id}: ${what}`);
  const info = infoOf(limit.quantity);
  for (const key of ["id", "standard", "clause", "source", "en", "zh"] as const)
    if (limit[key].trim() === "") say(`${key} is missing; say ${whatBelongs[key]}`);
  if (limit.unconfirmed && (limit.unconfirmed.en === "" || limit.unconfirmed.zh === ""))
    say("unconfirmed is empty; say what nobody has read yet, in both languages");
  if (!info) say(`quantity ${limit.quantity} is not in the vocabulary; add it to wire/quantities/, or name one of it`);
  else if (limit.unit !== info.unit)
    say(`unit ${limit.unit}, but ${limit.quantity} is in ${info.unit}; convert the figure`);
  else if (!(limit.value >= info.plausible[0] && limit.value <= info.plausible[1]))
    say(
      `${limit.value} ${limit.unit} is outside what is plausible for ${limit.quantity}: ${info.plausible.join(" to ")}`,
    );
  for (const date of [limit.from, limit.to])
    if (date !== undefined && !isDate(date)) say(`${date} is not a date; write YYYY-MM-DD`);
  if (limit.to !== undefined && limit.to < limit.from) say(`ends ${limit.to}, before it begins ${limit.from}`);
  return faults;
}

const whatBelongs = {
  id: "a lasting name",
  standard: "number and year, or operator",
  clause: "where in the standard the figure stands",
  source: "where the figure was read",
  en: "what it is, in English",
  zh: "what it is, in Chinese",
} as const;

const identity = ["object", "grade", "quantity", "side", "period"] as const;

function clashes(limit: Limit, before: readonly Limit[]): readonly string[] {
  return before.flatMap((other) => {
    if (other.id === limit.id) return [`${limit.id}: this id stands twice`];
    if (identity.some((key) => other[key] !== limit[key])) return [];
    if (limit.from > (other.to ?? "9999") || other.from > (limit.to ?? "9999")) return [];
    return [
      `${limit.id}: in force ${limit.from} to ${limit.to ?? "now"} beside ${other.id} (${other.from} to ${other.to ?? "now"}); end one before the other begins`,
    ];
  });
}

const dayMs = 86_400_000;

function isDate(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

function dayAfter(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + dayMs).toISOString().slice(0, 10);
}
