import type { Connection } from "../drivers/driver.ts";
import { drivers } from "../drivers/drivers.ts";
import type { Bus } from "./bus.ts";
import type { DeviceConfig } from "./poll.ts";

/** The device's driver on its bus, at the serial settings that are its own. Sends nothing yet. */
export function openInstrument(
  { profile, unit, address, everyMs, timeoutMs = profile.timeout, line }: DeviceConfig,
  bus: Bus,
): Connection {
  return drivers[profile.protocol].open({ profile, unit, address, everyMs, timeoutMs }, bus.at(line));
}
