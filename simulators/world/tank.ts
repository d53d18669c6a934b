import { around, day, dayOf, hour, hourOfDay, minute } from "./calendar.ts";
import { chance, clamp, flicker, seedOf, wander } from "./chance.ts";
import type { Weather } from "./weather.ts";

/** A gas tank at a filling station: what it holds, and what the gas heads around it smell. */
export type Tank = {
  /** m; drawn down by day, filled by a road tanker every fourth day between 09:00 and 10:30. */
  level(at: number): number;
  /** % of the tank's height. */
  fill(at: number): number;
  /** °C of the liquid. */
  temperature(at: number): number;
  /** MPa over the liquid: follows its temperature, as propane does. */
  pressure(at: number): number;
  /** %LEL at a gas head; `near` 1 by the pump, 0 at the fence. Nearly nothing except while something leaks. */
  lel(at: number, near: number): number;
  /** ppm of hydrogen sulphide, carbon monoxide, ammonia: traces. */
  trace(at: number, gas: string, typical: number): number;
  /** %vol */
  oxygen(at: number): number;
};

const height = 3.2;
const cycle = 4;

export function createTank(seed: number, weather: Weather, name: string): Tank {
  const own = seedOf(seed, name);

  function fill(at: number): number {
    const number = dayOf(at);
    const sinceFill = (((number + (own % cycle)) % cycle) + cycle) % cycle;
    const now = hourOfDay(at);
    const sold = (hourNow: number) => clamp((hourNow - 6) / 16, 0, 1);
    const drawn = (sinceFill + sold(now)) * 13.5;
    if (sinceFill > 0) return 82 - drawn;
    const before = 82 - (cycle + sold(now)) * 13.5;
    const filled = clamp((now - 9) / 1.5, 0, 1);
    return before + (82 - drawn - before) * filled;
  }

  function leak(at: number): number {
    const slot = 2 * day;
    let gas = 0;
    for (const n of [Math.floor(at / slot) - 1, Math.floor(at / slot)]) {
      if (chance(own, n * 3) > 0.3) continue;
      const start = n * slot + chance(own, n * 3 + 1) * slot;
      const since = at - start;
      const lasts = (12 + 40 * chance(own, n * 3 + 2)) * minute;
      if (since > 0 && since < lasts) gas = Math.max(gas, Math.sin((Math.PI * since) / lasts) ** 0.5);
    }
    return gas;
  }

  const temperature = (at: number) =>
    weather.slowTemperature(at - 6 * hour) + 2.2 * around(hourOfDay(at), 16, 4) + 0.05 * flicker(own + 1, at);
  return {
    fill,
    level: (at) => clamp((fill(at) / 100) * height + 0.001 * flicker(own, at), 0, height),
    temperature,
    pressure: (at) => clamp(0.375 * Math.exp(0.0275 * temperature(at)) + 0.002 * flicker(own + 2, at), 0.1, 1.6),
    lel: (at, near) =>
      clamp(
        0.4 +
          0.4 * wander(own + Math.round(near * 100), at, 40 * minute) +
          0.15 * (1 + flicker(own + 3, at)) +
          (leak(at) * (4 + 34 * near) * 2.2) / (1.2 + 0.4 * weather.windSpeed(at)),
        0,
        100,
      ),
    trace: (at, gas, typical) =>
      Math.max(
        0,
        typical * (1 + 0.5 * wander(seedOf(own, gas), at, 2 * hour)) + 0.05 * typical * flicker(seedOf(own, gas), at),
      ),
    oxygen: (at) => 20.9 + 0.06 * wander(own + 8, at, 3 * hour) - 0.9 * leak(at) + 0.01 * flicker(own + 4, at),
  };
}
