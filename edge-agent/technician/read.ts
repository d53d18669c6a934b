import type { Terminal } from "@weir/config/command-line.ts";
import { formatTable } from "@weir/config/table.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { infoOf } from "@weir/wire/quantities.ts";
import { readConfig } from "../config.ts";
import { sayFault } from "../drivers/say-fault.ts";
import { type DeviceReadings, readOnce } from "../poll/read-once.ts";
import type { CommandOptions } from "./command.ts";
import { type Language, languageGiven } from "./language.ts";
import { pickDevices } from "./pick.ts";
import { qualityWords } from "./watch/words.ts";

/** Asks every point of the named devices once and shows value, quality, raw number and what is wrong. 1 when a point has no good value. */
export async function read(
  file: string,
  names: readonly string[],
  { json, lang }: CommandOptions,
  { out, err }: Terminal,
): Promise<number> {
  const language = languageGiven(lang);
  const config = readConfig(file);
  const devices = pickDevices(config, names);
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  process.once("SIGINT", onInterrupt);

  let good = true;
  let done = 0;
  const show = (found: DeviceReadings) => {
    done += 1;
    good &&= found.readings.every(({ quality }) => quality === "good");
    out(json ? JSON.stringify(found) : `${found.device}\n${tableOf(found, language)}\n`);
    if (process.stderr.isTTY && done < devices.length) err(`${done} of ${devices.length} devices read …`);
  };
  const options = { buses: config.buses, devices, clock: systemClock, random: Math.random, signal: stop.signal };
  try {
    await readOnce(options, show);
  } finally {
    process.off("SIGINT", onInterrupt);
  }
  return good ? 0 : 1;
}

const headings = {
  en: ["  point", "value", "unit", "quality", "raw", "why"],
  zh: ["  测点", "数值", "单位", "质量", "原始值", "原因"],
} as const;

function tableOf({ readings, why }: DeviceReadings, language: Language): string {
  const rows = readings.map(({ metric, value, quality, raw, why }) => [
    `  ${metric}`,
    value === null ? "–" : String(value),
    infoOf(metric)?.display ?? "",
    qualityWords[language][quality],
    raw === undefined ? "" : String(raw),
    sayFault(why ?? "", language),
  ]);
  const table = formatTable([headings[language], ...rows]);
  return why === undefined ? table : `${table}\n  ${sayFault(why, language)}`;
}
