import type { Timeline } from "./timeline.ts";

export type Pacing = {
  /** The furthest that virtual time has been behind, ms. */
  worstLagMs(): number;
  stop(): void;
};

/**
 * Lets virtual time follow the wall clock, in slices of at most 20 ms. What it is more than half a second behind, it gives up. Fewer
 * looks at the clock (`everyMs`) cost less and make answers later.
 */
export function pace(timeline: Timeline, everyMs = 1): Pacing {
  let begun = performance.now();
  let done = 0;
  let worst = 0;
  let timer: NodeJS.Timeout;
  const slice = () => {
    const behind = performance.now() - begun - done;
    worst = Math.max(worst, behind);
    const ms = Math.min(20, behind);
    if (ms > 0) timeline.run(ms);
    done += ms;
    if (behind > 500) begun += behind - 500;
    timer = setTimeout(slice, everyMs);
  };
  timer = setTimeout(slice, everyMs);
  return { worstLagMs: () => worst, stop: () => clearTimeout(timer) };
}
