import { validity } from "@weir/alarms/limits/ambient-air.ts";
import type { Bucket } from "../store/store.ts";

export const minuteMs = 60_000;
export const hourMs = 3_600_000;

export type HourMean = { readonly mean: number; readonly uncertain: boolean };

/**
 * Mean of an hour from buckets of one minute, those of a while before it included: the mean of its minutes. Instruments report by exception, so
 * a minute without a reading has that of the minute before, for as long as the instrument may keep silent (carryMs); a bad reading ends that.
 * undefined with fewer than 45 minutes: GB 3095, validity of data. Pure.
 */
export function hourMean(
  buckets: readonly Bucket[],
  { hour, carryMs }: { hour: number; carryMs: number },
): HourMean | undefined {
  const byMinute = new Map(buckets.map((bucket) => [bucket.at, bucket]));
  let last: { value: number; uncertain: boolean; until: number } | undefined;
  let [minutes, sum, uncertain] = [0, 0, false];
  for (let at = hour - Math.ceil(carryMs / minuteMs) * minuteMs; at < hour + hourMs; at += minuteMs) {
    const bucket = byMinute.get(at);
    if (bucket && bucket.count > 0)
      last = { value: bucket.last!, uncertain: bucket.uncertain > 0, until: at + Math.max(minuteMs, carryMs) };
    else if (bucket && bucket.bad > 0) last = undefined;
    if (at < hour || last === undefined || at >= last.until) continue;
    minutes++;
    sum += bucket?.mean ?? last.value;
    uncertain ||= last.uncertain;
  }
  return minutes < validity.hour.minutes ? undefined : { mean: sum / minutes, uncertain };
}
