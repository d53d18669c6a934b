import { day, fitted, hour, yearPhase } from "./calendar.ts";
import { chance } from "./chance.ts";

const slot = 8 * hour;

type Shower = { readonly start: number; readonly end: number; readonly depth: number };

/** Rain as events: each has a start, a length and a depth in mm; all of it follows from the seed. */
export type Rain = {
  /** mm/h at this instant. */
  intensity(at: number): number;
  /** mm since the gauges were fitted; only grows. */
  total(at: number): number;
  /**
   * What a catchment makes of the rain of the last days: mm that are felt now, when a shower is felt most `lagMs` after it
   * began (the gamma unit hydrograph with shape 2).
   */
  response(at: number, lagMs: number): number;
};

export function createRain(seed: number): Rain {
  const showers = new Map<number, Shower | undefined>();
  const before: number[] = [0];
  const first = Math.floor(fitted / slot);

  function shower(n: number): Shower | undefined {
    if (!showers.has(n)) showers.set(n, draw(seed, n));
    return showers.get(n);
  }

  function sum(at: number, backMs: number, felt: (shower: Shower) => number): number {
    const last = Math.floor(at / slot);
    let mm = 0;
    for (let n = Math.floor((at - backMs) / slot) - 1; n <= last; n++) {
      const one = shower(n);
      if (one !== undefined && one.start <= at) mm += felt(one);
    }
    return mm;
  }

  return {
    intensity: (at) =>
      sum(at, slot, ({ start, end, depth }) =>
        at >= end ? 0 : (depth * hour * (1 - Math.cos((2 * Math.PI * (at - start)) / (end - start)))) / (end - start),
      ),
    total(at) {
      if (at <= fitted) return 0;
      const settled = Math.max(0, Math.floor(at / slot) - 1 - first);
      while (before.length <= settled)
        before.push(before[before.length - 1]! + (shower(first + before.length - 1)?.depth ?? 0));
      let mm = before[settled]!;
      for (let n = first + settled; n <= Math.floor(at / slot); n++) mm += fallen(shower(n), at);
      return mm;
    },
    response: (at, lagMs) =>
      sum(at, 9 * lagMs, ({ start, depth }) => {
        const x = (at - start) / lagMs;
        return depth * x * Math.exp(1 - x);
      }),
  };
}

function fallen(shower: Shower | undefined, at: number): number {
  if (shower === undefined || at <= shower.start) return 0;
  const x = Math.min(1, (at - shower.start) / (shower.end - shower.start));
  return shower.depth * (x - Math.sin(2 * Math.PI * x) / (2 * Math.PI));
}

/** About 1,050 mm and 110 wet days a year, most of them in the plum rains of June and July. No shower is longer than a slot. */
function draw(seed: number, n: number): Shower | undefined {
  const at = n * slot;
  const summer = 0.5 - 0.5 * Math.cos(2 * Math.PI * (yearPhase(at) - 0.04));
  if (chance(seed, n * 4) > 0.09 + 0.13 * summer) return undefined;
  const start = at + chance(seed, n * 4 + 1) * slot;
  const depth = Math.min(90, -Math.log(1 - chance(seed, n * 4 + 2)) * (3 + 6 * summer));
  return { start, end: start + (0.06 + 0.2 * chance(seed, n * 4 + 3)) * day, depth };
}
