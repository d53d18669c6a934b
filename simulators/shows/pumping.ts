import type { Settings } from "../modbus/instrument.ts";
import type { Shows } from "../plan.ts";
import { minute } from "../world/calendar.ts";
import { flicker, seedOf, wander } from "../world/chance.ts";
import { createDrain } from "../world/drainage.ts";
import { createPumpingStation, type Orders, type PumpingStation, pumpPower } from "../world/pumping.ts";
import type { World } from "../world/world.ts";

export type Station = { readonly name: string; readonly sewerM: number; readonly pumpFlow: number };

/** The station and what a controller's settings order; other instruments know of no settings, so they show it as it was ordered at first. */
function stationOf({ seed, rain }: World, { name, sewerM, pumpFlow }: Station): PumpingStation {
  return createPumpingStation(seed, createDrain(seed, rain, name, sewerM), name, pumpFlow);
}

const usual = { startLevel: 1.8, enabled: 1 };

function ordersOf(settings: Settings): Orders {
  const allowed = (pump: number) => (settings.get(`pump_enable/${pump}`) ?? usual.enabled) === 1;
  return { startLevel: settings.get("sewer_level/start") ?? usual.startLevel, enabled: [allowed(1), allowed(2)] };
}

/** The controller of a pumping station. Its pumps obey what is written to it; hours are those of a station left alone. */
export function stationController(station: Station): (world: World) => Shows {
  return (world) => {
    const here = stationOf(world, station);
    const flow = (at: number, orders: Orders) => here.flow(at, 0, orders) + here.flow(at, 1, orders);
    return {
      sewer_level: (at, settings) => here.level(at, ordersOf(settings)),
      "sewer_level/start": (_, settings) => ordersOf(settings).startLevel,
      sewer_flow: (at, settings) => flow(at, ordersOf(settings)),
      "pump_state/1": (at, settings) => Number(here.running(at, 0, ordersOf(settings))),
      "pump_state/2": (at, settings) => Number(here.running(at, 1, ordersOf(settings))),
      "pump_enable/1": (_, settings) => Number(ordersOf(settings).enabled[0]),
      "pump_enable/2": (_, settings) => Number(ordersOf(settings).enabled[1]),
      "run_hours/1": here.hours,
      "run_hours/2": here.hours,
    };
  };
}

/** One pump of a station by its own instruments, and the wet well's. */
export function stationPump(station: Station, pump: 0 | 1): (world: World) => Shows {
  return (world) => {
    const here = stationOf(world, station);
    const own = seedOf(world.seed, `${station.name} pump ${pump}`);
    const orders = ordersOf(new Map());
    const flow = (at: number) => here.flow(at, pump, orders);
    const head = (at: number) => (flow(at) > 0 ? 98 + 0.8 * flicker(own, at) : 0);
    const sewage = (at: number) => 12 + 0.45 * world.weather.slowTemperature(at);
    return {
      "pipe_pressure/differential": head,
      pipe_flow: flow,
      pipe_temperature: sewage,
      "device_temperature/bearing": (at) => sewage(at) + 14 + 6 * here.hours(at + minute) - 6 * here.hours(at),
      active_power: (at) => pumpPower(flow(at), head(at)),
      pump_starts: here.starts,
      "pump_fault/cavitation": () => 0,
      "pump_fault/motor-overheat": () => 0,
      water_depth: (at) => here.level(at, orders),
      toxic_gas_ppm: (at) => Math.max(0, 1.6 + 1.2 * wander(own + 1, at, 25 * minute) + 0.1 * flicker(own + 2, at)),
      device_temperature: (at) => sewage(at) + 3,
    };
  };
}
