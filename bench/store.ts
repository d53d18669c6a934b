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
import { InfluxDB, Point as Line } from "@influxdata/influxdb-client";
import { openSqliteStore } from "@weir/cloud/store/sqlite.ts";
import { type Point, type Store, tierMs, tiers } from "@weir/cloud/store/store.ts";
import { openTestInflux, type TestDatabase } from "@weir/cloud/store/test-influx.ts";
import { systemClock as clock } from "@weir/wire/clock.ts";
import { quantities } from "@weir/wire/quantities.ts";
import { cpuSecondsOf } from "./program.ts";

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
  const own = await measured(async () => {
    for (let n = 0; n < seconds; n++) await store.write(secondOf(n), never);
  });
  row("our store, each write confirmed, 15,000 points at once", figuresOf(own, total, await storedIn(ours)));

  const bare = await influx.create();
  const writeApi = bareClient(bare);
  const cost = await measured(async () => {
    for (let n = 0; n < seconds; n++) {
      for (const line of linesOf(secondOf(n))) writeApi.writePoint(line);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await writeApi.close();
    // close resolves before what it sends has arrived.
    for (let before = -1, now = 0; now !== before; ) {
      before = now;
      await clock.sleep(500, never);
      now = await storedIn(bare);
    }
  });
  row("official client with its defaults", figuresOf(cost, total, await storedIn(bare)));

  let best = { lines: 0, rate: 0 };
  for (const lines of [1000, 5000, 15_000, 30_000]) {
    const limit = await influx.create();
    const all = Array.from({ length: seconds }, (_, n) => linesOf(secondOf(n)).map(String)).flat();
    const bodies = Array.from({ length: all.length / lines }, (_, n) =>
      all.slice(n * lines, (n + 1) * lines).join("\n"),
    );
    const from = clock.monotonic();
    for (const body of bodies) await limit.send(body);
    const rate = (1000 * bodies.length * lines * metrics.length) / (clock.monotonic() - from);
    if (rate > best.rate) best = { lines, rate };
  }
  row("the server's fastest batch, lines made beforehand", `${thousands(best.rate)} points/s (${best.lines} lines)`);
}

/** As its documentation begins: nothing set but where to write. */
function bareClient({ name, options: { url, api } }: TestDatabase) {
  if (api.version === 2) return new InfluxDB({ url, token: api.token }).getWriteApi(api.org, name, "ms");
  const writeApi = new InfluxDB({ url }).getWriteApi("", name, "ms");
  writeApi.path = `/write?db=${name}&precision=ms`;
  return writeApi;
}

function linesOf(points: readonly Point[]): readonly Line[] {
  const lines: Line[] = [];
  for (const [n, { site, device, kind, metric, at, value }] of points.entries()) {
    if (n % metrics.length === 0)
      lines.push(new Line("water").tag("site", site).tag("device", device).tag("kind", kind).timestamp(at));
    lines.at(-1)!.floatField(metric, value);
  }
  return lines;
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
      const cost = await measured(async () => {
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
  const cost = await measured(async () => {
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
    await measured(async () => void (await store.series(chart, never))),
    await measured(async () => void (await store.series({ ...chart, tier: "5m" }, never))),
  ];
  row(
    `a chart of that day, ${name}`,
    `${raw.ms.toFixed(0)} ms from the readings, ${tier.ms.toFixed(0)} ms from the roll-up`,
  );
  await store.close();
}

type Cost = { readonly ms: number; readonly own: number; readonly database: number };

/** Wall time, and processor time of this process with all its threads and of influxd, s. */
async function measured(work: () => Promise<void>): Promise<Cost> {
  const [from, own, database] = [clock.monotonic(), process.cpuUsage(), databaseCpu()];
  await work();
  const { user, system } = process.cpuUsage(own);
  return { ms: clock.monotonic() - from, own: (user + system) / 1e6, database: databaseCpu() - database };
}

/** 0 where the server is not on this machine. */
function databaseCpu(): number {
  return influx.pid === undefined ? 0 : cpuSecondsOf(influx.pid);
}

async function storedIn({ reader: { url, database, headers } }: TestDatabase): Promise<number> {
  const q = `SELECT count("${metrics[0]}") FROM water`;
  const answer = await fetch(`${url}/query?${new URLSearchParams({ db: database, q })}`, { headers });
  const { results } = (await answer.json()) as { results: { series?: { values: number[][] }[] }[] };
  return (results[0]?.series?.[0]?.values[0]?.[1] ?? 0) * metrics.length;
}

function figuresOf({ ms, own, database }: Cost, points: number, stored: number): string {
  const lost = stored === points ? "" : `, ${thousands(points - stored).trim()} NOT STORED`;
  return `${thousands((1000 * stored) / ms)} points/s   ${((1e6 * own) / points).toFixed(2)} CPU s per million (influxd ${((1e6 * database) / points).toFixed(2)})${lost}`;
}
