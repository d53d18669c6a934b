import type { Limit } from "./limits/limit.ts";
import { exceeds } from "./limits.ts";

export type Reading = { readonly at: number; readonly value: number };

export type Forecast =
  /** Beyond the limit already. */
  | { readonly kind: "over"; readonly perHour?: number }
  /** On its way: ms from the last reading, by the straight line; earliest and latest by twice the slope's standard error. */
  | {
      readonly kind: "approaching";
      readonly perHour: number;
      readonly inMs: number;
      readonly earliestMs: number;
      readonly latestMs: number;
    }
  /** A trend, but away from the limit. */
  | { readonly kind: "leaving"; readonly perHour: number }
  /** No honest answer, and why. */
  | { readonly kind: "cannot tell"; readonly why: string };

const hourMs = 3_600_000;

/** Least-squares line through readings: value per ms, its standard error, and the line's value at the last reading. Pure. */
export function lineOf(
  readings: readonly Reading[],
): { readonly slope: number; readonly error: number; readonly last: number } | undefined {
  const n = readings.length;
  if (n < 3) return undefined;
  const meanAt = readings.reduce((sum, { at }) => sum + at, 0) / n;
  const meanValue = readings.reduce((sum, { value }) => sum + value, 0) / n;
  let sxx = 0;
  let sxy = 0;
  for (const { at, value } of readings) {
    sxx += (at - meanAt) ** 2;
    sxy += (at - meanAt) * (value - meanValue);
  }
  if (sxx === 0) return undefined;
  const slope = sxy / sxx;
  const residual = readings.reduce((sum, { at, value }) => sum + (value - meanValue - slope * (at - meanAt)) ** 2, 0);
  const lastAt = Math.max(...readings.map(({ at }) => at));
  return { slope, error: Math.sqrt(residual / (n - 2) / sxx), last: meanValue + slope * (lastAt - meanAt) };
}

/**
 * When a quantity will reach a limit if it goes on as it does. Readings without a number are left out.
 * Says "cannot tell" with fewer than 5 readings, when the slope is within twice its own error of standing still, and when the
 * limit is further off than the readings reach back four times over: nobody should act on that. Pure.
 */
export function timeToLimit(readings: readonly Reading[], limit: Pick<Limit, "side" | "value">): Forecast {
  const known = readings.filter(({ value }) => Number.isFinite(value)).sort((a, b) => a.at - b.at);
  const newest = known.at(-1);
  if (!newest) return { kind: "cannot tell", why: "there is no reading" };
  if (exceeds(limit, newest.value)) return { kind: "over" };
  if (known.length < 5) return { kind: "cannot tell", why: `${known.length} readings; 5 are the least` };
  const line = lineOf(known);
  if (!line) return { kind: "cannot tell", why: "all readings are of one instant" };
  const { slope, error, last } = line;
  if (Math.abs(slope) <= 2 * error) return { kind: "cannot tell", why: "it stands still within its own scatter" };
  const perHour = slope * hourMs;
  const towards = limit.side === "max" ? slope > 0 : slope < 0;
  if (!towards) return { kind: "leaving", perHour };
  const left = Math.abs(limit.value - last);
  const [inMs, earliestMs, latestMs] = [0, 2, -2].map((errors) => left / (Math.abs(slope) + errors * error)) as [
    number,
    number,
    number,
  ];
  const span = newest.at - known[0]!.at;
  if (inMs > 4 * span) return { kind: "cannot tell", why: "the limit is further off than these readings can tell" };
  return { kind: "approaching", perHour, inMs, earliestMs, latestMs };
}
