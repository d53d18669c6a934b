import { formatRanges, parseInteger, parseRanges } from "./range-text.ts";
import { addRange, countOffsets, type OffsetSet } from "./ranges.ts";

/**
 * Gateway → cloud: of the outbox with this epoch nothing from `first` up to but without `next` is there any more, except for what was
 * carried over into a newer epoch and comes under other offsets. What of the rest the store never got is lost.
 */
export type Former = {
  /** 0: whichever the gateway had before, all of it; its file could not tell. */
  readonly epoch: number;
  readonly first: number;
  readonly next: number;
  readonly carried: OffsetSet;
};

/** More ranges than these would not fit a birth: the smallest are left out, and so called lost although they come. */
const mostRanges = 1000;

/** `"<epoch> <first>-<next> 120-164 170"`, several with `; ` between them. Throws RangeError for numbers that are not offsets. */
export function formatFormers(formers: readonly Former[]): string {
  const text = formers.map(formatFormer).join("; ");
  const parsed = parseFormers(text);
  if ("error" in parsed) throw new RangeError(parsed.error);
  return text;
}

function formatFormer({ epoch, first, next, carried }: Former): string {
  return [epoch, `${first}-${next}`, ...formatRanges(fewer(carried))].join(" ");
}

function fewer(set: OffsetSet): OffsetSet {
  if (set.length <= mostRanges) return set;
  const largest = set.toSorted((a, b) => countOffsets([b]) - countOffsets([a])).slice(0, mostRanges);
  return largest.toSorted(([a], [b]) => a - b);
}

/** Empty text: there are none. */
export function parseFormers(text: string): readonly Former[] | { readonly error: string } {
  const formers: Former[] = [];
  for (const part of text === "" ? [] : text.split("; ")) {
    const [head, span = "", ...parts] = part.split(" ");
    const [, from, to] = /^(\d+)-(\d+)$/.exec(span) ?? [];
    const [epoch, first, next] = [head, from, to].map(parseInteger);
    const ranges = parseRanges(parts);
    if (epoch === undefined || first === undefined || next === undefined || next < first || !ranges)
      return {
        error: `${JSON.stringify(part.slice(0, 80))} is not a former outbox: expected "<epoch> 1-200 120-164 170"`,
      };
    formers.push({ epoch, first, next, carried: ranges.reduce<OffsetSet>(addRange, []) });
  }
  return formers;
}
