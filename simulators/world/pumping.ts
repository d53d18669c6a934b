import { fitted, hour, minute } from "./calendar.ts";
import { clamp, flicker, seedOf } from "./chance.ts";
import type { Drain } from "./drainage.ts";
import { totalOf } from "./total.ts";

/** What the operator of a pumping station has set. */
export type Orders = {
  /** m in the wet well at which a pump starts. */
  readonly startLevel: number;
  /** Which of the pumps may run. */
  readonly enabled: readonly [boolean, boolean];
};

/** A sewage pumping station of two pumps that take turns: a wet well fills, and is pumped down by `swing` m. */
export type PumpingStation = {
  /** m in the wet well. */
  level(at: number, orders: Orders): number;
  running(at: number, pump: 0 | 1, orders: Orders): boolean;
  /** m³/h of one pump. */
  flow(at: number, pump: 0 | 1, orders: Orders): number;
  /** Hours a pump ran since it was fitted, as if nothing had ever been ordered. */
  hours(at: number): number;
  /** Times that a pump started since it was fitted, as if nothing had ever been ordered. */
  starts(at: number): number;
};

const period = 12 * minute;
const swing = 0.8;
const flooded = 0.9;

/** capacity: m³/h of one pump. */
export function createPumpingStation(seed: number, drain: Drain, name: string, capacity: number): PumpingStation {
  const own = seedOf(seed, name);
  const turn = (at: number) => Math.floor((at - fitted) / period);
  /** Where in its filling and emptying the well is, and how much of the period the pumps need. */
  const cycle = (at: number, { enabled }: Orders) => {
    const [first, second] = enabled;
    const inflow = drain.flow(fitted + (turn(at) + 0.5) * period);
    const both = first && second && inflow > 0.95 * capacity;
    const duty = clamp(inflow / (both ? 2 * capacity : capacity), 0.02, 0.95);
    const phase = (at - fitted) / period - turn(at);
    const leader = first && second ? (((turn(at) % 2) + 2) % 2 === 0 ? 0 : 1) : first ? 0 : 1;
    return { duty, phase, both, leader, stopped: !first && !second };
  };
  const running = (at: number, pump: 0 | 1, orders: Orders) => {
    const { duty, phase, both, leader, stopped } = cycle(at, orders);
    return !stopped && phase < duty && (both || pump === leader);
  };
  return {
    level(at, orders) {
      const { duty, phase, stopped } = cycle(at, orders);
      const ripple = 0.004 * flicker(own, at);
      if (stopped) return orders.startLevel + flooded + ripple;
      const full = phase < duty ? 1 - phase / duty : (phase - duty) / (1 - duty);
      return orders.startLevel - swing * (1 - full) + ripple;
    },
    running,
    flow: (at, pump, orders) => (running(at, pump, orders) ? capacity * (1 + 0.01 * flicker(own + 1 + pump, at)) : 0),
    hours: totalOf((at) => clamp(drain.flow(at) / capacity, 0.02, 1.9) / 2),
    starts: (at) => Math.max(0, Math.floor((at - fitted) / (2 * period))),
  };
}

/** W that a pump draws for m³/h against a head in kPa, at 62 % from the mains to the water. */
export function pumpPower(flow: number, kilopascals: number): number {
  return ((flow / (hour / 1000)) * kilopascals * 1000) / 0.62;
}
