import type { SeriesBucket } from "../../api/answers.ts";

/** A series as a chart takes it: columns of equal length, ascending by time, null where the line is broken. */
export type Columns = {
  /** Epoch seconds. */
  readonly at: number[];
  readonly middle: (number | null)[];
  readonly min: (number | null)[];
  readonly max: (number | null)[];
  /** Stretches without a reading, epoch seconds. */
  readonly gaps: readonly (readonly [from: number, to: number])[];
  readonly bad: readonly number[];
  readonly uncertain: readonly number[];
};

export type Window = { readonly from: number; readonly to: number; readonly everyMs: number; readonly gapMs: number };

/**
 * Buckets → columns. Instruments report by exception, so a missing window is no gap until gapMs has passed without a reading; then
 * the line is broken and the stretch is named. Before the first and after the last reading the same holds against the range.
 * take: the value to draw, mean for gauges, last for states and counters.
 */
export function columnsOf(
  buckets: readonly SeriesBucket[],
  { from, to, everyMs, gapMs }: Window,
  take: "mean" | "last",
): Columns {
  const columns = {
    at: [] as number[],
    middle: [] as (number | null)[],
    min: [] as (number | null)[],
    max: [] as (number | null)[],
  };
  const gaps: [number, number][] = [];
  const push = (at: number, bucket: SeriesBucket | undefined) => {
    columns.at.push(at / 1000);
    columns.middle.push(bucket?.[take] ?? null);
    columns.min.push(bucket?.min ?? null);
    columns.max.push(bucket?.max ?? null);
  };
  const longest = Math.max(everyMs * 1.5, gapMs);
  let before = from - everyMs;
  for (const bucket of buckets) {
    if (bucket.at - before > longest) {
      const start = before + everyMs;
      gaps.push([start / 1000, bucket.at / 1000]);
      if (columns.at.length > 0) push((start + bucket.at) / 2, undefined);
    }
    push(bucket.at, bucket);
    before = bucket.at;
  }
  if (to - (before + everyMs) > longest) gaps.push([(before + everyMs) / 1000, to / 1000]);
  const atOf = (wanted: "bad" | "uncertain") =>
    buckets.filter((bucket) => bucket[wanted] > 0).map(({ at }) => (at + everyMs / 2) / 1000);
  return { ...columns, gaps, bad: atOf("bad"), uncertain: atOf("uncertain") };
}
