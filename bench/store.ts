/**
 * Points/s and processor time into Debian's influxd 1.6.7, or the server at INFLUX_URL (2.x with INFLUX_TOKEN and INFLUX_ORG; its processor time
 * where INFLUX_PID says its pid): our store, whose write resolves when the server has confirmed it; the bare official
 * client with its defaults, the same points in the same run; and, as the limit, lines made beforehand in the server's fastest batch. Then what
 * roll-ups cost: 15,000 points/s, and a day of 300 instruments anew, in influxd and in sqlite.
 * usage: node bench/store.ts [--minutes 5]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openSqliteStore } from "@weir/cloud/store/sqlite.ts";
import { type Point, type Store, tierMs, tiers } from "@weir/cloud/store/store.ts";
import { openTestInflux } from "@weir/cloud/store/test-influx.ts";
import { systemClock as clock } from "@weir/wire/clock.ts";
import { quantities } from "@weir/wire/quantities.ts";
import { type Cost, fastestBatch, measured, storedIn, writeBare } from "./influx-peers.ts";

const { minutes } = parseArgs({ options: { minutes: { type: "string", default: "5" } } }).values;
const never = new AbortController().signal;
const t0 = Date.UTC(2026, 5, 1);
const gauges = Object.entries(quantities).flatMap(([name, { kind, domain }]) =>
  kind === "gauge" && domain === "water" ? [name] : [],
);
const influx = await openTestInflux();
const folder = mkdtempSync(join(tmpdir(), "weir-bench-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

const perSecond = 500;
const metrics = gauges.slice(0, 30);
const seconds = 60;
const total = seconds * perSecond * metrics.length;
const row = (what: string, figures: string) => console.log(`${what.padEnd(58)} ${figures}`);
const thousands = (value: number) => Math.round(value).toLocaleString("en").padStart(8);

await writing();
await day(influx.name, (await influx.create()).open(120_000));
await day("sqlite", await openSqliteStore({ file: join(folder, "day.db"), clock }));
await rollingUp();
await influx.end();

/** All devices' points of one second. */
function secondOf(n: number, devices = perSecond, names: readonly string[] = metrics): readonly Point[] {
  const at = t0 + n * 1000;
  const points: Point[] = [];
  for (let device = 0; device < devices; device++)
    for (const [k, metric] of names.entries()) {
      const value = k + Math.round(100 * Math.sin(n / 60 + device)) / 100;
      points.push({ site: "bench", device: `device-${device}`, kind: "bench", metric, at, value, quality: "good" });
    }
  return points;
}

async function writing(): Promise<void> {
  console.log(
    `${thousands(total)} points: ${perSecond} devices x ${metrics.length} quantities x ${seconds} s, node ${process.version}`,
  );
  const ours = await influx.create();
  const store = ours.open(120_000);
  const rounds = Array.from({ length: seconds }, (_, n) => secondOf(n));
  const own = await measured(influx, async () => {
    for (const points of rounds) await store.write(points, never);
  });
  row("our store, each write confirmed, 15,000 points at once", figuresOf(own, total, await storedIn(ours)));
  const bare = await influx.create();
  const cost = await measured(influx, () => writeBare(bare, rounds));
  row("official client with its defaults", figuresOf(cost, total, await storedIn(bare)));
  const best = await fastestBatch(influx, rounds);
  row(
    "the server's fastest batch, lines made beforehand",
    `${thousands(best.perSecond)} points/s (${best.lines} lines)`,
  );
}

async function rollingUp(): Promise<void> {
  const span = Math.max(1, Number(minutes)) * 60;
  const live = (await influx.create()).open(120_000);
  const sqlite = await openSqliteStore({ file: join(folder, "live.db"), clock });
  for (let n = 0; n < span; n++) for (const store of [live, sqlite]) await store.write(secondOf(n), never);
  const devices = Array.from({ length: perSecond }, (_, n) => `device-${n}`);
  for (const [name, store] of [
    [influx.name, live],
    ["sqlite", sqlite],
  ] as const) {
    for (const tier of tiers) {
      const cost = await measured(influx, async () => {
        for (let at = 0; at < devices.length; at += 100)
          await store.rollUp(
            { tier, site: "bench", devices: devices.slice(at, at + 100), from: t0, to: t0 + tierMs[tier] },
            never,
          );
      });
      const share = (100 * (cost.own + cost.database)) / span;
      row(
        `${tier} of 15,000 points/s, ${name}`,
        `${share.toFixed(1)} % of a core (ours ${((100 * cost.own) / span).toFixed(1)} %)`,
      );
    }
    await store.close();
  }
}

/** 300 instruments of ten quantities at one reading a minute: every window of a day anew, and a chart of it. */
async function day(name: string, store: Store): Promise<void> {
  const names = metrics.slice(0, 10);
  for (let minute = 0; minute < 1440; minute += 4)
    await store.write(
      [0, 1, 2, 3].flatMap((n) => secondOf(60 * (minute + n), 300, names)),
      never,
    );
  const devices = Array.from({ length: 300 }, (_, n) => `device-${n}`);
  const cost = await measured(influx, async () => {
    for (let hour = t0; hour < t0 + 86_400_000; hour += tierMs["1h"])
      for (const tier of tiers)
        for (let at = 0; at < 300; at += 100)
          await store.rollUp(
            { tier, site: "bench", devices: devices.slice(at, at + 100), from: hour, to: hour + tierMs["1h"] },
            never,
          );
  });
  row(
    `a day of 300 instruments x 10, both roll-ups, ${name}`,
    `${(cost.ms / 1000).toFixed(1)} s, ${(cost.own + cost.database).toFixed(1)} CPU s (ours ${cost.own.toFixed(1)})`,
  );
  const chart = {
    site: "bench",
    device: "device-0",
    metric: names[0]!,
    from: t0,
    to: t0 + 86_400_000,
    everyMs: tierMs["5m"],
  };
  const [raw, tier] = [
    await measured(influx, async () => void (await store.series(chart, never))),
    await measured(influx, async () => void (await store.series({ ...chart, tier: "5m" }, never))),
  ];
  row(
    `a chart of that day, ${name}`,
    `${raw.ms.toFixed(0)} ms from the readings, ${tier.ms.toFixed(0)} ms from the roll-up`,
  );
  await store.close();
}

function figuresOf({ ms, own, database }: Cost, points: number, stored: number): string {
  const lost = stored === points ? "" : `, ${thousands(points - stored).trim()} NOT STORED`;
  return `${thousands((1000 * stored) / ms)} points/s   ${((1e6 * own) / points).toFixed(2)} CPU s per million (influxd ${((1e6 * database) / points).toFixed(2)})${lost}`;
}
