import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, virtualClock } from "@weir/wire/clock.ts";
import { afterAll, expect, test } from "vitest";
import { noise } from "./contract.ts";
import { openDatabase } from "./database.ts";
import { openOutbox } from "./open.ts";

const folder = mkdtempSync(join(tmpdir(), "weir-slow-disk-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Ten seconds of records, one each 10 ms, on a disk that takes so long for each commit. */
async function tenSecondsOn(commitMs: number) {
  const hands = virtualClock();
  const spent = { ms: 0, commits: 0 };
  const clock: Clock = { ...hands, monotonic: () => hands.monotonic() + spent.ms };
  const openFile: typeof openDatabase = (file, random) => {
    const database = openDatabase(file, random);
    return {
      ...database,
      transaction(counters, work) {
        database.transaction(counters, work);
        spent.ms += commitMs;
        spent.commits++;
      },
    };
  };
  const file = join(folder, `${commitMs}.db`);
  const outbox = await openOutbox({ file, clock, random: Math.random, openFile });
  const appends: Promise<{ readonly waitedMs: number }>[] = [];
  for (let n = 0; n < 1000; n++) {
    const at = hands.monotonic();
    const stored = outbox.append(noise(n, 40));
    appends.push(stored.then(() => ({ waitedMs: hands.monotonic() - at })));
    await hands.advance(10);
  }
  const { ms, commits } = spent;
  await hands.advance(5000);
  const waits = (await Promise.all(appends)).map(({ waitedMs }) => waitedMs);
  await outbox.close();
  return { ms, commits, longestWaitMs: Math.max(...waits) };
}

test.each([30, 100, 300])(
  "a disk that takes %i ms for a commit is kept busy for a fifth of the time, and takes every record",
  async (commitMs) => {
    const { ms } = await tenSecondsOn(commitMs);
    expect(ms / (10_000 + ms)).toBeLessThanOrEqual(0.22);
  },
);

test("a quick disk is asked every 50 ms", async () => {
  const { commits, longestWaitMs } = await tenSecondsOn(1);
  expect(commits).toBeGreaterThan(150);
  expect(longestWaitMs).toBeLessThanOrEqual(60);
});

test("however long a disk once stood still, no record waits for more than two seconds for the next try", async () => {
  expect((await tenSecondsOn(30_000)).longestWaitMs).toBeLessThanOrEqual(2000);
});
