/** First and last integer, both included. */
export type OffsetRange = readonly [first: number, last: number];

/** A set of integers: ascending ranges that neither overlap nor touch. Every function here leaves its arguments as they are. */
export type OffsetSet = readonly OffsetRange[];

/** The set with every integer of the range in it. */
export function addRange(set: OffsetSet, [first, last]: OffsetRange): OffsetSet {
  if (first > last) return set;
  const from = indexOfFirst(set, (range) => range[1] >= first - 1);
  const to = indexOfFirst(set, (range) => range[0] > last + 1);
  const touched = set.slice(from, to);
  const merged: OffsetRange = [
    Math.min(first, touched[0]?.[0] ?? first),
    Math.max(last, touched[touched.length - 1]?.[1] ?? last),
  ];
  return [...set.slice(0, from), merged, ...set.slice(to)];
}

export function hasOffset(set: OffsetSet, offset: number): boolean {
  const range = set[indexOfFirst(set, ([, last]) => last >= offset)];
  return range !== undefined && range[0] <= offset;
}

/** How many integers are in the set. */
export function countOffsets(set: OffsetSet): number {
  return set.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** The integers from first to last (both included) that are not in the set. */
export function missingBelow(set: OffsetSet, first: number, last: number): OffsetSet {
  const missing: OffsetRange[] = [];
  let next = first;
  for (let i = indexOfFirst(set, (range) => range[1] >= first); i < set.length; i++) {
    const [from, to] = set[i]!;
    if (from > last) break;
    if (from > next) missing.push([next, from - 1]);
    next = Math.max(next, to + 1);
  }
  if (next <= last) missing.push([next, last]);
  return missing;
}

/** Index of the first range for which the test holds; the test must be false, then true, along the set. */
function indexOfFirst(set: OffsetSet, test: (range: OffsetRange) => boolean): number {
  let low = 0;
  let high = set.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (test(set[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
