import { isSaidNo } from "../drivers/driver.ts";
import type { Grid } from "./grid.ts";
import type { Reading } from "./reading.ts";

const mostTries = 3;

/**
 * Points of a longer period whose answer was lost are asked again with the next cycles of the shortest: a frame lost on the line must not cost
 * an energy total its minute. At most three times a period, since what is never answered costs its neighbours a time-out each time.
 */
export type SecondTries = {
  /** These are due; to be asked are they and, where the shortest period is among them, those that lost their answer. */
  withLost(due: readonly Grid[]): readonly Grid[];
  /** What became of the points of these grids, in their order. `isTime`: it was due, not asked again. */
  note(asked: readonly Grid[], readings: readonly Reading[], isTime: (grid: Grid) => boolean): void;
};

/** `grids`: of one device, shortest period first; `sizes`: how many points each has. */
export function createSecondTries(grids: readonly Grid[], sizes: readonly number[]): SecondTries {
  const left = new Map<Grid, number>();
  return {
    withLost: (due) =>
      left.size === 0 || !due.includes(grids[0]!) ? due : grids.filter((grid) => due.includes(grid) || left.has(grid)),
    note: (asked, readings, isTime) => {
      let from = 0;
      for (const grid of asked) {
        const before = from;
        from += sizes[grids.indexOf(grid)]!;
        const tries = isTime(grid) ? mostTries : (left.get(grid) ?? 1) - 1;
        if (tries > 0 && grid !== grids[0] && readings.slice(before, from).some(isLost)) left.set(grid, tries);
        else left.delete(grid);
      }
    },
  };
}

/** No answer, or a spoilt one; the instrument has not said no. */
function isLost({ raw, why }: Reading): boolean {
  return raw === undefined && why !== "unsupported" && !isSaidNo(why as Parameters<typeof isSaidNo>[0]);
}
