import { addRange, countOffsets, missingBelow, type OffsetRange, type OffsetSet } from "@weir/wire/ranges.ts";
import type { Delivered, Gap } from "./days.ts";
import type { Day } from "./zone.ts";

/** What of one day of one device is known, in minutes from the day's start. Plain JSON. */
export type Tally = {
  /** Minutes that readings vouch for which the store had within five minutes of their time, … */
  onTime: OffsetSet;
  /** … or later. */
  late: OffsetSet;
  /** Minutes with readings that the store will never take. */
  rejected: OffsetSet;
  /** Of each metric the minutes in which its value was not good. */
  bad: Record<string, OffsetSet>;
  /** How many metrics the device had. */
  metrics: number;
};

export const minuteMs = 60_000;

export function newTally(): Tally {
  return { onTime: [], late: [], rejected: [], bad: {}, metrics: 0 };
}

/** Marks the minutes from epoch ms `from` up to, not including, `to`, as far as they are of the day. */
export function mark(set: OffsetSet, day: Day, from: number, to: number): OffsetSet {
  return addRange(set, minutesOf(day, from, to));
}

/** The day, as far as the device is expected to be there: from `since` up to `now`, both epoch ms. undefined when it is not at all. Pure. */
export function deliveredOf(tally: Tally, day: Day, since: number, now: number): Delivered | undefined {
  const bounds = minutesOf(day, since, now);
  const expected = bounds[1] - bounds[0] + 1;
  if (expected <= 0) return undefined;
  const { onTime, arrived, settled, bad } = viewOf(tally, bounds);
  const [onTimeCount, arrivedCount, settledCount] = [onTime, arrived, settled].map(countOffsets) as [
    number,
    number,
    number,
  ];
  const values = tally.metrics * arrivedCount;
  const invalid = bad.reduce((sum, set) => sum + countOffsets(set), 0);
  return {
    date: day.date,
    at: day.start,
    expected,
    onTime: onTimeCount,
    late: arrivedCount - onTimeCount,
    rejected: settledCount - arrivedCount,
    missing: expected - settledCount,
    completeness: percent(arrivedCount, expected),
    validity: values === 0 ? null : percent(values - invalid, values),
  };
}

/** What of the day is not simply there, oldest first. Pure. */
export function gapsOf(tally: Tally, day: Day, since: number, now: number): readonly Gap[] {
  const bounds = minutesOf(day, since, now);
  const { onTime, arrived, settled } = viewOf(tally, bounds);
  const gap =
    (kind: Gap["kind"]) =>
    ([first, last]: OffsetRange): Gap => ({
      kind,
      from: day.start + first * minuteMs,
      to: Math.min(day.end, day.start + (last + 1) * minuteMs),
    });
  return [
    ...missingBelow(settled, ...bounds).map(gap("missing")),
    ...without(settled, arrived).map(gap("rejected")),
    ...without(arrived, onTime).map(gap("late")),
  ].sort((a, b) => a.from - b.from);
}

/** When the first reading of the day was taken, to the minute; undefined without any. */
export function firstOf({ onTime, late }: Tally, day: Day): number | undefined {
  const first = Math.min(onTime[0]?.[0] ?? Number.POSITIVE_INFINITY, late[0]?.[0] ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(first) ? day.start + first * minuteMs : undefined;
}

function viewOf(tally: Tally, [first, last]: OffsetRange) {
  const cut = (set: OffsetSet) => clip(set, first, last);
  const onTime = cut(tally.onTime);
  const arrived = union(onTime, cut(tally.late));
  const settled = union(arrived, cut(tally.rejected));
  // Only what arrived is judged: a missing minute is missing, not bad.
  const bad = Object.values(tally.bad).map((set) => without(arrived, without(arrived, cut(set))));
  return { onTime, arrived, settled, bad };
}

/** Share in %, to two decimals, never rounded up to 100. */
function percent(part: number, whole: number): number {
  return Math.floor((part * 10_000) / whole) / 100;
}

function minutesOf(day: Day, from: number, to: number): OffsetRange {
  const first = Math.floor((Math.max(from, day.start) - day.start) / minuteMs);
  return [first, Math.ceil((Math.min(to, day.end) - day.start) / minuteMs) - 1];
}

function clip(set: OffsetSet, first: number, last: number): OffsetSet {
  return set.flatMap(([from, to]): OffsetRange[] =>
    to < first || from > last ? [] : [[Math.max(from, first), Math.min(to, last)]],
  );
}

function union(set: OffsetSet, more: OffsetSet): OffsetSet {
  return more.reduce<OffsetSet>((sum, range) => addRange(sum, range), set);
}

/** What of the set is not in the other. */
function without(set: OffsetSet, other: OffsetSet): OffsetSet {
  return set.flatMap(([first, last]) => missingBelow(other, first, last));
}
