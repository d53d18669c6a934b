import type { ServerValue } from "./session.ts";

/**
 * When a value was so: its source's time, else the server's, else when it arrived. A time counts only between `after` (when the
 * point was last known to be something else) and its arrival: clocks of instruments are often wrong, and a sample must be neither
 * in the future nor before the one it follows. Epoch ms.
 */
export function stampOf({ sourceAt, serverAt }: ServerValue, after: number, arrivedAt: number): number {
  for (const at of [sourceAt, serverAt]) if (at !== undefined && at > after && at <= arrivedAt) return at;
  return arrivedAt;
}
