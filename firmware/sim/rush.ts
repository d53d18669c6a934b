import type { Pacing } from "./pace.ts";
import type { Timeline } from "./timeline.ts";

/** Lets virtual time pass as fast as this machine can, a millisecond a turn of the event loop: for tests, which then wait for nobody. */
export function rush(timeline: Timeline): Pick<Pacing, "stop"> {
  let over = false;
  const turn = () => {
    if (over) return;
    timeline.run(1);
    setImmediate(turn);
  };
  setImmediate(turn);
  return {
    stop: () => {
      over = true;
    },
  };
}
