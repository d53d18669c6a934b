import type { Shows } from "../plan.ts";
import { day, hour } from "../world/calendar.ts";
import { flicker, seedOf, wander } from "../world/chance.ts";
import { createDrain, createUnderpass } from "../world/drainage.ts";
import { createOutlet } from "../world/outlet.ts";
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

/**
 * A lake that a river feeds: what it brings settles, so that nutrients are a quarter of the river's and follow it over days. Analysers there are
 * those of rivers.
 */
export function lake(reach: Reach): (world: World) => Shows {
  return (world) => {
    const shows = river(reach)(world);
    const { seed, rain } = world;
    const own = seedOf(seed, `${reach.name} lake`);
    const wash = (at: number) => Math.min(3, rain.response(at, 36 * hour) / 10);
    const settled = (n: number, at: number) => 1 + 0.12 * wander(own + n, at, 6 * day) + 0.08 * wash(at);
    return {
      ...shows,
      total_phosphorus: (at) => 0.031 * settled(1, at) + 0.0003 * flicker(own, at),
      total_nitrogen: (at) => 0.66 * settled(3, at) + 0.004 * flicker(own + 1, at),
      ammonia_nitrogen: (at) => 0.14 * settled(5, at) + 0.002 * flicker(own + 2, at),
    };
  };
}

/** What analysers and the flow meter at the outlet of a sewage works may show. */
export function sewageWorks(name: string, meanFlow: number): (world: World) => Shows {
  return (world) => {
    const here = createOutlet(world.seed, world, { name, meanFlow });
    return {
      sewage_flow: here.flow,
      cod: here.cod,
      suspended_solids: here.suspendedSolids,
      ammonia_nitrogen: here.ammonia,
      total_phosphorus: here.totalPhosphorus,
      total_nitrogen: here.totalNitrogen,
      ph: here.ph,
      water_temperature: here.temperature,
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
    sewer_level: createDrain(seed, rain, name, diameterM).level,
    sewer_high_water: (at) => (createDrain(seed, rain, name, diameterM).level(at) > 2.4 ? 1 : 0),
    manhole_cover_state: () => 0,
    sewer_headroom: (at) => 4.2 - createDrain(seed, rain, name, diameterM).level(at),
    water_temperature: (at) => 12 + 0.45 * weather.slowTemperature(at),
  });
}
