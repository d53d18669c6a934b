import type { Profile } from "@weir/device-profiles/schema.ts";
import { cjt188 } from "./cjt188/cjt188.ts";
import { dlt645 } from "./dlt645/dlt645.ts";
import type { Driver, Medium } from "./driver.ts";
import { firmata } from "./firmata/firmata.ts";
import { frame } from "./frame/frame.ts";
import { line } from "./line/line.ts";
import { modbus } from "./modbus/modbus.ts";
import { nmea } from "./nmea/nmea.ts";
import { opcua } from "./opcua/opcua.ts";
import { sdi12 } from "./sdi12/sdi12.ts";
import { vaisala } from "./vaisala/vaisala.ts";

/** Every protocol the agent speaks. To add one: a folder here, a line here, what it says of faults in say-fault.ts, its profile in device-profiles/schema.ts. */
export const drivers: Readonly<Record<Profile["protocol"], Driver<Profile, Medium>>> = {
  modbus,
  dlt645,
  cjt188,
  sdi12,
  frame,
  nmea,
  vaisala,
  line,
  firmata,
  opcua,
};
