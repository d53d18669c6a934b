import { around, day, hour, hourOfDay, isWeekend, minute, yearPhase } from "./calendar.ts";
import { clamp, flicker, seedOf, wander } from "./chance.ts";
import type { Rain } from "./rain.ts";
import type { Weather } from "./weather.ts";

/** Vehicles as a share of the rush hour, 0.04 to 1.1: two rushes on a working day, one late broad hump at the weekend. */
export function traffic(at: number): number {
  const now = hourOfDay(at);
  const base = 0.05 + 0.32 * around(now, 14, 6.5);
  return isWeekend(at)
    ? base + 0.35 * around(now, 11, 2.5) + 0.4 * around(now, 18.5, 3)
    : base + 0.72 * around(now, 7.9, 1.2) + 0.62 * around(now, 18, 1.7);
}

/** The air at one street or park; µg/m³ except CO (mg/m³), noise (dB(A)) and volatile organics (ppb), CO2 (ppm). */
export type Air = {
  pm25(at: number): number;
  pm10(at: number): number;
  no2(at: number): number;
  so2(at: number): number;
  o3(at: number): number;
  co(at: number): number;
  co2(at: number): number;
  tvoc(at: number): number;
  noise(at: number): number;
};

/** roadside: 0 in a park, 1 at the kerb of a main road. */
export function createAir(seed: number, weather: Weather, rain: Rain, name: string, roadside: number): Air {
  const own = seedOf(seed, name);
  const winter = (at: number) => 0.5 + 0.5 * Math.cos(2 * Math.PI * (yearPhase(at) - 0.03));
  const still = (at: number) => clamp(3.2 / (1.2 + weather.windSpeed(at)), 0.5, 1.9);
  const rinsed = (at: number) => 1 / (1 + rain.response(at, 2 * hour) / 9);
  const cars = (at: number) => (0.15 + roadside) * traffic(at) * (1 + 0.12 * wander(own + 5, at, 5 * minute));
  const region = (at: number) => (18 + 26 * winter(at)) * (1 + 0.5 * wander(seed, at, 3 * day)) * rinsed(at);
  const pm25 = (at: number) => clamp((region(at) + 9 * cars(at)) * still(at) ** 0.6 + 0.7 * flicker(own, at), 3, 320);
  const no2 = (at: number) =>
    clamp(
      (9 + 8 * winter(at) + 42 * cars(at)) * still(at) * (0.6 + 0.4 * rinsed(at)) + 0.8 * flicker(own + 1, at),
      2,
      260,
    );
  return {
    pm25,
    pm10: (at) => 1.45 * pm25(at) + (10 + 12 * cars(at)) * rinsed(at) + 1.2 * flicker(own + 2, at) + 2,
    no2,
    so2: (at) => clamp(5 + 4 * winter(at) + 2 * wander(own + 3, at, 9 * hour) + 0.3 * flicker(own + 3, at), 1, 80),
    o3: (at) =>
      clamp(
        38 + 0.13 * weather.irradiance(at - hour) + 25 * (1 - winter(at)) - 0.55 * no2(at) + flicker(own + 4, at),
        4,
        290,
      ),
    co: (at) =>
      clamp((0.35 + 0.25 * winter(at) + 0.6 * cars(at)) * still(at) ** 0.8 + 0.02 * flicker(own + 5, at), 0.1, 12),
    co2: (at) => 418 + 45 * cars(at) * still(at) + 14 * winter(at) + 2 * flicker(own + 6, at),
    tvoc: (at) =>
      clamp(70 + 110 * cars(at) * still(at) + 25 * wander(own + 7, at, 3 * hour) + 3 * flicker(own + 7, at), 5, 2000),
    noise: (at) =>
      clamp(
        43 +
          9 * roadside +
          10 * Math.log10(1 + 14 * cars(at)) +
          0.35 * Math.min(20, rain.intensity(at)) +
          2.2 * wander(own + 8, at, 8000),
        34,
        95,
      ),
  };
}
