/** Which instant of the world it is. */
export type WorldTime = {
  readonly speed: number;
  /** Epoch ms at which the world's clock and the machine's showed the same. */
  readonly anchor: number;
  now(): number;
};

/**
 * The world's clock: anchor + (now − anchor) × speed. At speed 1 it is the machine's. The same anchor and speed give the same
 * instant after a restart, so that no total ever goes back.
 */
export function worldTime(machineNow: () => number, speed: number, anchor: number): WorldTime {
  return { speed, anchor, now: () => anchor + (machineNow() - anchor) * speed };
}
