import type { OffsetRange } from "./ranges.ts";

/** A range of one is written as one number. */
export function formatRanges(ranges: readonly OffsetRange[]): readonly string[] {
  return ranges.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`));
}

/** As written: ascending or not, overlapping or not. undefined when one of them is no range. */
export function parseRanges(parts: readonly string[]): readonly OffsetRange[] | undefined {
  const ranges: OffsetRange[] = [];
  for (const part of parts) {
    const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    const first = parseInteger(from);
    const last = parseInteger(to);
    if (first === undefined || last === undefined || last < first) return undefined;
    ranges.push([first, last]);
  }
  return ranges;
}

/** Decimal digits without a leading zero, up to 2^53 − 1. */
export function parseInteger(text: string | undefined): number | undefined {
  if (text === undefined || !/^(0|[1-9]\d{0,15})$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}
