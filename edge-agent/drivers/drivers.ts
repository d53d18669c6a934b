import type { Profile } from "@weir/device-profiles/schema.ts";
import type { Driver } from "./driver.ts";
import { modbus } from "./modbus/modbus.ts";

/** Every protocol the agent speaks. To add one: a folder here, a line here, its address in device-profiles/schema.ts. */
export const drivers: Readonly<Record<Profile["protocol"], Driver>> = { modbus };
