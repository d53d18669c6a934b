import type { Shows } from "../plan.ts";
import { createAir } from "../world/air.ts";
import type { World } from "../world/world.ts";

const hourMs = 3_600_000;

/** °C, by Magnus' formula over water. */
function dewPoint(temperature: number, humidity: number): number {
  const gamma = Math.log(humidity / 100) + (17.62 * temperature) / (243.12 + temperature);
  return (243.12 * gamma) / (17.62 - gamma);
}

/** What instruments on a mast may show. roadside: 0 in a park, 1 at the kerb of a main road. */
export function air(name: string, roadside: number): (world: World) => Shows {
  return ({ seed, weather, rain, lighting }) => {
    const here = createAir(seed, weather, rain, name, roadside);
    return {
      air_temperature: weather.temperature,
      relative_humidity: weather.humidity,
      dew_point: (at) => dewPoint(weather.temperature(at), weather.humidity(at)),
      air_pressure: (at) => weather.pressure(at) / 10,
      wind_speed: weather.windSpeed,
      wind_gust: (at) => 1.4 * weather.windSpeed(at),
      wind_direction: weather.windDirection,
      wind_sector: (at) => Math.round(weather.windDirection(at) / 45) % 8,
      rainfall: rain.total,
      rainfall_event: (at) => rain.total(at) - rain.total(at - hourMs),
      rain_rate: (at) => 6 * (rain.total(at) - rain.total(at - hourMs / 6)),
      illuminance: (at) => 118 * weather.irradiance(at) + 14 * roadside * lighting.level(at),
      pm25: here.pm25,
      pm10: here.pm10,
      no2: here.no2,
      so2: here.so2,
      o3: here.o3,
      co: here.co,
      o3_ppm: (at) => here.o3(at) / 1000 / 1.963,
      co2: here.co2,
      tvoc: here.tvoc,
      noise_level: here.noise,
      noise_equivalent: here.noise,
      noise_max: (at) => here.noise(at) + 6,
      noise_min: (at) => here.noise(at) - 4,
      supply_voltage: () => 24.1,
    };
  };
}
