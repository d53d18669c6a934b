/**
 * One reading of one quantity at one instant: what a driver's value becomes and what the store finally holds.
 * Its identity is (device, metric, at): the same identity written twice is one point.
 */
export type Sample = {
  /** The metric name: a quantity of the vocabulary, or quantity/channel: `ph`, `voltage/l1`. */
  readonly metric: string;
  /** When the instrument answered, epoch ms UTC. */
  readonly at: number;
  /** In the quantity's own unit. null exactly when quality is bad: a value is never invented or repeated. */
  readonly value: number | null;
  readonly quality: Quality;
};

/** Sparkplug's property `Quality`: good 192, uncertain 64, bad 0. */
export type Quality = "good" | "uncertain" | "bad";
