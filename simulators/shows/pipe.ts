import type { Shows } from "../plan.ts";
import { dayOf, startOfDay } from "../world/calendar.ts";
import { createPipe, type SupplyZone } from "../world/pipe.ts";
import type { World } from "../world/world.ts";

/** What meters and analysers of a water zone may show. */
export function pipe(zone: SupplyZone): (world: World) => Shows {
  return ({ seed, weather }) => {
    const ground = (at: number) => 8.5 + 0.55 * weather.slowTemperature(at);
    const here = createPipe(seed, ground, zone);
    return {
      pipe_flow: here.flow,
      pipe_velocity: here.velocity,
      pipe_pressure: (at) => here.inlet(at) * 1000,
      "pipe_pressure/critical": (at) => here.critical(at) * 1000,
      pipe_temperature: here.temperature,
      flow_total: here.volume,
      "flow_total/settlement": (at) => here.volume(startOfDay(dayOf(at))),
      valve_state: () => 1,
      "flow_total/1": here.volume,
      "flow_total/2": here.reverseVolume,
      flow_total_forward: here.volume,
      flow_total_reverse: here.reverseVolume,
      flow_total_day: (at) => here.volume(at) - here.volume(startOfDay(dayOf(at))),
      ultrasonic_signal_quality: () => 88,
      meter_status: () => 0,
      error_code: () => 0,
      water_temperature: here.temperature,
      residual_chlorine: here.chlorine,
      turbidity: here.turbidity,
      ph: here.ph,
      conductivity: here.conductivity,
      orp: here.redox,
    };
  };
}
