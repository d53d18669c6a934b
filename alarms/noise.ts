import { localHour } from "./dates.ts";
import type { NoiseArea } from "./limits/noise.ts";
import { nightPeakAbove } from "./limits/noise.ts";
import { limitInForce } from "./limits.ts";

/** Day is 06:00 to 22:00 local time, GB 3096-2008 3.3. */
export function noisePeriod(at: number): "daytime" | "night" {
  const hour = localHour(at);
  return hour >= 6 && hour < 22 ? "daytime" : "night";
}

/** Equivalent level of levels that lasted equally long, dB(A): the mean of their energy. undefined without any. Pure. */
export function equivalentLevel(levels: readonly number[]): number | undefined {
  if (levels.length === 0) return undefined;
  return 10 * Math.log10(levels.reduce((sum, level) => sum + 10 ** (level / 10), 0) / levels.length);
}

/**
 * A level against the limit of its area and time of day. over: dB above the limit, 0 or less when within.
 * peak: a sudden level, which at night may be 15 dB above the limit. Pure.
 */
export function noiseVerdict(
  level: number,
  { area, at, peak = false }: { readonly area: NoiseArea; readonly at: number; readonly peak?: boolean },
): { readonly period: "daytime" | "night"; readonly limit: number; readonly over: number } {
  const period = noisePeriod(at);
  const { value } = limitInForce(at, { object: "noise", grade: area, period });
  const limit = value + (peak && period === "night" ? nightPeakAbove : 0);
  return { period, limit, over: level - limit };
}
