import { createLighting, type Lighting } from "./lamps.ts";
import { createRain, type Rain } from "./rain.ts";
import { createWeather, type Weather } from "./weather.ts";

/**
 * What is true of the city at any instant: a pure function of the seed and the time (epoch ms). It may be asked for any
 * instant in any order; what it remembers only saves work. Places draw their own chance from the seed and their name.
 */
export type World = {
  readonly seed: number;
  readonly rain: Rain;
  readonly weather: Weather;
  readonly lighting: Lighting;
};

export function createWorld(seed: number): World {
  const rain = createRain(seed);
  return { seed, rain, weather: createWeather(seed, rain), lighting: createLighting() };
}
