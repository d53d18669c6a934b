/** How far a reading may be trusted at this moment. */
export type Freshness = "live" | "uncertain" | "bad" | "stale";
export const freshnesses = ["live", "uncertain", "bad", "stale"] as const satisfies readonly Freshness[];

export type Dated = {
  /** Epoch ms. */
  readonly at: number;
  readonly quality: "good" | "uncertain" | "bad";
  /** The device or its gateway is dead or unheard of. */
  readonly stale: boolean;
  readonly staleAfterMs: number;
};

/** A reading is stale when its device is dead or nothing newer has come for staleAfterMs, whatever its quality was. */
export function freshnessOf({ at, quality, stale, staleAfterMs }: Dated, now: number): Freshness {
  if (stale || now - at > staleAfterMs) return "stale";
  return quality === "good" ? "live" : quality;
}

const unknownPeriodMs = 120_000;
const leastMs = 15_000;

/** A point that reports at least every periodMs has missed two reports when this much has passed; 2 min when the period is not known. */
export function staleAfter(periodMs: number | undefined): number {
  return periodMs === undefined ? unknownPeriodMs : Math.max(leastMs, periodMs * 2.5);
}
