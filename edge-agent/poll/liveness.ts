import { backoffMs } from "./backoff.ts";

const downAfterMs = 3000;
const downAfterFailures = 2;

/**
 * Whether something is there, judged so that one lost answer is no outage: down only when nothing has been heard for 3 s
 * and two tries in a row have failed. While down, one try a back-off period. Times are monotonic ms.
 */
export type Liveness = {
  isUp(): boolean;
  /** True when this brought it up. */
  succeeded(now: number): boolean;
  /** True when this brought it down. */
  failed(now: number): boolean;
  /** When to try again while down. */
  nextTryAt(): number;
  /** Something has changed that makes a try worthwhile now. */
  tryNow(now: number): void;
};

export function createLiveness(random: () => number, startedAt: number): Liveness {
  let up = true;
  let lastGood = startedAt;
  let failures = 0;
  let triesWhileDown = 0;
  let nextTryAt = 0;

  function backOff(now: number) {
    nextTryAt = now + backoffMs(triesWhileDown++, random);
  }

  return {
    isUp: () => up,
    succeeded: (now) => {
      const changed = !up;
      up = true;
      lastGood = now;
      failures = 0;
      return changed;
    },
    failed: (now) => {
      failures++;
      if (!up) {
        backOff(now);
        return false;
      }
      if (failures < downAfterFailures || now - lastGood < downAfterMs) return false;
      up = false;
      triesWhileDown = 0;
      backOff(now);
      return true;
    },
    nextTryAt: () => nextTryAt,
    tryNow: (now) => {
      nextTryAt = Math.min(nextTryAt, now);
    },
  };
}
