import type { Clock } from "@weir/wire/clock.ts";
import type { Retention } from "../store/open.ts";
import { type Bucket, type SeriesQuery, type Store, type Tier, tierMs } from "../store/store.ts";
import { mergeWindows } from "../store/windows.ts";
import type { Range, RollUpBook } from "./book.ts";
import type { RollUps } from "./job.ts";

/** A piece of a range and where it is read from. */
export type Source = Range & { readonly tier: Tier | "raw" };

/** The windows of a series as `store.series` would tell them from the readings, read from roll-ups where that says the same. */
export type SeriesReader = (
  query: Omit<SeriesQuery, "tier">,
  signal: AbortSignal,
) => Promise<{ readonly buckets: readonly Bucket[]; readonly sources: readonly Source[] }>;

export type ReadFrom = {
  readonly store: Pick<Store, "series">;
  readonly book: Pick<RollUpBook, "behind">;
  readonly rollUps: Pick<RollUps, "readableFrom">;
  /** How long the store keeps readings, ms; undefined: for ever. */
  readonly keepMs: number | undefined;
  readonly clock: Pick<Clock, "now">;
};

/**
 * A range that begins before what is kept of the readings is widened to whole windows of the tier: its ragged ends are nowhere else.
 * Rejects as store.series does.
 */
export function seriesReader({ store, book, rollUps, keepMs, clock }: ReadFrom): SeriesReader {
  return async (asked, signal) => {
    const tier = tierFor(asked);
    const gone = tier !== undefined && keepMs !== undefined && asked.from < clock.now() - keepMs;
    const query = gone ? { ...asked, ...wholeWindows(asked, tierMs[tier]) } : asked;
    const plan: readonly Source[] =
      tier === undefined || rollUps.readableFrom() > query.from
        ? [{ tier: "raw", from: query.from, to: query.to }]
        : sourcesOf(query, tier, book.behind(query, tier, query));
    const parts = await Promise.all(
      plan.map((source) =>
        store.series({ ...query, from: source.from, to: source.to, ...fromTier(source.tier) }, signal),
      ),
    );
    return { buckets: mergeWindows(parts.flat(), query), sources: plan };
  };
}

/** The shortest window, ms, that is kept of what is so old: 0 while the readings are. Pure. */
export function shortestWindow({ keepMs = Infinity, keepTiersMs = {} }: Retention, ageMs: number): number {
  if (ageMs <= keepMs) return 0;
  return ageMs <= (keepTiersMs["5m"] ?? Infinity) ? tierMs["5m"] : tierMs["1h"];
}

function wholeWindows({ from, to }: Range, length: number): Range {
  return { from: Math.floor(from / length) * length, to: Math.ceil(to / length) * length };
}

function fromTier(tier: Source["tier"]): { readonly tier?: Tier } {
  return tier === "raw" ? {} : { tier };
}

/** The longest windows that the asked ones are made of. Pure. */
export function tierFor({ everyMs, utcOffsetMs = 0 }: Pick<SeriesQuery, "everyMs" | "utcOffsetMs">): Tier | undefined {
  return (["1h", "5m"] as const).find((tier) => everyMs % tierMs[tier] === 0 && utcOffsetMs % tierMs[tier] === 0);
}

/** More pieces than this are not worth a question each. */
const mostPieces = 24;

/**
 * Cuts a range into what the tier can tell and what only the readings can: its ragged ends, and windows that are behind. Pieces are
 * ascending and cover the range. Pure.
 */
export function sourcesOf({ from, to }: Range, tier: Tier, behind: readonly Range[]): readonly Source[] {
  const length = tierMs[tier];
  const first = Math.ceil(from / length) * length;
  const end = Math.floor(to / length) * length;
  if (first >= end) return [{ tier: "raw", from, to }];
  const inside = behind.filter((range) => range.to > first && range.from < end);
  const holes =
    inside.length > mostPieces / 2 ? [{ from: inside[0]!.from, to: inside[inside.length - 1]!.to }] : inside;
  const sources: { tier: Source["tier"]; from: number; to: number }[] = [];
  const add = (tier: Source["tier"], from: number, to: number) => {
    if (from >= to) return;
    const before = sources.at(-1);
    if (before?.tier === tier) before.to = to;
    else sources.push({ tier, from, to });
  };
  add("raw", from, first);
  let at = first;
  for (const hole of holes) {
    add(tier, at, Math.max(at, Math.min(end, hole.from)));
    add("raw", Math.max(at, hole.from), Math.min(end, hole.to));
    at = Math.min(end, hole.to);
  }
  add(tier, at, end);
  add("raw", end, to);
  return sources;
}
