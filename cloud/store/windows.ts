import type { Quality } from "@weir/wire/sample.ts";
import type { Bucket } from "./store.ts";

type Reading = { readonly at: number; readonly value: number | null; readonly quality: Quality };

/** Readings in ascending time → one Bucket per window that holds any. Windows start at multiples of everyMs since the epoch. Pure. */
export function windowsOf(readings: Iterable<Reading>, everyMs: number): readonly Bucket[] {
  const buckets: Bucket[] = [];
  let open = { at: Number.NaN, sum: 0, min: 0, max: 0, last: 0, count: 0, uncertain: 0, bad: 0 };
  const close = () => {
    if (Number.isNaN(open.at)) return;
    const { sum, ...rest } = open;
    buckets.push(
      rest.count === 0
        ? { ...rest, mean: null, min: null, max: null, last: null }
        : { ...rest, mean: sum / rest.count },
    );
  };
  for (const { at, value, quality } of readings) {
    const start = Math.floor(at / everyMs) * everyMs;
    if (start !== open.at) {
      close();
      open = { at: start, sum: 0, min: Infinity, max: -Infinity, last: 0, count: 0, uncertain: 0, bad: 0 };
    }
    if (value === null) {
      open.bad++;
      continue;
    }
    open.count++;
    open.sum += value;
    open.last = value;
    if (value < open.min) open.min = value;
    if (value > open.max) open.max = value;
    if (quality === "uncertain") open.uncertain++;
  }
  close();
  return buckets;
}
