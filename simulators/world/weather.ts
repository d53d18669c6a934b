import * as suncalc from "suncalc";
import { day, hour, hourOfDay, yearPhase } from "./calendar.ts";
import { clamp, seedOf, wander } from "./chance.ts";
import type { Rain } from "./rain.ts";

export const taizhou = { latitude: 32.455, longitude: 119.923 } as const;

export type Weather = {
  /** °C in the shade. */
  temperature(at: number): number;
  /** °C of the last day or so: what water and walls feel. */
  slowTemperature(at: number): number;
  /** %RH, 20 to 100. */
  humidity(at: number): number;
  /** hPa at the station. Fronts pass every few days; it is low while it rains. */
  pressure(at: number): number;
  /** m/s, mean of the last minutes. */
  windSpeed(at: number): number;
  /** Degrees from north, 0 to 360: the monsoon from the south-east in summer, from the north in winter. */
  windDirection(at: number): number;
  /** W/m² on the flat, 0 by night. */
  irradiance(at: number): number;
};

export function createWeather(seed: number, rain: Rain): Weather {
  const front = seedOf(seed, "front");
  const warmth = seedOf(seed, "warmth");
  const gusts = seedOf(seed, "gusts");
  const clouds = seedOf(seed, "clouds");
  const season = (at: number) => -Math.cos(2 * Math.PI * (yearPhase(at) - 0.055));
  const wet = (at: number) => Math.min(1, rain.response(at, 2 * hour) / 8);
  const slowTemperature = (at: number) => 15.8 + 12.2 * season(at) + 3.5 * wander(warmth, at, 4 * day);
  const temperature = (at: number) =>
    slowTemperature(at) +
    4.2 * (1 - 0.7 * wet(at)) * Math.cos((2 * Math.PI * (hourOfDay(at) - 14.7)) / 24) -
    1.5 * wet(at) +
    0.3 * wander(warmth + 7, at, hour);
  const windSpeed = (at: number) => {
    const calm = 2.1 + 1.3 * Math.max(0, Math.sin((Math.PI * (hourOfDay(at) - 7)) / 13));
    return clamp(
      calm * (1 + 0.6 * wander(front, at, 2 * day)) + 0.7 * wander(gusts, at, 3 * 60_000) + 2 * wet(at),
      0.1,
      30,
    );
  };
  return {
    temperature,
    slowTemperature,
    humidity: (at) =>
      clamp(
        72 - 2.6 * (temperature(at) - slowTemperature(at)) + 12 * wander(front + 3, at, 2 * day) + 18 * wet(at),
        20,
        100,
      ),
    pressure: (at) =>
      1015.5 -
      10 * season(at) +
      6 * wander(front, at, 5 * day) -
      4 * wet(at) +
      Math.cos((2 * Math.PI * (hourOfDay(at) - 10)) / 12),
    windSpeed,
    windDirection: (at) => {
      const from =
        (season(at) > 0 ? 125 : 350) + 95 * wander(front + 5, at, 2 * day) + 18 * wander(gusts + 5, at, 5 * 60_000);
      return ((from % 360) + 360) % 360;
    },
    irradiance: (at) => {
      const { altitude } = suncalc.getPosition(new Date(at), taizhou.latitude, taizhou.longitude);
      if (altitude <= 0) return 0;
      const clear = 1050 * Math.sin((altitude * Math.PI) / 180) ** 1.15;
      return (
        clear *
        clamp(
          0.72 + 0.3 * wander(clouds, at, 6 * hour) + 0.1 * wander(clouds + 3, at, 4 * 60_000) - 0.6 * wet(at),
          0.05,
          1,
        )
      );
    },
  };
}
