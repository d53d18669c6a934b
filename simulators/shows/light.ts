import type { Settings } from "../modbus/instrument.ts";
import type { Shows } from "../plan.ts";
import { fitted, hour } from "../world/calendar.ts";
import { flicker, seedOf } from "../world/chance.ts";
import { createLampLoad, createMains, createPumps, type Load, type Mains, type Phase } from "../world/mains.ts";
import { demand } from "../world/pipe.ts";
import type { World } from "../world/world.ts";

const phases = ["l1", "l2", "l3"] as const;

/** A power meter on the supply of some street lamps. */
export function lampMeter(name: string, ratedW: number): (world: World) => Shows {
  return ({ seed, lighting: { level, fullHours } }) =>
    meter(
      createLampLoad(seed, name, { ratedW, idleW: 0.008 * ratedW, level, fullHours, fitted }),
      createMains(seed, name),
    );
}

/** A power meter on the supply of pumps that follow the town's use of water. */
export function pumpMeter(name: string, ratedW: number): (world: World) => Shows {
  return ({ seed }) =>
    meter(
      createPumps(seed, name, ratedW, (at) => demand(at) / 2),
      createMains(seed, name),
    );
}

function meter(load: Load, mains: Mains): Shows {
  const sum = (of: (at: number, phase: Phase) => number) => (at: number) =>
    phases.reduce((total, phase) => total + of(at, phase), 0);
  const apparent = (at: number, phase: Phase) => load.power(at, phase) / load.factor(at);
  const reactive = (at: number, phase: Phase) => load.power(at, phase) * Math.tan(Math.acos(load.factor(at)));
  const current = (at: number, phase: Phase) => apparent(at, phase) / mains.voltage(at, phase);
  const each = (name: string, of: (at: number, phase: Phase) => number): Shows =>
    Object.fromEntries(phases.map((phase) => [`${name}/${phase}`, (at: number) => of(at, phase)]));
  return {
    ...each("voltage", mains.voltage),
    ...each("current", current),
    ...each("active_power", load.power),
    ...each("apparent_power", apparent),
    ...each("reactive_power", reactive),
    ...each("power_factor", load.factor),
    voltage: (at) => mains.voltage(at, "l1"),
    current: (at) => sum(apparent)(at) / mains.voltage(at, "l1"),
    active_power: sum(load.power),
    apparent_power: sum(apparent),
    reactive_power: sum(reactive),
    power_factor: load.factor,
    frequency: mains.frequency,
    active_energy_import: load.energy,
    active_energy_export: () => 0,
    active_energy_total: load.energy,
    power_alarm: () => 0,
  };
}

/**
 * The controller of one street lamp. It follows the city's lighting until it is told otherwise: then relay and dim level are
 * those that were written. Its energy and hours are those of the lighting.
 */
export function lamp(name: string, ratedW: number): (world: World) => Shows {
  return ({ seed, lighting, rain }) => {
    const own = seedOf(seed, name);
    const mains = createMains(seed, name);
    const relay = (at: number, settings: Settings) => settings.get("relay_state") ?? (lighting.level(at) > 0 ? 1 : 0);
    const dim = (at: number, settings: Settings) =>
      settings.get("lamp_dim_level") ?? Math.round(lighting.level(at) * 100);
    const power = (at: number, settings: Settings) =>
      1.2 + ((relay(at, settings) * dim(at, settings)) / 100) * ratedW * (1 + 0.003 * flicker(own, at));
    const factor = (at: number, settings: Settings) =>
      power(at, settings) > 5 ? 0.955 + 0.004 * flicker(own + 1, at) : 0.42;
    const voltage = (at: number) => mains.voltage(at, "l1");
    return {
      voltage,
      current: (at, settings) => power(at, settings) / factor(at, settings) / voltage(at),
      active_power: power,
      power_factor: factor,
      active_energy_import: (at) => (ratedW * lighting.fullHours(at) + (1.2 * Math.max(0, at - fitted)) / hour) / 1000,
      leakage_current: (at) => 2.4 + 0.5 * Math.min(12, rain.response(at, hour)) + 0.1 * flicker(own + 2, at),
      lamp_run_hours: lighting.hoursOn,
      lamp_fault: () => 0,
      lamp_dim_level: dim,
      relay_state: relay,
    };
  };
}

/** The cabinet of a circuit of lamps, which a node keeps an eye on. */
export function cabinet(name: string): (world: World) => Shows {
  return ({ seed, lighting, weather }) => {
    const own = seedOf(seed, `${name} cabinet`);
    return {
      door_state: () => 0,
      immersion_state: () => 0,
      supply_voltage: (at) => 12.1 + 0.05 * flicker(own, at),
      cabinet_temperature: (at) => weather.temperature(at) + 4 + 3 * lighting.level(at) + 0.05 * flicker(own + 1, at),
      relay_state: (at, settings) => settings.get("relay_state") ?? (lighting.level(at) > 0 ? 1 : 0),
      lamp_dim_level: (at, settings) => settings.get("lamp_dim_level") ?? 100 * lighting.level(at),
    };
  };
}
