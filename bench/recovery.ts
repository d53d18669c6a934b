/**
 * How soon a gateway of 5,000 points/s is itself again, whole road, real processes, readings in sqlite: after a power cut, until all is polled
 * and stored; after its network was away, until live values are there and until what had waited has been delivered; and how long an hour of backlog takes.
 * usage: node bench/recovery.ts [--devices 167] [--away 30] [--hours 1]    away: seconds without a network
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { parseArgs } from "node:util";
import { openOutbox } from "@weir/edge-agent/outbox/open.ts";
import { systemClock as clock } from "@weir/wire/clock.ts";
import { encodeRecord } from "@weir/wire/record.ts";
import { openRelay } from "./relay.ts";
import { fleetPoints, openRoad } from "./road.ts";

const { values } = parseArgs({
  options: {
    devices: { type: "string", default: "167" },
    away: { type: "string", default: "30" },
    hours: { type: "string", default: "1" },
  },
});
const devices = Number(values.devices);
const never = new AbortController().signal;
const closing = new AbortController();
const sleep = (ms: number) => clock.sleep(ms, never);
const folder = mkdtempSync(join(tmpdir(), "weir-bench-recovery-"));
const noNames = join(folder, "no-names");
process.env.WEIR_NO_NAMES = noNames;

let relay: Awaited<ReturnType<typeof openRelay>> | undefined;
const road = await openRoad({
  devices,
  flags: ["--import", join(import.meta.dirname, "no-names.ts")],
  through: async (broker) => {
    relay = await openRelay(broker);
    return relay.port;
  },
});
try {
  console.log(`${devices} devices × ${fleetPoints} points every second = ${devices * fleetPoints} points/s`);
  const newest = await openNewest();
  await until(() => newest().every((at) => at > 0));
  await powerCut(newest);
  await networkAway(newest);
  await backlog();
} finally {
  closing.abort();
  await road.end();
  relay?.close();
  rmSync(folder, { recursive: true });
}

async function powerCut(newest: () => readonly number[]): Promise<void> {
  process.kill(road.agent.pid, "SIGKILL");
  await sleep(2000);
  const [cutAt, from] = [clock.now(), clock.monotonic()];
  const started = road.startAgent();
  await started.says('"weir-edge runs"');
  const runs = clock.monotonic() - from;
  await until(() => newest().some((at) => at > cutAt));
  const first = clock.monotonic() - from;
  await until(() => newest().every((at) => at > cutAt));
  row("power cut: from the agent's start until it runs", runs);
  row("  until its first new reading is stored", first);
  row("  until a new reading of every device is stored", clock.monotonic() - from, "its period of 1 s included");
}

async function networkAway(newest: () => readonly number[]): Promise<void> {
  const page = await openPage();
  writeFileSync(noNames, "");
  relay!.cut();
  await sleep(Number(values.away) * 1000);
  const [backAt, from] = [clock.now(), clock.monotonic()];
  rmSync(noNames);
  relay!.mend();
  await until(() => newest().some((at) => at > backAt));
  const first = clock.monotonic() - from;
  await until(() => page.newest() > backAt);
  const onPage = clock.monotonic() - from;
  await until(() => newest().every((at) => at > backAt));
  const all = clock.monotonic() - from;
  await until(delivered);
  row(`network away for ${values.away} s: from its return until a new reading is stored`, first);
  row("  until an open page shows it (its live stream)", onPage, "2,000");
  row("  until a new reading of every device is stored", all, "its period of 1 s included");
  row("  until all that had waited is delivered", clock.monotonic() - from);
}

async function backlog(): Promise<void> {
  await road.agent.stop();
  const seconds = Math.round(Number(values.hours) * 3600);
  const outbox = await openOutbox({ file: road.outbox, clock, random: Math.random, packAfterMs: 200 });
  const before = clock.now() - seconds * 1000;
  for (let second = 0; second < seconds; second++) {
    const appends = Array.from({ length: devices }, (_, device) =>
      outbox.append(recordOf(device, before + 1000 * second)),
    );
    if (second % 5 === 4) await Promise.all(appends);
  }
  await outbox.close();
  const from = clock.monotonic();
  const started = road.startAgent();
  await started.says('"weir-edge runs"');
  await sleep(2000);
  await until(delivered, 1000);
  const ms = clock.monotonic() - from;
  const samples = seconds * devices * fleetPoints;
  row(`${values.hours} h of backlog: from the agent's start until all of it is stored, polling on`, ms);
  console.log(
    `    ${Math.round((1000 * samples) / ms).toLocaleString("en")} samples/s = ${((1000 * seconds) / ms).toFixed(1)} × real time, beside ${devices * fleetPoints} new ones a second`,
  );
}

function recordOf(device: number, at: number) {
  const samples = Array.from({ length: fleetPoints }, (_, point) => ({
    metric: `pipe_pressure/p${String(point + 1).padStart(2, "0")}`,
    at: at + (device % 1000),
    value: Math.round(1000 * (300 + 50 * Math.sin((at / 1000 + point) / 50))) / 1000,
    quality: "good" as const,
  }));
  return {
    device: `fleet-${device}`,
    body: encodeRecord(samples, { kind: "fleet-unit" }),
    samples: fleetPoints,
  };
}

/** What waits is younger than two seconds: nothing but the newest. */
async function delivered(): Promise<boolean> {
  return (await road.metrics())("outbox_oldest_age_seconds") < 2;
}

/** What an open page of the console is told: when the newest reading was read, epoch ms. */
async function openPage() {
  const { body } = await fetch(`${road.api}/api/v1/live`, { signal: closing.signal });
  let newest = 0;
  void (async () => {
    for await (const line of createInterface({ input: Readable.fromWeb(body as ReadableStream) }))
      if (line.startsWith("data: ["))
        for (const { at } of JSON.parse(line.slice(6)) as { at?: number }[]) newest = Math.max(newest, at ?? 0);
  })().catch(() => {});
  return { newest: () => newest };
}

/** When the newest stored reading of each device was read, epoch ms; 0 where there is none. */
async function openNewest(): Promise<() => readonly number[]> {
  const store = new DatabaseSync(road.store, { readOnly: true });
  await until(() => seriesOf(store).length === devices);
  const series = seriesOf(store);
  const last = store.prepare("SELECT coalesce(max(at), 0) AS at FROM sample WHERE series = ?");
  return () => series.map((id) => last.get(id)!.at as number);
}

function seriesOf(store: DatabaseSync): readonly number[] {
  const rows = store.prepare("SELECT id FROM series WHERE metric = ?").all(`pipe_pressure/p${fleetPoints}`);
  return rows.map(({ id }) => id as number);
}

async function until(done: () => boolean | Promise<boolean>, everyMs = 20): Promise<void> {
  while (!(await done())) await sleep(everyMs);
}

function row(what: string, ms: number, limit = ""): void {
  console.log(`${what.padEnd(78)} ${Math.round(ms).toLocaleString("en").padStart(9)} ms  ${limit}`);
}
