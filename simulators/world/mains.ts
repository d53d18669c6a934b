import { around, hour, hourOfDay, minute } from "./calendar.ts";
import { flicker, seedOf, wander } from "./chance.ts";
import { totalOf } from "./total.ts";

export type Phase = "l1" | "l2" | "l3";

/** Low-voltage supply, GB/T 12325: 220 V, +7 % −10 %; lowest when the town cooks. */
export type Mains = {
  /** V between phase and neutral. */
  voltage(at: number, phase: Phase): number;
  /** Hz; the whole grid's, so the same everywhere. */
  frequency(at: number): number;
};

export function createMains(seed: number, name: string): Mains {
  const own = seedOf(seed, name);
  const grid = seedOf(seed, "grid");
  return {
    voltage: (at, phase) =>
      228 -
      5.5 * around(hourOfDay(at), 19, 2.5) -
      2.5 * around(hourOfDay(at), 11.5, 2) +
      2.5 * wander(own + phase.charCodeAt(1), at, 25 * minute) +
      0.25 * flicker(own + phase.charCodeAt(1), at),
    frequency: (at) => 50 + 0.035 * wander(grid, at, 3 * minute) + 0.004 * flicker(grid, at),
  };
}

/** An electrical load: power and what a meter makes of it. */
export type Load = {
  /** W of one phase. */
  power(at: number, phase: Phase): number;
  /** Power factor, 0 to 1. */
  factor(at: number): number;
  /** kWh of all phases since the meter was fitted. */
  energy(at: number): number;
};

/** The pumps of a station as a load: they work as `duty` (0 to 1) asks. */
export function createPumps(seed: number, name: string, ratedW: number, duty: (at: number) => number): Load {
  const own = seedOf(seed, name);
  const mean = (at: number) => ratedW * (0.06 + 0.8 * duty(at)) * (1 + 0.04 * wander(own, at, 2 * hour));
  return {
    power: (at, phase) =>
      (mean(at) / 3) * (1 + 0.02 * wander(own + phase.charCodeAt(1), at, hour) + 0.004 * flicker(own, at)),
    factor: (at) => 0.87 + 0.03 * wander(own + 3, at, hour),
    energy: totalOf((at) => mean(at) / 1000),
  };
}

/** Street lamps as a load: a controller that never sleeps, and lamps that burn when lighting says so. */
export function createLampLoad(
  seed: number,
  name: string,
  lamps: {
    readonly ratedW: number;
    readonly idleW: number;
    readonly level: (at: number) => number;
    readonly fullHours: (at: number) => number;
    readonly fitted: number;
  },
): Load {
  const own = seedOf(seed, name);
  const ageing = { l1: 1, l2: 0.985, l3: 1.015 };
  return {
    power: (at, phase) =>
      ((lamps.idleW + lamps.ratedW * lamps.level(at)) / 3) *
      ageing[phase] *
      (1 + 0.003 * flicker(own + phase.charCodeAt(1), at)),
    factor: (at) => (lamps.level(at) > 0 ? 0.95 - 0.05 * (1 - lamps.level(at)) : 0.55) + 0.004 * wander(own, at, hour),
    energy: (at) => (lamps.ratedW * lamps.fullHours(at) + (lamps.idleW * Math.max(0, at - lamps.fitted)) / hour) / 1000,
  };
}
