import { around, day, hour, hourOfDay, isWeekend, minute } from "./calendar.ts";
import { clamp, flicker, seedOf, wander } from "./chance.ts";
import { totalOf } from "./total.ts";

/** A zone of the water network: one inlet, one critical point. */
export type SupplyZone = {
  readonly name: string;
  /** m³/h on average, losses included. */
  readonly meanFlow: number;
  /** Share of the mean that leaks day and night: what is left of the flow between 02:00 and 04:00. */
  readonly leakShare: number;
  /** MPa at the inlet when nothing flows. */
  readonly pressure: number;
};

export type Pipe = {
  /** m³/h; least between 02:00 and 04:00. */
  flow(at: number): number;
  /** m³ forward since the meters were fitted. */
  volume(at: number): number;
  /** m³ backward: what the check valve lets through. */
  reverseVolume(at: number): number;
  /** m/s in the inlet main. */
  velocity(at: number): number;
  /** MPa at the inlet. */
  inlet(at: number): number;
  /** MPa at the critical point: friction takes most at the morning peak. */
  critical(at: number): number;
  /** °C */
  temperature(at: number): number;
  /** mg/L of free chlorine; it decays where water stands at night. */
  chlorine(at: number): number;
  /** NTU */
  turbidity(at: number): number;
  ph(at: number): number;
  /** µS/cm */
  conductivity(at: number): number;
  /** mV */
  redox(at: number): number;
};

/** People's use of water as a share of its mean: 0.15 in the small hours, 1.9 at the morning peak. */
export function demand(at: number): number {
  const now = hourOfDay(at);
  const shift = isWeekend(at) ? 1.4 : 0;
  return (
    0.15 +
    1.55 * around(now, 7.5 + shift, 1.9) +
    0.75 * around(now, 12.3, 2.4) +
    1.35 * around(now, 19.3, 2.8) +
    0.35 * around(now, 15.5, 3)
  );
}

const meanDemand = 0.97;

export function createPipe(seed: number, groundTemperature: (at: number) => number, zone: SupplyZone): Pipe {
  const own = seedOf(seed, zone.name);
  const used = (at: number) =>
    (demand(at) / meanDemand) * (1 + 0.05 * wander(own, at, 4 * minute) + 0.07 * wander(own + 1, at, 2 * day));
  const share = (at: number) => zone.leakShare + (1 - zone.leakShare) * used(at);
  const smooth = (at: number) =>
    zone.meanFlow *
    (zone.leakShare + ((1 - zone.leakShare) * demand(at)) / meanDemand) *
    (1 + 0.07 * wander(own + 1, at, 2 * day));
  const inlet = (at: number) =>
    zone.pressure - 0.02 * share(at) ** 1.85 + 0.006 * wander(own + 2, at, 90_000) + 0.0005 * flicker(own, at);
  return {
    flow: (at) => zone.meanFlow * share(at) * (1 + 0.003 * flicker(own + 1, at)),
    volume: totalOf(smooth),
    reverseVolume: totalOf((at) => 0.0004 * zone.meanFlow * (1 + wander(own + 9, at, day))),
    velocity: (at) => 0.8 * share(at),
    inlet,
    critical: (at) => clamp(inlet(at) - 0.05 - 0.035 * share(at) ** 1.85, 0.05, 1.6),
    temperature: groundTemperature,
    chlorine: (at) =>
      clamp(
        0.42 +
          0.12 * Math.min(1.4, used(at - hour)) +
          0.06 * wander(own + 3, at, 6 * hour) +
          0.003 * flicker(own + 2, at),
        0.06,
        1.9,
      ),
    turbidity: (at) =>
      clamp(
        0.22 + 0.1 * Math.max(0, share(at) - 1.2) + 0.05 * wander(own + 4, at, 5 * hour) + 0.004 * flicker(own + 3, at),
        0.05,
        3,
      ),
    ph: (at) => 7.35 + 0.08 * wander(own + 5, at, 9 * hour) + 0.004 * flicker(own + 4, at),
    conductivity: (at) => 395 + 18 * wander(own + 6, at, day) + 0.4 * flicker(own + 5, at),
    redox: (at) => 640 + 25 * wander(own + 7, at, 8 * hour) + 1.5 * flicker(own + 6, at),
  };
}
