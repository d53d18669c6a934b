import { readFileSync } from "node:fs";
import type { Clock } from "@weir/wire/clock.ts";
import type { Sample } from "@weir/wire/sample.ts";
import type { ClockBase } from "./outbox/dating.ts";

export type OwnClockOptions = {
  readonly clock: Clock;
  /** ms since the machine booted, the same for every process. */
  readonly sinceBoot?: () => number;
  /** Another one after each boot. */
  readonly boot?: string;
};

/**
 * The agent's time. Until it is settled whether the machine's clock is right, this one goes on evenly from where that stood at the start,
 * however often it is set, so that one shift corrects all that was dated by it.
 */
export type OwnClock = Clock & {
  /** What a record that is appended now has to say of its clock: undefined once that is settled. */
  base(): ClockBase | undefined;
  /** From now on it is the machine's clock, which is right, or will stay in doubt. Returns what corrects earlier records, or undefined. Once only. */
  settle(isRight: boolean): ClockBase | undefined;
  /** The same samples, with what was read just before the clock was settled and comes only now moved to the right time. */
  correct(samples: readonly Sample[]): readonly Sample[];
};

/** A reading is under way for at most so long. */
const longestReadingMs = 600_000;
const roundingMs = 1000;
/** Another process may have its turn between two looks at a clock. */
const mostTries = 10;
const promptMs = 0.5;

export function createOwnClock({ clock, sinceBoot = systemSinceBoot, boot = readBootId() }: OwnClockOptions): OwnClock {
  const aheadAtStart = aheadOfBoot();
  const even = () => Math.round(sinceBoot() + aheadAtStart);
  let settled: { readonly at: number; readonly even: number; readonly aheadMs: number } | undefined;

  /** How far the machine's clock is ahead of the time since its boot, ms: of some tries the one in which least time went by between the two. */
  function aheadOfBoot(): number {
    let best = { took: Number.POSITIVE_INFINITY, ahead: 0 };
    for (let tries = 0; tries < mostTries && best.took > promptMs; tries++) {
      const before = sinceBoot();
      const wall = clock.now();
      const took = sinceBoot() - before;
      if (took < best.took) best = { took, ahead: wall - before - took / 2 };
    }
    return best.ahead;
  }

  return {
    ...clock,
    now: () => (settled ? clock.now() : even()),
    base: () => (settled ? undefined : { boot, ms: aheadAtStart }),
    settle(isRight) {
      settled = { at: sinceBoot(), even: even(), aheadMs: isRight ? clock.now() - even() : 0 };
      return isRight ? { boot, ms: aheadOfBoot() } : undefined;
    },
    correct(samples) {
      if (!settled || settled.aheadMs === 0 || sinceBoot() - settled.at > longestReadingMs) return samples;
      const { even, aheadMs } = settled;
      const isAround = (at: number, now: number) => now - longestReadingMs <= at && at <= now + roundingMs;
      return samples.map((sample) => {
        if (!isAround(sample.at, even)) return sample;
        if (!isAround(sample.at, clock.now())) return { ...sample, at: sample.at + aheadMs };
        // By which of the two clocks cannot be told; they are close.
        const isDoubtful = Math.abs(aheadMs) > roundingMs && sample.quality === "good";
        return isDoubtful ? { ...sample, quality: "uncertain" } : sample;
      });
    },
  };
}

const systemSinceBoot = () => Number(process.hrtime.bigint()) / 1e6;

/** Linux tells one; elsewhere each start of the agent counts as a boot. */
function readBootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return `process-${process.pid}-${process.hrtime.bigint()}`;
  }
}
