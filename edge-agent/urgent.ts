import { type Quantity, quantityOf } from "@weir/wire/quantities.ts";
import type { Sample } from "@weir/wire/sample.ts";

/** States that somebody is called for, or that tell what has been done to an installation. */
const events: ReadonlySet<Quantity | undefined> = new Set<Quantity>([
  ...(["alarm_code", "error_code", "fault_code", "outbox_degraded", "firmware_state"] as const),
  ...([
    "gas_alarm_low",
    "gas_alarm_high",
    "flame_state",
    "smoke_state",
    "liquid_leak_state",
    "detector_fault",
  ] as const),
  ...(["tank_level_switch", "shut_off_valve_state", "grounding_state"] as const),
  ...(["power_alarm", "lamp_fault", "breaker_state", "door_state", "immersion_state"] as const),
  ...(["empty_pipe", "pump_fault", "leak_state", "sewer_high_water", "manhole_cover_state", "valve_state"] as const),
  ...(["analyser_alarm", "analyser_fault"] as const),
]);

/**
 * Tells which records are urgent: those in which an alarm or another event has come or gone since the record before of the same
 * device. The first one is urgent where something is not 0. A bad value changes nothing.
 */
export function createUrgency(): (device: string | null, samples: readonly Sample[]) => boolean {
  const last = new Map<string, number>();
  return (device, samples) => {
    let urgent = false;
    for (const { metric, value } of samples) {
      if (value === null || !events.has(quantityOf(metric))) continue;
      const key = `${device}\n${metric}`;
      urgent ||= value !== (last.get(key) ?? 0);
      last.set(key, value);
    }
    return urgent;
  };
}
