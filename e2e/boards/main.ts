/** `npm run boards`: see help. */
import { mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { openTestInflux } from "@weir/cloud/store/test-influx.ts";
import { runCommandLine, UsageError, type Values } from "@weir/config/command-line.ts";
import type { Database } from "@weir/grafana/check/ask.ts";
import type { FileDashboard } from "@weir/grafana/check/lint.ts";
import { dashboards } from "@weir/grafana/generate.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { fillCity } from "./city.ts";
import { openStudio } from "./studio.ts";

const files = Object.values(dashboards() as Readonly<Record<string, FileDashboard>>);
const names = files.map(({ uid }) => uid.replace(/^weir-/, "")).filter((name) => !name.endsWith("-en"));

const help = `Pictures of Grafana's boards without a Grafana: every panel's query is asked of InfluxDB, and the answers are drawn by Grafana's own
components (@grafana/ui) in headless Chromium. Drawn are charts, figures, bars and tables; maps, bands of states and lists of alerts
only Grafana itself can draw, and their places say so.

usage: npm run boards -- [options]

  --board <names>      of these boards, with commas: ${names.join(", ")} (default: all)
  --language <zh|en>   (default zh)
  --at <time>          until when (default: now)
  --hours <n>          of how many hours (default 24)
  --out <folder>       where the pictures go (default: boards)
  --influx <url>       of this InfluxDB, 1.x or 2.x, instead of the simulated city, for which Debian's influxd is started
  --database <name>    its database or bucket (default weir)
  --token-file <file>  its read token, for 2.x

examples:
  npm run boards -- --board water,drainage --at 2026-06-25T09:00+08:00
  npm run boards -- --language en --influx http://127.0.0.1:8086 --token-file secrets/influx-read-token

Exit code: 0 all are drawn; 1 something could not be asked or drawn; 2 the command was not understood.`;

const options = {
  board: { type: "string" },
  language: { type: "string", default: "zh" },
  at: { type: "string" },
  hours: { type: "string", default: "24" },
  out: { type: "string", default: "boards" },
  influx: { type: "string" },
  database: { type: "string", default: "weir" },
  "token-file": { type: "string" },
} as const;

process.exitCode = await runCommandLine(
  process.argv.slice(2),
  { out: console.log, err: console.error },
  { name: "boards", help, options, dispatch },
);

async function dispatch(words: readonly string[], values: Values<typeof options>): Promise<number> {
  if (words.length > 0) throw new UsageError(`"${words[0]}" is not understood`);
  const { board, language, at, out, influx, database } = values;
  const wanted = board?.split(",") ?? names;
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new UsageError(`--board: there is no ${unknown[0]}; there are ${names.join(", ")}`);
  if (language !== "zh" && language !== "en") throw new UsageError(`--language ${language}: expected zh or en`);
  const hours = Number(values.hours);
  if (!(hours > 0 && hours <= 720)) throw new UsageError(`--hours ${values.hours}: expected a number up to 720`);
  const until = at === undefined ? systemClock.now() : Date.parse(at);
  if (Number.isNaN(until)) throw new UsageError(`--at ${at}: expected a time like 2026-06-25T09:00+08:00`);
  const folder = resolve(out);
  mkdirSync(folder, { recursive: true });

  const told = (line: string) => console.log(line);
  const studio = await openStudio(told);
  const city = influx === undefined ? await simulatedCity({ until, hours }, told) : undefined;
  try {
    const source: Database = city?.reader ?? databaseAt(influx!, database, values["token-file"]);
    let faults = 0;
    for (const name of wanted) {
      const file = files.find(({ uid }) => uid === `weir-${name}${language === "en" ? "-en" : ""}`)!;
      const path = join(folder, `${file.uid}.png`);
      const found = await studio.picture(file, source, { from: until - hours * 3_600_000, to: until }, path);
      for (const fault of found) console.error(`${file.uid}: ${fault}`);
      faults += found.length;
      told(path);
    }
    return faults === 0 ? 0 : 1;
  } finally {
    await studio.close();
    await city?.end();
  }
}

async function simulatedCity(span: { readonly until: number; readonly hours: number }, told: (line: string) => void) {
  const server = await openTestInflux();
  const database = await server.create();
  const store = database.open();
  await fillCity(store, span, told);
  await store.close();
  return { reader: database.reader, end: server.end };
}

function databaseAt(url: string, database: string, tokenFile: string | undefined): Database {
  if (tokenFile === undefined) return { url, database };
  return { url, database, headers: { authorization: `Token ${readFileSync(tokenFile, "utf8").trim()}` } };
}
