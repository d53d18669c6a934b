import type { Delivered } from "../../api/answers.ts";

export const shares = ["onTime", "late", "rejected", "missing"] as const;
export type Share = (typeof shares)[number];
type Day = NonNullable<Delivered>;

/** The parts of a day in %, in the order they are drawn. What is there at all is at least 6 % high: a minute that is missing shows. Pure. */
export function partsOf(day: Day): readonly { readonly share: Share; readonly percent: number }[] {
  const least = 6;
  const given = shares.filter((share) => day[share] > 0);
  const raw = given.map((share) => Math.max(least, (100 * day[share]) / day.expected));
  const excess = raw.reduce((sum, percent) => sum + percent, 0) - 100;
  const largest = raw.indexOf(Math.max(...raw));
  return given.map((share, index) => ({ share, percent: raw[index]! - (index === largest ? excess : 0) }));
}

/** What is wrong with a day, the worst first; undefined for one that is complete and came on time. Pure. */
export function worstOf(day: Day): Exclude<Share, "onTime"> | undefined {
  return (["missing", "rejected", "late"] as const).find((share) => day[share] > 0);
}

/** The rates of several days, weighted by what was expected; undefined when nothing was. Pure. */
export function ratesOf(
  days: readonly Delivered[],
): { completeness: number; validity: number | undefined } | undefined {
  const known = days.filter((day) => day !== null);
  const sum = (of: (day: Day) => number) => known.reduce((total, day) => total + of(day), 0);
  const [expected, arrived] = [sum((day) => day.expected), sum((day) => day.onTime + day.late)];
  if (expected === 0) return undefined;
  const valid = sum((day) => ((day.validity ?? 0) * (day.onTime + day.late)) / 100);
  return {
    completeness: Math.floor((arrived * 10_000) / expected) / 100,
    validity: arrived === 0 ? undefined : Math.floor((valid * 10_000) / arrived + 1e-6) / 100,
  };
}
