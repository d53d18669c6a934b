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
  /** Every stored point of the range as it is, ascending by time; at most `limit`. */
  raw(
    query: Omit<SeriesQuery, "everyMs"> & { readonly limit: number },
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
