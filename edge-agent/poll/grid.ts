/** The points of one period and their deadlines: origin + n × period, whatever the cycles take. Monotonic ms. */
export type Grid = {
  readonly periodMs: number;
  due(): number;
  /** Goes to the next deadline that has not passed. Returns how many passed unserved: late cycles are skipped, never stacked. */
  advance(now: number): number;
};

export function createGrid(periodMs: number, origin: number): Grid {
  let turn = 0;
  return {
    periodMs,
    due: () => origin + turn * periodMs,
    advance: (now) => {
      const next = Math.max(turn + 1, Math.ceil((now - origin) / periodMs));
      const skipped = next - turn - 1;
      turn = next;
      return skipped;
    },
  };
}
