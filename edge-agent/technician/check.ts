import type { Terminal } from "@weir/config/command-line.ts";
import { readConfig } from "../config.ts";
import { readCredentials } from "../credentials.ts";
import { lastingName } from "../drivers/links/port-names.ts";
import type { BusConfig } from "../poll/poll.ts";
import type { CommandOptions } from "./command.ts";
import { languageGiven } from "./language.ts";

/**
 * Says what the agent would do with this configuration, or (as a FileError) every fault of it; and what could be better about a
 * good one. Opens nothing.
 */
export async function check(file: string, { json, lang }: CommandOptions, { out }: Terminal): Promise<number> {
  const say = words[languageGiven(lang)];
  const config = readConfig(file);
  readCredentials(config);
  const points = config.devices.reduce((sum, { profile }) => sum + profile.points.length, 0);
  const { site, gateway, buses, devices, uplink } = config;
  const advice = await adviceOn(buses);
  if (json) {
    const inEnglish = advice.map(({ bus, path, lasting }) => words.en.lasting(bus, path, lasting));
    const counts = { buses: buses.length, devices: devices.length, points };
    out(JSON.stringify({ site, gateway, ...counts, uplink: uplink.url, advice: inEnglish }));
  } else {
    out(
      say.good(file, `${site}/${gateway}`, { devices: devices.length, points, buses: buses.length, url: uplink.url }),
    );
    for (const { bus, path, lasting } of advice) out(say.lasting(bus, path, lasting));
  }
  return 0;
}

type Good = Readonly<Record<"devices" | "points" | "buses", number>> & { readonly url: string };

const words = {
  en: {
    good: (file: string, gateway: string, { devices, points, buses, url }: Good) =>
      `${file} is good: ${gateway}, ${devices} devices with ${points} points on ${buses} buses, to ${url}`,
    lasting: (bus: string, path: string, lasting: string) =>
      `bus ${bus}: ${path} may be another adapter's name once they have been plugged in anew; write ${lasting}`,
  },
  zh: {
    good: (file: string, gateway: string, { devices, points, buses, url }: Good) =>
      `${file} 无误：${gateway}，${buses} 条总线上 ${devices} 台设备共 ${points} 个测点，上送至 ${url}`,
    lasting: (bus: string, path: string, lasting: string) =>
      `总线 ${bus}：重新插拔后 ${path} 可能是另一个适配器的名称；请写 ${lasting}`,
  },
} as const;

/** Ports whose name may be another adapter's after the next plugging in. */
async function adviceOn(buses: readonly BusConfig[]) {
  const advice = buses.map(async ({ name, transport }) => {
    const lasting = transport.kind === "serial" ? await lastingName(transport.path) : undefined;
    if (transport.kind !== "serial" || lasting === undefined) return [];
    return [{ bus: name, path: transport.path, lasting }];
  });
  return (await Promise.all(advice)).flat();
}
