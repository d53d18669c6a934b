import type { Terminal } from "@weir/config/command-line.ts";
import { formatTable } from "@weir/config/table.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { infoOf } from "@weir/wire/quantities.ts";
import { readConfig } from "../config.ts";
import { type DeviceReadings, readOnce } from "../poll/read-once.ts";
import type { CommandOptions } from "./command.ts";
import { pickDevices } from "./pick.ts";

/** Asks every point of the named devices once and shows value, quality, raw number and what is wrong. 1 when a point has no good value. */
export async function read(
  file: string,
  names: readonly string[],
  { json }: CommandOptions,
  { out, err }: Terminal,
): Promise<number> {
  const config = readConfig(file);
  const devices = pickDevices(config, names);
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());

  let good = true;
  let done = 0;
  const show = (found: DeviceReadings) => {
    done += 1;
    good &&= found.readings.every(({ quality }) => quality === "good");
    out(json ? JSON.stringify(found) : `${found.device}\n${tableOf(found)}\n`);
    if (process.stderr.isTTY && done < devices.length) err(`${done} of ${devices.length} devices read …`);
  };
  await readOnce({ buses: config.buses, devices, clock: systemClock, random: Math.random, signal: stop.signal }, show);
  return good ? 0 : 1;
}

function tableOf({ readings, why }: DeviceReadings): string {
  const rows = readings.map(({ metric, value, quality, raw, why }) => [
    `  ${metric}`,
    value === null ? "–" : String(value),
    infoOf(metric)?.display ?? "",
    quality,
    raw === undefined ? "" : String(raw),
    why ?? "",
  ]);
  const table = formatTable([["  point", "value", "unit", "quality", "raw", "why"], ...rows]);
  return why === undefined ? table : `${table}\n  ${why}`;
}
