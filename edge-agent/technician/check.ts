import type { Terminal } from "@weir/config/command-line.ts";
import { readConfig } from "../config.ts";
import { readCredentials } from "../credentials.ts";
import { lastingName } from "../drivers/links/port-names.ts";
import type { BusConfig } from "../poll/poll.ts";
import type { CommandOptions } from "./command.ts";

/**
 * Says what the agent would do with this configuration, or (as a FileError) every fault of it; and what could be better about a
 * good one. Opens nothing.
 */
export async function check(file: string, { json }: CommandOptions, { out }: Terminal): Promise<number> {
  const config = readConfig(file);
  readCredentials(config);
  const points = config.devices.reduce((sum, { profile }) => sum + profile.points.length, 0);
  const { site, gateway, buses, devices, uplink } = config;
  const advice = await adviceOn(buses);
  if (json) {
    const counts = { buses: buses.length, devices: devices.length, points };
    out(JSON.stringify({ site, gateway, ...counts, uplink: uplink.url, advice }));
  } else {
    out(
      `${file} is good: ${site}/${gateway}, ${devices.length} devices with ${points} points on ${buses.length} buses, to ${uplink.url}`,
    );
    for (const each of advice) out(each);
  }
  return 0;
}

/** Ports whose name may be another adapter's after the next plugging in. */
async function adviceOn(buses: readonly BusConfig[]): Promise<readonly string[]> {
  const advice = buses.map(async ({ name, transport }) => {
    const lasting = transport.kind === "serial" ? await lastingName(transport.path) : undefined;
    if (transport.kind !== "serial" || lasting === undefined) return [];
    return [
      `bus ${name}: ${transport.path} may be another adapter's name once they have been plugged in anew; write ${lasting}`,
    ];
  });
  return (await Promise.all(advice)).flat();
}
