import type { Clock } from "@weir/wire/clock.ts";
import type { LinkErrorCode } from "../drivers/driver.ts";

/** What a bus has done since it was opened. Counts only grow. */
export type Usage = {
  readonly requests: number;
  readonly timeouts: number;
  /** Damaged frames. */
  readonly crcErrors: number;
  readonly frameErrors: number;
  readonly mismatches: number;
  readonly exceptions: number;
  /** Requests that ended because the link did. */
  readonly cut: number;
  readonly busyMs: number;
  /** Share of the last full ten seconds in which a request was under way, 0 to 1. */
  readonly utilisation: number;
};

const windowMs = 10_000;
const counters: Partial<Record<LinkErrorCode, "timeouts" | "crcErrors" | "frameErrors" | "mismatches" | "cut">> = {
  timeout: "timeouts",
  crc: "crcErrors",
  frame: "frameErrors",
  mismatch: "mismatches",
  closed: "cut",
  refused: "cut",
};

export function createUsage(clock: Clock) {
  const counts = { requests: 0, timeouts: 0, crcErrors: 0, frameErrors: 0, mismatches: 0, exceptions: 0, cut: 0 };
  let busyMs = 0;
  let beganAt = 0;
  let windowFrom = clock.monotonic();
  let busyAtWindow = 0;
  let utilisation = 0;

  function turnWindow(now: number): void {
    if (now - windowFrom < windowMs) return;
    utilisation = Math.min(1, (busyMs - busyAtWindow) / (now - windowFrom));
    windowFrom = now;
    busyAtWindow = busyMs;
  }

  return {
    began: () => {
      counts.requests++;
      beganAt = clock.monotonic();
    },
    ended: (code: LinkErrorCode | undefined) => {
      const now = clock.monotonic();
      busyMs += now - beganAt;
      turnWindow(now);
      if (code === undefined) return;
      const counter = counters[code];
      if (counter) counts[counter]++;
      else counts.exceptions++;
    },
    read: (): Usage => {
      turnWindow(clock.monotonic());
      return { ...counts, busyMs, utilisation };
    },
  };
}
