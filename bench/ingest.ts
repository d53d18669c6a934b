/**
 * Samples/s of the cloud from MQTT to committed in sqlite, receipts included, and the latency at 5,000 points/s. Gateways run in a process of
 * their own. Beside it, as the limit, the rate of store.write alone with the same points.
 * With --influx into Debian's influxd 1.6.7 instead, or the server at INFLUX_URL (store.ts): with its processor time, and beside it what the bare
 * official client with its defaults and the server in its fastest batch do with the same points.
 * With --mosquitto the same stream goes through Debian's Mosquitto instead of the cloud's own broker.
 * usage: node bench/ingest.ts [--influx] [--mosquitto]
 */
import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBroker } from "@weir/cloud/broker/aedes.ts";
import { formatCredential, parseCredentials } from "@weir/cloud/broker/credentials.ts";
import { connectBroker } from "@weir/cloud/broker/mqtt.ts";
import { openDirectory } from "@weir/cloud/ingest/directory-book.ts";
import { startIngest } from "@weir/cloud/ingest/ingest.ts";
import { latestTable } from "@weir/cloud/ingest/latest-table.ts";
import { openLedger } from "@weir/cloud/ledger/book.ts";
import { openDays } from "@weir/cloud/ledger/days-book.ts";
import { openSqliteStore } from "@weir/cloud/store/sqlite.ts";
import type { Point, Store } from "@weir/cloud/store/store.ts";
import { openTestInflux, type TestInflux } from "@weir/cloud/store/test-influx.ts";
import { systemClock as clock } from "@weir/wire/clock.ts";
import { quantities } from "@weir/wire/quantities.ts";
import { pino } from "pino";
import { fastestBatch, measured, storedIn, writeBare } from "./influx-peers.ts";
import { startMosquitto } from "./mosquitto.ts";

export type GatewayTask = {
  readonly port: number;
  readonly site: string;
  readonly password: string;
  readonly gateways: readonly string[];
  readonly devices: readonly number[];
  readonly metrics: readonly string[];
  readonly startAt: number;
  /** Absent: as fast as receipts allow. */
  readonly pointsPerSecond?: number;
};

const never = new AbortController().signal;
const site = "bench";
const gateways = Array.from({ length: 20 }, (_, n) => `gw-${n}`);
const devices = Array.from({ length: 25 }, (_, n) => n);
const metrics = Object.entries(quantities)
  .filter(([, { kind }]) => kind === "gauge")
  .slice(0, 30)
  .map(([name]) => name);
const folder = mkdtempSync(join(tmpdir(), "weir-bench-"));
const series = gateways.length * devices.length * metrics.length;

const influx = process.argv.includes("--influx") ? await openTestInflux() : undefined;
const mosquitto = process.argv.includes("--mosquitto") ? await startMosquitto(folder) : undefined;

process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
console.log(
  `${gateways.length} gateways x ${devices.length} devices x ${metrics.length} points = ${series} series, node ${process.version}`,
);
const latency = await measureIngest("latency", 10_000, 5000);
const throughput = await measureIngest("throughput", 15_000);
const limit = await measureStore();
console.log(
  `store.write alone        ${rate(limit.perSecond)} samples/s   ${limit.cpuPerMillion.toFixed(2)} CPU s per million`,
);
console.log(
  `MQTT -> committed        ${rate(throughput.perSecond)} samples/s   ${throughput.cpuPerMillion.toFixed(2)} CPU s per million (= ${rate(1e6 / throughput.cpuPerMillion)} samples/s a core)   RSS ${throughput.rssMiB} MiB   target 60,000`,
);
if (mosquitto) {
  console.log(`mosquitto                ${throughput.mosquittoPerMillion.toFixed(2)} CPU s per million`);
  mosquitto.stop();
}
if (influx) {
  console.log(`${influx.name.padEnd(24)} ${throughput.databasePerMillion.toFixed(2)} CPU s per million`);
  await measurePeers(influx);
  await influx.end();
}
console.log(`share of store.write     ${((100 * throughput.perSecond) / limit.perSecond).toFixed(0)} %`);
console.log(
  `latency at 5,000/s       p50 ${latency.p50} ms   p99 ${latency.p99} ms   (publish -> readable)   ${latency.cpuPercent} % of a core   RSS ${latency.rssMiB} MiB`,
);

async function openStoreOf(name: string): Promise<Store> {
  if (!influx) return openSqliteStore({ file: join(folder, `${name}.db`), clock });
  return (await influx.create()).open();
}

/** The server with other writers. */
async function measurePeers(influx: TestInflux): Promise<void> {
  const rounds = Array.from({ length: 60 }, (_, n) => roundOf(1_790_000_000_000 + 1000 * n));
  const count = rounds.reduce((sum, points) => sum + points.length, 0);
  const bare = await influx.create();
  const { ms, own, database } = await measured(influx, () => writeBare(bare, rounds));
  const stored = await storedIn(bare);
  const lost = stored === count ? "" : `   ${rate(count - stored).trim()} NOT STORED`;
  console.log(
    `official client          ${rate((1000 * stored) / ms)} samples/s   ${((1e6 * own) / count).toFixed(2)} CPU s per million (influxd ${((1e6 * database) / count).toFixed(2)})   no receipts${lost}`,
  );
  const { lines, perSecond } = await fastestBatch(influx, rounds);
  console.log(`fastest batch            ${rate(perSecond)} samples/s   lines made beforehand, ${lines} at once`);
}

async function measureStore() {
  const store = await openStoreOf("limit");
  const rounds = Array.from({ length: 60 }, (_, n) => roundOf(1_790_000_000_000 + 1000 * n));
  const count = rounds.reduce((sum, points) => sum + points.length, 0);
  const { ms, own } = await measured(influx, async () => {
    for (const points of rounds) await store.write(points, never);
  });
  await store.close();
  return { perSecond: (1000 * count) / ms, cpuPerMillion: (1e6 * own) / count };
}

function roundOf(at: number): readonly Point[] {
  const place = gateways.flatMap((gateway) => devices.map((device) => `${gateway}-${device}`));
  return place.flatMap((device) =>
    metrics.map(
      (metric, n): Point => ({
        site,
        device,
        kind: "bench",
        metric,
        at,
        value: n + Math.round(100 * Math.sin(at)) / 100,
        quality: "good",
      }),
    ),
  );
}

async function measureIngest(name: string, runMs: number, pointsPerSecond?: number) {
  const password = "bench";
  const lines = await Promise.all(
    gateways.map((gateway) => formatCredential("gateway", `${site}/${gateway}`, password)),
  );
  const log = pino({ level: "warn" });
  const own = mosquitto
    ? undefined
    : await openBroker({
        ...{ host: "127.0.0.1", port: 0, hostId: "bench", clock, log },
        credentials: parseCredentials(lines.join("\n"), "bench"),
      });
  const url = `mqtt://127.0.0.1:${mosquitto?.port}`;
  const broker = own ?? connectBroker({ url, hostId: "bench", clock, random: Math.random, log });
  const store = await openStoreOf(name);
  const file = join(folder, `${name}-cloud.db`);
  const ledger = openLedger({ file, clock });
  const directory = openDirectory({ file, clock });
  const days = openDays({ file, timeZone: "Asia/Shanghai", registered: directory.devices, clock });
  const latest = latestTable(clock);
  const ingest = await startIngest({
    broker,
    store,
    ledger,
    days,
    directory,
    latest,
    commands: { replied: () => undefined },
    clock,
    random: Math.random,
    log,
  });

  const child = fork(new URL("./ingest-gateways.ts", import.meta.url), { stdio: "inherit" });
  const answer = () =>
    new Promise<{ sent: number }>((resolve) =>
      child.once("message", (message) => resolve(message as { sent: number })),
    );
  const task: GatewayTask = {
    port: own?.port() ?? mosquitto!.port,
    site,
    password,
    gateways,
    devices,
    metrics,
    startAt: 1_790_000_000_000,
    ...(pointsPerSecond && { pointsPerSecond }),
  };
  const ready = answer();
  child.send(task);
  await ready;
  child.send("go");
  await clock.sleep(3000, never);

  const delays: number[] = [];
  const unwatch = pointsPerSecond
    ? latest.watch((changed) => {
        const now = clock.now();
        for (const { at, metric } of changed) if (metric === metrics[0]) delays.push(now - at);
      })
    : () => undefined;
  const before = ingest.stats().points;
  const mosquittoBefore = mosquitto?.cpuSeconds() ?? 0;
  const { ms, own: cpu, database } = await measured(influx, () => clock.sleep(runMs, never));
  const count = ingest.stats().points - before;
  const mosquittoCpu = (mosquitto?.cpuSeconds() ?? 0) - mosquittoBefore;
  const rssMiB = Math.round(process.memoryUsage.rss() / 1048576);
  unwatch();

  const sent = answer();
  child.send("stop");
  const expected = (await sent).sent;
  const { stored, missing } = ledger
    .gateways()
    .reduce((sum, row) => ({ stored: sum.stored + row.stored, missing: sum.missing + row.missing }), {
      stored: 0,
      missing: 0,
    });
  if (stored * metrics.length !== expected || missing > 0)
    throw new Error(`${expected} sent, ${stored * metrics.length} stored, ${missing} missing`);
  await broker.close();
  await ingest.close();
  directory.close();
  ledger.close();
  await store.close();
  delays.sort((a, b) => a - b);
  return {
    perSecond: (1000 * count) / ms,
    cpuPerMillion: (1e6 * cpu) / count,
    cpuPercent: Math.round((100_000 * cpu) / ms),
    mosquittoPerMillion: (1e6 * mosquittoCpu) / count,
    databasePerMillion: (1e6 * database) / count,
    rssMiB,
    p50: delays[Math.floor(delays.length * 0.5)],
    p99: delays[Math.floor(delays.length * 0.99)],
  };
}

function rate(value: number): string {
  return Math.round(value).toLocaleString("en").padStart(9);
}
