/**
 * What an agent feels of a slow disk: 300 records/s into the outbox while each commit stands still for so long as an SD card's fsync may,
 * nothing else running meanwhile. How much of the time is left for polling, how late the event loop is, and how long a record waits to be durable.
 * usage: node bench/slow-disk.ts [--seconds 10]   for each disk
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openDatabase } from "@weir/edge-agent/outbox/database.ts";
import { openOutbox } from "@weir/edge-agent/outbox/open.ts";
import { systemClock as clock } from "@weir/wire/clock.ts";

const { values } = parseArgs({ options: { seconds: { type: "string", default: "10" } } });
const seconds = Number(values.seconds);
const perSecond = 300;
const folder = mkdtempSync(join(tmpdir(), "weir-bench-slow-disk-"));
const still = new Int32Array(new SharedArrayBuffer(4));

try {
  console.log(`fsync ms   stood still   commits/s   a record is durable after ms, p50 and most`);
  for (const fsyncMs of [1, 10, 30, 100, 300]) {
    const { stoodStillMs, commits, waits } = await onDisk(fsyncMs);
    const share = `${Math.round((100 * stoodStillMs) / (1000 * seconds))} %`;
    const at = (q: number) => Math.round(waits[Math.floor(q * (waits.length - 1))]!);
    console.log(
      `${String(fsyncMs).padStart(8)} ${share.padStart(13)} ${(commits / seconds).toFixed(1).padStart(11)}   ${at(0.5)}, ${at(1)}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}

async function onDisk(fsyncMs: number) {
  let [stoodStillMs, commits] = [0, 0];
  const openFile: typeof openDatabase = (file, random) => {
    const database = openDatabase(file, random);
    return {
      ...database,
      transaction(counters, work) {
        database.transaction(counters, work);
        Atomics.wait(still, 0, 0, fsyncMs);
        stoodStillMs += fsyncMs;
        commits++;
      },
    };
  };
  const outbox = await openOutbox({ file: join(folder, `${fsyncMs}.db`), clock, random: Math.random, openFile });
  const appends: Promise<number>[] = [];
  const from = clock.monotonic();
  for (let n = 0; n < perSecond * seconds; ) {
    for (; n < ((clock.monotonic() - from) / 1000) * perSecond; n++) {
      const at = clock.monotonic();
      const record = { device: `device-${n % 30}`, body: new Uint8Array(300).fill(n), samples: 30 };
      appends.push(outbox.append(record).then(() => clock.monotonic() - at));
    }
    await clock.sleep(5, new AbortController().signal);
  }
  const spent = { stoodStillMs, commits };
  const waits = (await Promise.all(appends)).sort((a, b) => a - b);
  await outbox.close();
  return { ...spent, waits };
}
