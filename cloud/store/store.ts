import type { Sample } from "@weir/wire/sample.ts";

/** A sample with the place it comes from. Identity: (site, device, metric, at). The same identity again overwrites itself. */
export type Point = Sample & {
  readonly site: string;
  readonly device: string;
  /** What sort of instrument (profile's `kind`), a tag; "" when the device's birth did not say. */
  readonly kind: string;
};

/** Keeps points. Both implementations pass contract.ts. */
export type Store = {
  /**
   * Resolves once every point that is not listed in `rejected` is durable. A rejected point is one the store will never take
   * (type conflict, beyond retention …); its neighbours are stored.
   * Rejects with a StoreUnavailable when nothing is known to be stored and trying again later is right.
   */
  write(points: readonly Point[], signal: AbortSignal): Promise<WriteResult>;
  /** The newest point (by `at`) of every series of the site, or of all sites: for filling the latest-value table at start. */
  latest(signal: AbortSignal): Promise<readonly Point[]>;
  /**
   * Keeps what begins and ends, for annotations of charts. Resolves and rejects as write does. The sqlite store keeps none: the list of
   * alarms has them all.
   */
  writeEvents(events: readonly Event[], signal: AbortSignal): Promise<WriteResult>;
  series(query: SeriesQuery, signal: AbortSignal): Promise<readonly Bucket[]>;
  /**
   * Computes the windows of a tier anew from the readings and keeps them; resolves once they are durable. From and to are multiples of the
   * tier's length. Doing it again with the same readings changes nothing. Rejects with a StoreUnavailable when trying again later is right.
   */
  rollUp(request: RollUp, signal: AbortSignal): Promise<RollUpResult>;
  /** Every stored point of the range as it is, ascending by time; at most `limit`. */
  raw(
    query: Omit<SeriesQuery, "everyMs" | "utcOffsetMs" | "tier"> & { readonly limit: number },
    signal: AbortSignal,
  ): Promise<readonly Sample[]>;
  close(): Promise<void>;
};

/** Something begins (state 1) or ends (0). Identity: (fingerprint, at). The same identity again overwrites itself. */
export type Event = {
  readonly alarm: number;
  readonly fingerprint: string;
  /** Epoch ms. */
  readonly at: number;
  readonly state: 0 | 1;
  /** Tags; "" where it belongs to none. */
  readonly site: string;
  readonly device: string;
  readonly domain: string;
  readonly severity: string;
  readonly title: { readonly en: string; readonly zh: string };
  readonly text: { readonly en: string; readonly zh: string };
};

export type WriteResult = { readonly rejected: readonly { readonly index: number; readonly reason: string }[] };

/** Length of a roll-up's windows, ms; they start at multiples of it since the epoch. */
export const tierMs = { "5m": 300_000, "1h": 3_600_000 } as const;
export type Tier = keyof typeof tierMs;
export const tiers = Object.keys(tierMs) as readonly Tier[];

export type RollUp = {
  readonly tier: Tier;
  readonly site: string;
  /** undefined: all of the site. */
  readonly devices: readonly string[] | undefined;
  /** Epoch ms, inclusive. */
  readonly from: number;
  /** Epoch ms, exclusive. */
  readonly to: number;
};

/** What the database would not keep, in its words: a window that is older than its tier's retention. Trying again will not help. */
export type RollUpResult = { readonly refused: readonly string[] };

export type SeriesQuery = {
  readonly site: string;
  readonly device: string;
  readonly metric: string;
  /** Epoch ms, inclusive. */
  readonly from: number;
  /** Epoch ms, exclusive. */
  readonly to: number;
  /** Window length; windows start at multiples of it since the epoch. */
  readonly everyMs: number;
  /** Windows start at multiples of everyMs less this: 28_800_000 makes days begin at midnight in Asia/Shanghai. Default 0. */
  readonly utcOffsetMs?: number;
  /** Read from this roll-up, as far as it has been built. From, to, everyMs and utcOffsetMs are multiples of its length. Default: from the readings. */
  readonly tier?: Tier;
};

/** One window that holds at least one point. Aggregates are over points with a value; count counts those, bad the ones without. */
export type Bucket = {
  readonly at: number;
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly last: number | null;
  readonly count: number;
  readonly uncertain: number;
  readonly bad: number;
};

/** The store cannot be reached or cannot say: nothing is lost, try again later. */
export class StoreUnavailable extends Error {}
