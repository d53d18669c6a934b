import { around, day, hour, hourOfDay } from "./calendar.ts";
import { clamp, flicker, seedOf, wander } from "./chance.ts";
import type { Rain } from "./rain.ts";
import type { Weather } from "./weather.ts";

/** What a sewage works discharges; mg/L unless said otherwise. Grade 1A of GB 18918 is kept on ordinary days. */
export type Outlet = {
  /** L/s; the city's day, hours later, and rain that gets into the sewers. */
  flow(at: number): number;
  cod(at: number): number;
  ammonia(at: number): number;
  totalPhosphorus(at: number): number;
  totalNitrogen(at: number): number;
  suspendedSolids(at: number): number;
  ph(at: number): number;
  /** °C; sewage is warm in winter. */
  temperature(at: number): number;
};

/** meanFlow: L/s in dry weather. */
export function createOutlet(
  seed: number,
  { weather, rain }: { readonly weather: Weather; readonly rain: Rain },
  { name, meanFlow }: { readonly name: string; readonly meanFlow: number },
): Outlet {
  const own = seedOf(seed, name);
  const storm = (at: number) => Math.min(3, rain.response(at, 3 * hour) / 10);
  const load = (at: number) => 0.8 + 0.35 * around(hourOfDay(at), 13, 4) + 0.3 * around(hourOfDay(at), 23, 3);
  /** Biology slows in the cold and is flushed by a storm; it wanders over days. */
  const strain = (n: number, at: number) =>
    load(at) * (1 + 0.15 * wander(own + n, at, 2 * day)) * (1 + 0.12 * storm(at)) + 0.004 * flicker(own + n, at);
  const temperature = (at: number) => 11 + 0.5 * weather.slowTemperature(at);
  return {
    flow: (at) => meanFlow * load(at) * (1 + 0.5 * storm(at)) * (1 + 0.01 * flicker(own, at)),
    cod: (at) => 24 * strain(1, at),
    ammonia: (at) => clamp((1.1 + 0.04 * Math.max(0, 18 - temperature(at))) * strain(3, at), 0.05, 20),
    totalPhosphorus: (at) => 0.21 * strain(5, at),
    totalNitrogen: (at) => 8.6 * strain(7, at),
    suspendedSolids: (at) => 5.2 * strain(9, at),
    ph: (at) => 7.1 + 0.12 * wander(own + 11, at, day) + 0.006 * flicker(own + 11, at),
    temperature,
  };
}
