import { type Board, hertz } from "./board.ts";

/** Virtual time that boards and adapters on the same wires share. Nothing in it knows the wall clock. */
export type Timeline = {
  /** Cycles, 16 000 000 a second. */
  now(): number;
  /** From now on this board runs along. */
  add(board: Board): void;
  /** Runs a job when that cycle is reached; at once when it is over. Jobs of one cycle run in the order they were given. */
  at(cycle: number, job: () => void): void;
  run(ms: number): void;
  /** Runs until `done`, asked at least every millisecond; false when atMostMs were not enough. */
  runUntil(done: () => boolean, atMostMs: number): boolean;
};

export const cyclesPerMs = hertz / 1000;

/**
 * Boards run one after the other, in steps shorter than a character: what one sends reaches the others before it has ended. While all
 * sleep, time jumps to what wakes the first.
 */
export function createTimeline(): Timeline {
  const boards: Board[] = [];
  const jobs: { readonly cycle: number; readonly job: () => void }[] = [];
  let now = 0;

  function step(until: number): void {
    if (boards.length === 1) {
      const [board] = boards as [Board];
      board.runToTalk(Math.min(until, jobs[0]?.cycle ?? until));
      finish(Math.max(now, Math.min(board.cycles, until, jobs[0]?.cycle ?? until)));
      return;
    }
    let quantum = until - now;
    let wake = Number.POSITIVE_INFINITY;
    for (const board of boards) {
      if (!board.powered) continue;
      quantum = Math.min(quantum, board.uartFormat().bit * 5);
      wake = Math.min(wake, board.asleepUntil() ?? now);
    }
    const next = Math.min(until, Math.max(now + quantum, wake), jobs[0]?.cycle ?? until);
    for (const board of boards) board.runTo(next);
    finish(next);
  }

  function finish(at: number): void {
    now = at;
    while (jobs.length > 0 && jobs[0]!.cycle <= now) jobs.shift()!.job();
  }

  return {
    now: () => now,
    add: (board) => {
      board.runTo(now);
      boards.push(board);
    },
    at: (cycle, job) => {
      const entry = { cycle: Math.max(cycle, now), job };
      const later = jobs.findIndex((other) => other.cycle > entry.cycle);
      if (later < 0) jobs.push(entry);
      else jobs.splice(later, 0, entry);
    },
    run: (ms) => {
      const until = now + ms * cyclesPerMs;
      while (now < until) step(until);
    },
    runUntil: (done, atMostMs) => {
      const until = now + atMostMs * cyclesPerMs;
      while (!done()) {
        if (now >= until) return false;
        step(Math.min(until, now + cyclesPerMs));
      }
      return true;
    },
  };
}
