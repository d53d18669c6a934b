export type BackoffOptions = {
  readonly random: () => number;
  readonly firstMs?: number;
  readonly longestMs?: number;
  /** A connection that lived so long was a good one: the next wait is short again. */
  readonly stableMs?: number;
};

/**
 * How long to wait before the next attempt: a random time up to a ceiling (full jitter), which doubles with each connection
 * that failed or did not live for stableMs, so that a thousand gateways do not return in one second. A network that is away is tried
 * again every second or so: nobody is bothered by that, and its return is noticed.
 */
export function createBackoff({ random, firstMs = 1000, longestMs = 30_000, stableMs = 60_000 }: BackoffOptions) {
  let failures = 0;
  return {
    /** livedMs: how long the connection that just ended was up; 0 when it never was. unreachable: nobody was reached. */
    next(livedMs: number, unreachable = false): number {
      if (unreachable) return firstMs * (0.5 + random() / 2);
      failures = livedMs >= stableMs ? 1 : failures + 1;
      return random() * Math.min(longestMs, firstMs * 2 ** (failures - 1));
    },
  };
}
