/** Which instant of the world it is. All instants are epoch ms. */
export type WorldTime = {
  /** How many times faster than the machine's clock the world's runs. */
  readonly speed: number;
  /** The machine's instant at which the world's clock showed `from`. */
  readonly since: number;
  readonly from: number;
  now(): number;
};

/**
 * The world's clock: from + (now − since) × speed. With speed 1 and `from` equal to `since` it is the machine's. The same
 * speed, since and from give the same instant after a restart, so that no total ever goes back.
 */
export function worldTime(machineNow: () => number, { speed, since, from }: Omit<WorldTime, "now">): WorldTime {
  return { speed, since, from, now: () => from + (machineNow() - since) * speed };
}
