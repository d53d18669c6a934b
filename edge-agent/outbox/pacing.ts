import type { Clock } from "@weir/wire/clock.ts";

/** Nothing else of the agent runs during a commit: a slow disk may take a fifth of the time. */
const restPerCommit = 4;
const longestRestMs = 2000;

/** How long to leave a disk alone after a commit: SD cards take from some ms to seconds for one. */
export function createPacing(clock: Clock) {
  let tookMs = 0;
  return {
    /** Does the work of a commit, whose time counts. */
    timed<T>(work: () => T): T {
      const from = clock.monotonic();
      const result = work();
      tookMs = clock.monotonic() - from;
      return result;
    },
    /** Four times as long as the last commit took, up to 2 s, but not less than `least`; ms. */
    restMs: (least: number): number => Math.max(least, Math.min(longestRestMs, restPerCommit * tookMs)),
  };
}
