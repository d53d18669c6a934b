import { around, hour, hourOfDay, isWeekend, minute } from "./calendar.ts";
import { clamp, flicker, seedOf, wander } from "./chance.ts";
import type { Rain } from "./rain.ts";

/** A sewer under a street: what a household does all day, and rain within the hour. */
export type Drain = {
  /** m of water in the pipe. */
  level(at: number): number;
  /** m³/h */
  flow(at: number): number;
};

export function createDrain(seed: number, rain: Rain, name: string, diameterM: number): Drain {
  const own = seedOf(seed, name);
  const fill = (at: number) => {
    const now = hourOfDay(at);
    const shift = isWeekend(at) ? 1.3 : 0;
    const homes = 0.4 + 0.8 * around(now, 7.6 + shift, 1.8) + 0.7 * around(now, 20, 2.6) + 0.35 * around(now, 12.5, 2);
    return homes * (1 + 0.1 * wander(own, at, 20 * minute)) + 0.35 * rain.response(at, 0.75 * hour);
  };
  return {
    level: (at) => clamp(0.16 * diameterM * fill(at) ** 0.6 + 0.002 * flicker(own, at), 0.02, 3.2),
    flow: (at) => 42 * diameterM ** 2.5 * fill(at),
  };
}

/**
 * Water on the road in a railway underpass, m. Its pumps keep up with ordinary rain; a downpour beats them, and it takes them
 * an hour to win. Dry otherwise, within the 3 mm that a level sensor wavers.
 */
export function createUnderpass(seed: number, rain: Rain, name: string): (at: number) => number {
  const own = seedOf(seed, name);
  return (at) =>
    clamp(
      0.035 * (rain.response(at, 0.8 * hour) - 7) + 0.0015 * (1 + flicker(own, at)),
      0.0015 * (1 + flicker(own, at)),
      0.9,
    );
}
