import type { LedgerEpoch, LedgerSummary } from "../../api/answers.ts";

/**
 * none: no ledger; lost: records are in no store and will not come; stored: nothing is missing; until: nothing was when the gateway went, what it has read since is not here;
 * underway: missing records come from a gateway that is there; waiting: it is not.
 */
export type Delivery = "none" | "lost" | "stored" | "until" | "underway" | "waiting";

export function deliveryOf(
  ledger: Pick<LedgerSummary, "missing" | "gone" | "unbacked" | "restored"> | null,
  online: boolean,
): Delivery {
  if (ledger === null) return "none";
  if (lostOf(ledger) > 0) return "lost";
  if (ledger.missing === 0) return online ? "stored" : "until";
  return online ? "underway" : "waiting";
}

/** Records that are in no store and never will be. */
export function lostOf({ gone, unbacked, restored }: Pick<LedgerSummary, "gone" | "unbacked" | "restored">): number {
  return gone + (restored?.storeKept === false ? unbacked : 0);
}

/** Share of what was seen that has been stored or refused, 0 to 1. Never rounds up to 1 while something is missing. */
export function deliveredShare({ seen, missing }: Pick<LedgerSummary, "seen" | "missing">): number {
  if (missing === 0 || seen === 0) return 1;
  return Math.min(0.9999, Math.max(0, (seen - missing) / seen));
}

/** A stretch of record numbers, inclusive. mixed: which of them are missing is not told. */
export type Stretch = {
  readonly kind: "stored" | "missing" | "rejected" | "gone" | "mixed";
  readonly first: number;
  readonly last: number;
};

/**
 * The record numbers from lowest to highest as stretches without holes or overlaps. The ledger names the oldest missing ranges and
 * the newest stored ones only; what lies between those, when more is missing than named, is `mixed`.
 */
export function stretchesOf(epoch: LedgerEpoch): Stretch[] {
  const { lowestSeen, highestSeen, missingRanges, goneRanges, storedRanges, missing, rejections } = epoch;
  const named = missingRanges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  const lastNamed = missingRanges.at(-1)?.[1] ?? lowestSeen - 1;
  const knownFrom = Math.max(lastNamed + 1, storedRanges[0]?.[0] ?? highestSeen + 1);
  const rejected = new Set(rejections.map(({ offset }) => offset));

  const edges = new Set([lowestSeen, highestSeen + 1]);
  for (const [first, last] of [...missingRanges, ...goneRanges]) edges.add(first).add(last + 1);
  for (const offset of rejected) edges.add(offset).add(offset + 1);
  const truncated = named < missing;
  if (truncated) {
    edges.add(lastNamed + 1).add(knownFrom);
    for (const [first, last] of storedRanges) edges.add(first).add(last + 1);
  }
  const cuts = [...edges].filter((edge) => edge >= lowestSeen && edge <= highestSeen + 1).sort((a, b) => a - b);
  const within = (ranges: readonly (readonly [number, number])[], offset: number) =>
    ranges.some(([first, last]) => offset >= first && offset <= last);
  const judge = (offset: number): Stretch["kind"] => {
    if (rejected.has(offset)) return "rejected";
    if (within(goneRanges, offset)) return "gone";
    if (within(missingRanges, offset)) return "missing";
    if (!truncated || offset <= lastNamed) return "stored";
    if (offset < knownFrom) return "mixed";
    return within(storedRanges, offset) ? "stored" : "missing";
  };

  const stretches: Stretch[] = [];
  cuts.slice(0, -1).forEach((first, index) => {
    const last = cuts[index + 1]! - 1;
    const kind = judge(first);
    const before = stretches.at(-1);
    if (before?.kind === kind) stretches[stretches.length - 1] = { ...before, last };
    else stretches.push({ kind, first, last });
  });
  return stretches;
}
