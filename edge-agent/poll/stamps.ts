const followBackMs = 60_000;

/**
 * Timestamps that strictly grow for each metric, since (device, metric, time) is a sample's identity. When the wall clock
 * was set back a little, a sample gets the next free millisecond; when by more than a minute, the new time is taken, so that
 * a clock that was wrong by years does not stay wrong.
 */
export function createStamps() {
  const last = new Map<string, { at: number }>();
  return {
    stamp: (metric: string, at: number): number => {
      const before = last.get(metric);
      if (!before) last.set(metric, { at });
      else before.at = at > before.at || before.at - at > followBackMs ? at : before.at + 1;
      return before?.at ?? at;
    },
  };
}
