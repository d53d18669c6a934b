import type { Profile } from "@weir/device-profiles/schema.ts";
import { cjt188Discovery } from "./cjt188/discover.ts";
import { type Discovery, discoveryOf, type OwnWay } from "./discover.ts";
import { dlt645Discovery } from "./dlt645/discover.ts";
import { frameWay } from "./frame/discover.ts";
import { lineWay } from "./line/discover.ts";
import { modbusDiscovery } from "./modbus/discover.ts";
import { nmeaDiscovery } from "./nmea/discover.ts";
import { sdi12Discovery } from "./sdi12/discover.ts";
import { vaisalaWay } from "./vaisala/discover.ts";

/** How the instruments of each protocol are found on a line; the likeliest protocol first. To add one: `discover.ts` in its folder, a line here. */
export const discoverers = {
  modbus: modbusDiscovery,
  dlt645: dlt645Discovery,
  cjt188: cjt188Discovery,
  sdi12: sdi12Discovery,
  nmea: nmeaDiscovery,
} as const satisfies Partial<Record<Profile["protocol"], Discovery>>;

/** Protocols that are nothing but what their profiles say: each instrument is asked in its own way. */
const ways = { frame: frameWay, line: lineWay, vaisala: vaisalaWay } as const;

export const discoverable = [...Object.keys(discoverers), ...Object.keys(ways)] as readonly Profile["protocol"][];

/** The discoverers, and those that follow from these profiles. */
export function discoverersFor(
  profiles: readonly Profile[],
): Readonly<Partial<Record<Profile["protocol"], Discovery>>> {
  const own = Object.entries(ways).map(([protocol, wayOf]) => {
    const found = profiles
      .filter((profile) => profile.protocol === protocol)
      .map(wayOf as (profile: Profile) => OwnWay | undefined);
    return [protocol, discoveryOf(found.filter((way) => way !== undefined))] as const;
  });
  return { ...discoverers, ...Object.fromEntries(own) };
}
