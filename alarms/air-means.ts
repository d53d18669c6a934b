import { validity } from "./limits/ambient-air.ts";

/** 1 h means of a day by the hour they begin, 00 to 23; undefined where an hour is not valid. */
export type Hours = readonly (number | undefined)[];

const present = (hours: Hours) => hours.filter((hour): hour is number => hour !== undefined && Number.isFinite(hour));

/** Mean of 24 hours; undefined with fewer than 20 valid ones. GB 3095, validity of data. Pure. */
export function dayMean(hours: Hours): number | undefined {
  return meanOf(hours, validity.day.hours);
}

/** Mean of 8 hours; undefined with fewer than 6 valid ones. */
export function eightHourMean(hours: Hours): number | undefined {
  return meanOf(hours, validity["8h"].hours);
}

/**
 * Largest running 8 h mean of a day, windows wholly within it (ending 08:00 to 24:00). undefined with fewer than 14 valid windows
 * (HJ 663, as quoted in public code), unless what is there is above the limit already: a gap does not make a bad day unknown. Pure.
 */
export function largest8hMean(hours: Hours, limit = Number.POSITIVE_INFINITY): number | undefined {
  const means = Array.from({ length: 17 }, (_, from) => eightHourMean(hours.slice(from, from + 8))).filter(
    (mean) => mean !== undefined,
  );
  if (means.length === 0) return undefined;
  const largest = Math.max(...means);
  return means.length >= 14 || largest > limit ? largest : undefined;
}

function meanOf(hours: Hours, atLeast: number): number | undefined {
  const valid = present(hours);
  return valid.length < atLeast ? undefined : valid.reduce((sum, hour) => sum + hour, 0) / valid.length;
}
