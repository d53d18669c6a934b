import type { Profile } from "@weir/device-profiles/schema.ts";
import { cjt188Discovery } from "./cjt188/discover.ts";
import type { Discovery } from "./discover.ts";
import { dlt645Discovery } from "./dlt645/discover.ts";
import { modbusDiscovery } from "./modbus/discover.ts";

/** How the instruments of each protocol are found, where they can be; the likeliest protocol first. To add one: `discover.ts` in its folder, a line here. */
export const discoverers: Readonly<Partial<Record<Profile["protocol"], Discovery>>> = {
  modbus: modbusDiscovery,
  dlt645: dlt645Discovery,
  cjt188: cjt188Discovery,
};
