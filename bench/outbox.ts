/**
 * Durable samples/s of the outbox beside raw SQLite inserts of the same bodies, in groups of similar size, in the same run;
 * bytes per sample on disk, at first and when what waits has been packed into blocks, for whole records and for those that report by
 * exception; start-up time and memory with what was stored; stalls of the main thread at the pace of 500 devices.
 * usage: node bench/outbox.ts [--millions 1.2]   --millions 10 takes two or three minutes
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseArgs } from "node:util";
import { openOutbox } from "@weir/edge-agent/outbox/open.ts";
import type { Outbox } from "@weir/edge-agent/outbox/outbox.ts";
import { pack } from "@weir/edge-agent/outbox/pack.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { encodeRecord } from "@weir/wire/record.ts";

const { values } = parseArgs({ options: { millions: { type: "string", default: "1.2" } } });
const samplesPerRecord = 30;
const recordsInAll = Math.round((Number(values.millions) * 1e6) / samplesPerRecord / 500) * 500;
const group = 500;
const folder = mkdtempSync(join(tmpdir(), "weir-bench-outbox-"));

const metrics = ["ph", "turbidity", "water_temperature", "conductivity", "dissolved_oxygen", "water_level"];
const bodies = Array.from({ length: 2000 }, (_, n) =>
  encodeRecord(
    Array.from({ length: samplesPerRecord }, (_, m) => ({
      metric: `${metrics[m % metrics.length]}/${1 + Math.floor(m / metrics.length)}`,
      at: 1_790_000_000_000 + n * 1000,
      value: Math.round(1000 * (10 + 5 * Math.sin((n + m) / 50) + Math.random() / 10)) / 1000,
      quality: "good" as const,
    })),
    { kind: "sonde" },
  ),
);
const body = (n: number) => bodies[n % bodies.length]!;
const device = (n: number) => `device-${n % 500}`;
const rate = (samples: number, ms: number) => `${Math.round(samples / (ms / 1000)).toLocaleString("en")} samples/s`;
const sizeOf = (file: string) => statSync(file).size;

function rawSqlite(): number {
  const sqlite = new DatabaseSync(join(folder, "raw.db"));
  sqlite.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE r (o INTEGER PRIMARY KEY, d TEXT, a INTEGER, s INTEGER, b BLOB)",
  );
  const insert = sqlite.prepare("INSERT INTO r VALUES (?, ?, ?, ?, ?)");
  const from = performance.now();
  for (let n = 0; n < recordsInAll; n += group) {
    sqlite.exec("BEGIN");
    for (let m = n; m < n + group; m++) insert.run(m, device(m), 1_790_000_000_000, samplesPerRecord, body(m));
    sqlite.exec("COMMIT");
  }
  const ms = performance.now() - from;
  sqlite.close();
  return ms;
}

async function ours(): Promise<number> {
  const outbox = await openOutbox({ file: join(folder, "ours.db"), clock: systemClock, random: Math.random });
  const from = performance.now();
  const all: Promise<number>[] = [];
  for (let n = 0; n < recordsInAll; n += group) {
    for (let m = n; m < n + group; m++)
      all.push(outbox.append({ device: device(m), body: body(m), samples: samplesPerRecord }));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(all);
  const ms = performance.now() - from;
  await outbox.close();
  return ms;
}

/** Report by exception: a few of six points each, when they have changed. */
async function byException() {
  const file = join(folder, "exceptions.db");
  const outbox = await openOutbox({ file, clock: systemClock, random: Math.random, packAfterMs: 100 });
  const last = Array.from({ length: 300 }, () => metrics.map(() => 7 + 3 * Math.random()));
  let [at, samples] = [1_790_000_000_000, 0];
  while (samples < 600_000) {
    const n = Math.floor(Math.random() * last.length);
    at += Math.floor(Math.random() * 6);
    const changed = metrics.flatMap((metric, m) => {
      if (Math.random() < 0.6) return [];
      last[n]![m] = Math.round(100 * (last[n]![m]! + (Math.random() - 0.5) / 10)) / 100;
      return [{ metric, at, value: last[n]![m]!, quality: "good" as const }];
    });
    if (changed.length === 0) continue;
    samples += changed.length;
    const record = { device: device(n), body: encodeRecord(changed, { kind: "sonde" }), samples: changed.length };
    void outbox.append(record);
  }
  await packed(outbox);
  const { bytes } = outbox.stats();
  await outbox.close();
  return { samples, bytes };
}

/** Waits until nothing gets smaller any more; resolves with how long that took. */
async function packed(outbox: Outbox): Promise<number> {
  const from = performance.now();
  for (let bytes = Number.NaN; bytes !== outbox.stats().bytes; ) {
    ({ bytes } = outbox.stats());
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  return performance.now() - from - 1000;
}

function packing(): number {
  const from = performance.now();
  for (let n = 0; n < recordsInAll; n++) pack(body(n));
  return performance.now() - from;
}

/** 500 appends a second, spread out, each record confirmed a second later; how long the event loop stood still. */
async function stalls(seconds: number) {
  const outbox = await openOutbox({ file: join(folder, "paced.db"), clock: systemClock, random: Math.random });
  const late: number[] = [];
  const cpu = process.cpuUsage();
  let n = 0;
  let last = performance.now();
  const end = last + seconds * 1000;
  await new Promise<void>((done) => {
    const tick = () => {
      const now = performance.now();
      late.push(Math.max(0, now - last - 10));
      last = now;
      for (let m = 0; m < 5; m++, n++)
        void outbox.append({ device: device(n), body: body(n), samples: samplesPerRecord });
      if (n % 500 === 0 && n > 500) void outbox.confirm([[n - 999, n - 500]]);
      if (now < end) setTimeout(tick, 10);
      else done();
    };
    setTimeout(tick, 10);
  });
  const { user, system } = process.cpuUsage(cpu);
  await outbox.close();
  late.sort((a, b) => a - b);
  const at = (share: number) => `${late[Math.floor(share * (late.length - 1))]!.toFixed(1)} ms`;
  return { at, cpu: (100 * (user + system)) / 1e6 / seconds, samples: n * samplesPerRecord };
}

try {
  const samples = recordsInAll * samplesPerRecord;
  const rawMs = rawSqlite();
  const oursMs = await ours();
  const perSample = (file: string) => `${(sizeOf(join(folder, file)) / samples).toFixed(1)} bytes/sample`;
  const sent = bodies.reduce((sum, each) => sum + each.length, 0) / (bodies.length * samplesPerRecord);
  console.log(
    `durable appends of records with ${samplesPerRecord} samples, ${samples.toLocaleString("en")} samples, body ${sent.toFixed(1)} bytes/sample`,
  );
  console.log(`  outbox                 ${rate(samples, oursMs)}, ${perSample("ours.db")} on disk`);
  console.log(
    `  raw SQLite (the limit) ${rate(samples, rawMs)}, ${perSample("raw.db")} on disk   ratio ${(rawMs / oursMs).toFixed(2)}`,
  );

  console.log(`  packing alone          ${rate(samples, packing())} (deflate and CRC: the price of the smaller file)`);

  const mb = () => `${Math.round(process.memoryUsage.rss() / 2 ** 20)} MB`;
  const dense = await openOutbox({
    file: join(folder, "ours.db"),
    clock: systemClock,
    random: Math.random,
    packAfterMs: 100,
  });
  const packMs = await packed(dense);
  const rest = dense.stats().bytes / samples;
  await dense.close();
  console.log(
    `  at rest, in blocks     ${rest.toFixed(1)} bytes/sample, ${perSample("ours.db")} with the file's reserve; packed at ${rate(samples, packMs)}`,
  );
  const rare = await byException();
  console.log(`  by exception, in blocks ${(rare.bytes / rare.samples).toFixed(1)} bytes/sample`);

  const before = mb();
  const from = performance.now();
  const outbox = await openOutbox({ file: join(folder, "ours.db"), clock: systemClock, random: Math.random });
  const opened = performance.now() - from;
  const after = mb();
  const read = performance.now();
  let [got, next] = [0, 0];
  for (;;) {
    const entries = outbox.read({ from: next, before: Number.MAX_SAFE_INTEGER }, 192 * 1024);
    if (entries.length === 0) break;
    got += entries.length * samplesPerRecord;
    next = entries.at(-1)!.offset + 1;
  }
  const readMs = performance.now() - read;
  const { bytes } = outbox.stats();
  const fileBytes = sizeOf(join(folder, "ours.db"));
  console.log(
    `start-up with ${got.toLocaleString("en")} samples waiting: ${opened.toFixed(1)} ms; reading them back: ${rate(got, readMs)}`,
  );
  console.log(`resident memory before start-up ${before}, after it ${after}, when all was read back ${mb()}`);
  console.log(
    `counted against the limit: ${bytes.toLocaleString("en")} bytes; the file has ${fileBytes.toLocaleString("en")} (${(bytes / fileBytes).toFixed(2)})`,
  );
  await outbox.close();

  const seconds = 10;
  const { at, cpu, samples: paced } = await stalls(seconds);
  console.log(
    `at ${Math.round(paced / seconds).toLocaleString("en")} samples/s with receipts: ${cpu.toFixed(1)} % of one core; main thread late by p50 ${at(0.5)}, p99 ${at(0.99)}, worst ${at(1)}`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
