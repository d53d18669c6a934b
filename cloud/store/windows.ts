import type { Quality } from "@weir/wire/sample.ts";
import type { Bucket } from "./store.ts";

type Reading = { readonly at: number; readonly value: number | null; readonly quality: Quality };

/** How long windows are and where they start: at multiples of everyMs less utcOffsetMs. */
export type Grid = { readonly everyMs: number; readonly utcOffsetMs?: number };

/** Readings in ascending time → one Bucket per window that holds any. Pure. */
export function windowsOf(readings: Iterable<Reading>, { everyMs, utcOffsetMs = 0 }: Grid): readonly Bucket[] {
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
    const start = Math.floor((at + utcOffsetMs) / everyMs) * everyMs - utcOffsetMs;
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

/**
 * Buckets of shorter windows in ascending time → buckets of longer ones, as if made of the readings themselves. A window in pieces is put
 * together, so the parts of a range may come from different places. Pure.
 */
export function mergeWindows(pieces: Iterable<Bucket>, { everyMs, utcOffsetMs = 0 }: Grid): readonly Bucket[] {
  const merged: Bucket[] = [];
  for (const piece of pieces) {
    const at = Math.floor((piece.at + utcOffsetMs) / everyMs) * everyMs - utcOffsetMs;
    const open = merged.at(-1);
    if (open?.at === at) merged[merged.length - 1] = joined(open, piece);
    else merged.push({ ...piece, at });
  }
  return merged;
}

function joined(a: Bucket, b: Bucket): Bucket {
  const uncertain = a.uncertain + b.uncertain;
  const bad = a.bad + b.bad;
  if (a.count === 0 || b.count === 0) return { ...(a.count === 0 ? b : a), at: a.at, uncertain, bad };
  const count = a.count + b.count;
  return {
    at: a.at,
    mean: (a.mean! * a.count + b.mean! * b.count) / count,
    min: Math.min(a.min!, b.min!),
    max: Math.max(a.max!, b.max!),
    last: b.last,
    count,
    uncertain,
    bad,
  };
}
