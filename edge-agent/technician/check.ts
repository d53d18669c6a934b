import type { Terminal } from "@weir/config/command-line.ts";
import { readConfig } from "../config.ts";
import { readCredentials } from "../credentials.ts";
import type { CommandOptions } from "./command.ts";

/** Says what the agent would do with this configuration, or (as a FileError) every fault of it. Opens nothing. */
export function check(file: string, { json }: CommandOptions, { out }: Terminal): number {
  const config = readConfig(file);
  readCredentials(config);
  const points = config.devices.reduce((sum, { profile }) => sum + profile.points.length, 0);
  const { site, gateway, buses, devices, uplink } = config;
  if (json)
    out(JSON.stringify({ site, gateway, buses: buses.length, devices: devices.length, points, uplink: uplink.url }));
  else
    out(
      `${file} is good: ${site}/${gateway}, ${devices.length} devices with ${points} points on ${buses.length} buses, to ${uplink.url}`,
    );
  return 0;
}
