import type { Clock } from "@weir/wire/clock.ts";
import { backoffMs } from "../poll/backoff.ts";

/** Of the line's time, at most one part in so many goes to units that may not be there. */
const oneIn = 10;
/** One lost answer is no silence. */
const silentAfter = 2;

/** What a bus has learnt of the units that its guests ask for. */
export type Silence = {
  /**
   * ask: the outcome is to be noted. silent: the unit has kept silent and is tried again later. busy: it may be silent, and too
   * much time has been spent on such ones. `trusted`: taken to be there until it is found silent.
   */
  admit(unit: number, trusted: boolean): "ask" | "silent" | "busy";
  note(unit: number, outcome: "answered" | "silent" | "unknown", timeoutMs: number): void;
};

/** So that a client which asks for units that are not there costs its neighbours next to nothing. */
export function createSilence(clock: Clock, random: () => number): Silence {
  const units = new Map<number, { readonly failures: number; readonly nextTryAt: number }>();
  let doubtful: number | undefined;
  let doubtFrom = 0;
  return {
    admit: (unit, trusted) => {
      const known = units.get(unit);
      const now = clock.monotonic();
      if (known ? known.failures < silentAfter : trusted) return "ask";
      if (known && now < known.nextTryAt) return "silent";
      if (doubtful !== undefined || now < doubtFrom) return "busy";
      doubtful = unit;
      return "ask";
    },
    note: (unit, outcome, timeoutMs) => {
      const now = clock.monotonic();
      const wasDoubtful = doubtful === unit;
      if (wasDoubtful) doubtful = undefined;
      if (outcome === "answered") units.set(unit, { failures: 0, nextTryAt: 0 });
      if (outcome !== "silent") return;
      const failures = Math.max((units.get(unit)?.failures ?? 0) + 1, wasDoubtful ? silentAfter : 0);
      const isSilent = failures >= silentAfter;
      units.set(unit, { failures, nextTryAt: isSilent ? now + backoffMs(failures - silentAfter, random) : now });
      if (isSilent) doubtFrom = now + (oneIn - 1) * timeoutMs;
    },
  };
}
