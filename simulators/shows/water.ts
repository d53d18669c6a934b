import type { Shows } from "../plan.ts";
import { createDrain, createUnderpass } from "../world/drainage.ts";
import { createRiver, type Reach } from "../world/river.ts";
import type { World } from "../world/world.ts";

/** What instruments in a river may show. */
export function river(reach: Reach): (world: World) => Shows {
  return ({ seed, weather, rain }) => {
    const here = createRiver(seed, weather, rain, reach);
    const { temperature, conductivity } = here;
    return {
      water_level: here.level,
      water_depth: (at) => here.level(at) - reach.level + 1.6,
      water_velocity: here.velocity,
      river_flow: here.flow,
      flow_total: here.volume,
      rainfall: rain.total,
      water_temperature: temperature,
      ph: here.ph,
      dissolved_oxygen: here.dissolvedOxygen,
      oxygen_saturation: here.oxygenSaturation,
      specific_conductance: conductivity,
      conductivity: (at) => conductivity(at) * (1 + 0.0191 * (temperature(at) - 25)),
      turbidity: here.turbidity,
      turbidity_fnu: here.turbidity,
      suspended_solids: here.suspendedSolids,
      orp: here.redox,
      electrode_potential: (at) => (7 - here.ph(at)) * (54.2 + 0.198 * temperature(at)),
      ammonia_nitrogen: here.ammonia,
      codmn: here.codMn,
      cod: here.cod,
      total_phosphorus: here.totalPhosphorus,
      total_nitrogen: here.totalNitrogen,
      chlorophyll: here.chlorophyll,
      error_code: () => 0,
      analyser_state: () => 1,
      analyser_mode: () => 2,
      analyser_alarm: () => 0,
      analyser_fault: () => 0,
    };
  };
}

/** A gauge flush with the road of an underpass, cm: 0 while the road is dry. */
export function underpass(name: string): (world: World) => Shows {
  return ({ seed, rain, weather }) => {
    const depth = createUnderpass(seed, rain, name);
    return { road_water_depth: (at) => 100 * depth(at), water_temperature: weather.slowTemperature };
  };
}

/** A level sensor in a manhole: in the water, or under the cover, 4.2 m above the channel. */
export function manhole(name: string, diameterM: number): (world: World) => Shows {
  return ({ seed, rain, weather }) => ({
    water_depth: createDrain(seed, rain, name, diameterM).level,
    sewer_headroom: (at) => 4.2 - createDrain(seed, rain, name, diameterM).level(at),
    water_temperature: (at) => 12 + 0.45 * weather.slowTemperature(at),
  });
}
