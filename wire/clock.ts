/** Where the time comes from. Everything that waits or stamps takes one of these, so that a test can turn the hands itself. */
export type Clock = {
  /** Wall clock, epoch ms UTC; may jump when it is set. */
  now(): number;
  /** ms from an arbitrary origin; never goes back. For durations. */
  monotonic(): number;
  /** Resolves after ms, or as soon as the signal aborts. Never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
};

export type VirtualClock = Clock & {
  /** Moves time on by ms, waking sleepers in the order they are due and letting each run before the next one wakes. */
  advance(ms: number): Promise<void>;
  /** Sets the wall clock, as NTP does; monotonic time and sleepers are not touched. */
  setNow(epochMs: number): void;
};

const longestTimeoutMs = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    const until = performance.now() + ms;
    do {
      await sleepOnce(Math.min(until - performance.now(), longestTimeoutMs), signal);
    } while (!signal.aborted && until - performance.now() > 1);
  },
};

function sleepOnce(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, Math.max(0, ms));
    signal.addEventListener("abort", done);
  });
}

/** A clock that stands still until `advance`. Monotonic time starts at 0, the wall clock at startAt. */
export function virtualClock(startAt = 0): VirtualClock {
  let elapsed = 0;
  let wallOffset = startAt;
  const sleepers: { readonly due: number; readonly wake: () => void }[] = [];

  function takeNext(until: number) {
    let next: (typeof sleepers)[number] | undefined;
    for (const sleeper of sleepers) if (sleeper.due <= until && (!next || sleeper.due < next.due)) next = sleeper;
    if (next) sleepers.splice(sleepers.indexOf(next), 1);
    return next;
  }

  return {
    now: () => elapsed + wallOffset,
    monotonic: () => elapsed,
    setNow: (epochMs) => {
      wallOffset = epochMs - elapsed;
    },
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) {
          resolve();
          return;
        }
        const sleeper = { due: elapsed + Math.max(0, ms), wake: finish };
        function finish() {
          signal.removeEventListener("abort", finish);
          const index = sleepers.indexOf(sleeper);
          if (index >= 0) sleepers.splice(index, 1);
          resolve();
        }
        sleepers.push(sleeper);
        signal.addEventListener("abort", finish);
      }),
    advance: async (ms) => {
      const target = elapsed + ms;
      await settle();
      for (let next = takeNext(target); next; next = takeNext(target)) {
        elapsed = Math.max(elapsed, next.due);
        next.wake();
        await settle();
      }
      elapsed = target;
      await settle();
    },
  };
}

/** Lets every promise chain that can go on without time go on. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
