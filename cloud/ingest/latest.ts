import type { Point } from "../store/store.ts";

/** The newest reading of one series, by its own time. History never replaces it. */
export type LatestPoint = Point & {
  readonly gateway: string;
  /** When the cloud had it in its store, epoch ms. At start, before anything newer has come: the reading's own time. */
  readonly receivedAt: number;
  /** The device or its gateway is dead or unheard of, so this says what was, not what is. */
  readonly stale: boolean;
};

/** The latest value of every series, filled from the store at start. Holds only what the store has confirmed. */
export type Latest = {
  all(): readonly LatestPoint[];
  ofDevice(site: string, device: string): readonly LatestPoint[];
  /** Calls listener with what changed, once per stored batch or death. Returns a function that stops it. */
  watch(listener: (changed: readonly LatestPoint[]) => void): () => void;
};
