import type { Shows } from "../plan.ts";
import { fitted, hour } from "../world/calendar.ts";
import { createTank } from "../world/tank.ts";
import type { World } from "../world/world.ts";

/** What instruments around a gas tank may show. */
export function tank(name: string): (world: World) => Shows {
  return ({ seed, weather }) => {
    const here = createTank(seed, weather, name);
    const sulphide = (at: number) => here.trace(at, "h2s", 0.4);
    return {
      tank_level: here.level,
      tank_fill: here.fill,
      tank_pressure: (at) => here.pressure(at) * 1000,
      tank_temperature: here.temperature,
      "combustible_lel/pump": (at) => here.lel(at, 1),
      "combustible_lel/tank": (at) => here.lel(at, 0.6),
      "combustible_lel/hose": (at) => here.lel(at, 0.8),
      "combustible_lel/fence": (at) => here.lel(at, 0),
      oxygen_volume: here.oxygen,
      co_ppm: (at) => here.trace(at, "co", 1.2),
      nh3_ppm: (at) => here.trace(at, "nh3", 0.6),
      toxic_gas_ppm: sulphide,
      h2s_ppm: sulphide,
      gas_alarm_low: (at) => (sulphide(at) >= 5 ? 1 : 0),
      gas_alarm_high: (at) => (sulphide(at) >= 10 ? 1 : 0),
      detector_state: () => 1,
      detector_fault: () => 0,
      fault_code: () => 0,
      device_temperature: (at) => weather.temperature(at) + 6,
      sensor_life: (at) => 17_520 - (at - fitted) / hour,
      sample_flow: () => 500,
    };
  };
}

/** A gas head where chlorine stands in drums. */
export function chlorineStore(name: string): (world: World) => Shows {
  return ({ seed, weather }) => ({ cl2_ppm: (at) => createTank(seed, weather, name).trace(at, "cl2", 0.05) });
}
