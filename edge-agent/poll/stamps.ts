const followBackMs = 60_000;

/**
 * Timestamps that strictly grow for each metric, since (device, metric, time) is a sample's identity. When the wall clock
 * was set back a little, a sample gets the next free millisecond; when by more than a minute, the new time is taken, so that
 * a clock that was wrong by years does not stay wrong.
 */
export function createStamps() {
  const last = new Map<string, number>();
  return {
    stamp: (metric: string, at: number): number => {
      const before = last.get(metric) ?? Number.NEGATIVE_INFINITY;
      const stamped = at > before || before - at > followBackMs ? at : before + 1;
      last.set(metric, stamped);
      return stamped;
    },
  };
}
