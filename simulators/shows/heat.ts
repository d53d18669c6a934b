import type { Shows } from "../plan.ts";
import { dayOf, startOfDay } from "../world/calendar.ts";
import { flicker, seedOf } from "../world/chance.ts";
import { totalOf } from "../world/total.ts";
import type { World } from "../world/world.ts";

/** kWh that a cubic metre of water carries for each degree. */
const kilowattHours = 1.163;

/** A building's heat meter: it heats below 18 °C of the last day or so, and stands still in summer. */
export function heating(name: string, kilowattsPerDegree: number): (world: World) => Shows {
  return ({ seed, weather }) => {
    const own = seedOf(seed, name);
    const power = (at: number) => kilowattsPerDegree * Math.max(0, 18 - weather.slowTemperature(at));
    const supply = (at: number) => (power(at) > 0 ? 46 + 0.3 * power(at) + flicker(own, at) : 24);
    const spread = (at: number) => (power(at) > 0 ? 12 + 0.5 * flicker(own + 1, at) : 0.2);
    const flow = (at: number) => (power(at) > 0 ? power(at) / (kilowattHours * 12) : 0);
    const energy = totalOf(power, 8);
    const volume = totalOf(flow, 8);
    return {
      heat_energy: energy,
      "heat_energy/settlement": (at) => energy(startOfDay(dayOf(at))),
      heat_power: power,
      pipe_flow: flow,
      flow_total: volume,
      supply_water_temperature: supply,
      return_water_temperature: (at) => supply(at) - spread(at),
    };
  };
}
