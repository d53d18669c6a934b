import {
  closeSync,
  cpSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { virtualClock } from "@weir/wire/clock.ts";
import { hasOffset } from "@weir/wire/ranges.ts";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noise } from "./contract.ts";
import { inspectOutbox } from "./inspect.ts";
import { openOutbox } from "./open.ts";
import type { Entry, OffsetRange, Outbox, OutboxRecord } from "./outbox.ts";

/** In memory where the machine has such a place: thousands of outboxes are opened, and what a disk forgets is not asked here. */
const place = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
const folder = mkdtempSync(join(place, "weir-damage-"));
afterAll(() => rmSync(folder, { recursive: true }));
const parts = ["", "-wal", ".mark"] as const;
const everything = { from: 0, before: Number.MAX_SAFE_INTEGER };
let names = 0;
const newFile = () => join(folder, `${names++}.db`);

const most = 300;
const record = (offset: number) => noise(offset, 40 + ((offset * 37) % 700));
const textOf = ({ device, body, samples }: OutboxRecord) => `${device} ${samples} ${Buffer.from(body).toString("hex")}`;
const offsets = new Map(Array.from({ length: most }, (_, n) => [textOf(record(n + 1)), n + 1]));
/** By which offset a record was appended; what was never appended has none. */
const offsetOf = (entry: OutboxRecord) => offsets.get(textOf(entry)) ?? `never appended: ${textOf(entry).slice(0, 80)}`;

/** The files of a process that was killed while it held blocks, single records and a quarantine; which offsets it held. `stored`: what had its receipt. */
async function killed(
  to: string,
  stored: readonly OffsetRange[],
): Promise<{ readonly epoch: number; readonly held: readonly number[] }> {
  const file = newFile();
  const clock = virtualClock();
  const outbox = await openOutbox({ file, clock, random: Math.random, blockBytes: 8192, packAfterMs: 1000 });
  const append = async (from: number, to: number) => {
    for (let n = from; n <= to; n++) void outbox.append(record(n));
    await clock.advance(50);
  };
  await append(1, 150);
  await clock.advance(5000);
  const parked = Array.from({ length: 40 }, (_, n) => n + 1);
  for (const offset of parked) void outbox.quarantine(offset, "refused by the store");
  await clock.advance(50);
  const checkpoint = new DatabaseSync(file);
  checkpoint.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  checkpoint.close();
  for (let n = 151; n < most; n += 10) await append(n, n + 9);
  void outbox.confirm(stored);
  void outbox.quarantine(295, "refused by the store");
  await clock.advance(50);
  const held = [...parked, 295, ...outbox.read(everything, 1e9).map(({ offset }) => offset)];
  for (const part of parts) cpSync(`${file}${part}`, `${to}${part}`);
  const { epoch } = outbox;
  await outbox.close();
  return { epoch, held };
}

/** Reads all of it as an uplink would, again and again until nothing changes any more. */
async function readAll(outbox: Outbox, clock: ReturnType<typeof virtualClock>): Promise<readonly Entry[]> {
  for (let turn = 0; turn < 4; turn++) {
    try {
      outbox.read(everything, 1e9);
    } catch {
      // Tried again once the disk is thought to be back.
    }
    outbox.stats();
    await clock.advance(6000);
  }
  return outbox.read(everything, 1e9);
}

describe.each<[string, readonly OffsetRange[]]>([
  [
    "full of what waits",
    [
      [41, 50],
      [60, 65],
    ],
  ],
  ["with hardly more than a quarantine", [[41, 290]]],
])("whatever bytes are spoilt of an outbox %s", (_, stored) => {
  const template = newFile();
  let before: Awaited<ReturnType<typeof killed>>;
  beforeAll(async () => {
    before = await killed(template, stored);
  });

  function copied(): string {
    const file = newFile();
    for (const part of parts) cpSync(`${template}${part}`, `${file}${part}`);
    return file;
  }

  /** Nothing is altered or made up, whatever is not there any more is said to be gone, and the outbox goes on. */
  async function judge(file: string): Promise<void> {
    const clock = virtualClock();
    const outbox = await openOutbox({ file, clock, random: Math.random, blockBytes: 8192, packAfterMs: 1e9 });
    const left = (await readAll(outbox, clock)).map(offsetOf);
    expect(outbox.stats().fault).toBeUndefined();
    expect(left.filter((offset) => typeof offset === "string")).toEqual([]);
    expect(new Set(left).size).toBe(left.length);
    const inspection = inspectOutbox(file);
    const parked = [...inspection.quarantine()];
    inspection.close();
    const there = new Set([
      ...left,
      ...parked.flatMap(({ body, ...rest }) => (body ? [offsetOf({ ...rest, body })] : [])),
    ]);
    const spoilt = new Set(parked.filter(({ body }) => body === undefined).map(({ offset }) => offset));
    const isToldGone = (offset: number) =>
      spoilt.has(offset) ||
      outbox
        .damage()
        .some(
          ({ former: { epoch, first, next, carried } }) =>
            [before.epoch, 0].includes(epoch) && first <= offset && offset < next && !hasOffset(carried, offset),
        );
    expect(before.held.filter((offset) => !there.has(offset) && !isToldGone(offset))).toEqual([]);
    await Promise.all([outbox.append(noise(9999, 10)), clock.advance(50)]);
    const waiting = outbox.read(everything, 1e9).map(textOf);
    expect(waiting.filter((text) => text === textOf(noise(9999, 10)))).toHaveLength(1);
    await outbox.close();
  }

  const spot = fc.tuple(
    fc.constantFrom("", "-wal"),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    fc.nat(7),
  );

  test("single bits: nothing is altered or made up, and what is lost is told", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(spot, { minLength: 1, maxLength: 6 }), async (spots) => {
        const file = copied();
        for (const [part, where, bit] of spots) flip(`${file}${part}`, where, bit);
        await judge(file);
      }),
      {
        numRuns: 60,
        examples: [
          [
            [
              ["", 0.00016276041666666666, 0],
              ["-wal", 0, 0],
            ],
          ],
          [
            [
              ["", 0.0003030711206896552, 0],
              ["-wal", 0, 0],
            ],
          ],
        ],
      },
    );
  }, 120_000);

  test("the mark alone: nothing is lost", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(19), fc.nat(7), async (at, bit) => {
        const file = copied();
        flip(`${file}.mark`, at / 20, bit);
        const outbox = await openOutbox({ file, clock: virtualClock(), random: Math.random });
        expect(outbox.damage()).toEqual([]);
        const waiting = outbox.read(everything, 1e9).map(({ offset }) => offset);
        expect(waiting).toEqual(before.held.filter((offset) => offset > 40 && offset !== 295));
        expect(outbox.stats().quarantined).toBe(41);
        await outbox.close();
      }),
      { numRuns: 20 },
    );
  });

  test("again and again: what was told of earlier damage is not forgotten with the file that it stands in", async () => {
    const file = copied();
    for (let times = 1; times <= 3; times++) {
      flip(file, 0, 0);
      const outbox = await openOutbox({ file, clock: virtualClock(), random: Math.random });
      expect(outbox.damage().map(({ former }) => former.epoch)).toHaveLength(times);
      expect(new Set(outbox.damage().map(({ former }) => former.epoch)).size).toBe(times);
      expect(outbox.damage()[0]!.former.epoch).toBe(before.epoch);
      await outbox.close();
    }
  });

  test("the header of its file: every record is carried over", async () => {
    const file = copied();
    const sqlite = new DatabaseSync(file);
    sqlite.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    sqlite.close();
    flip(file, 0, 0);
    const outbox = await openOutbox({ file, clock: virtualClock(), random: Math.random });
    const left = outbox.read(everything, 1e9).map(offsetOf);
    expect(new Set(left)).toEqual(new Set(before.held));
    expect(outbox.damage()).toMatchObject([{ records: before.held.length, unreadable: [] }]);
    await outbox.close();
  });

  test("its log, and later the whole file that went on without it: the end of it is told, too", async () => {
    const file = copied();
    rmSync(`${file}-wal`);
    const goesOn = await openOutbox({ file, clock: virtualClock(), random: Math.random });
    expect(goesOn.epoch).toBe(before.epoch);
    await goesOn.close();
    rmSync(file);
    const begun = await openOutbox({ file, clock: virtualClock(), random: Math.random });
    expect(begun.damage().at(-1)!.former).toEqual({ epoch: before.epoch, first: 1, next: 301, carried: [] });
    expect(begun.damage()).toHaveLength(2);
    await begun.close();
    const again = await openOutbox({ file, clock: virtualClock(), random: Math.random });
    expect(again.damage()).toHaveLength(2);
    await again.close();
  });

  test("a stretch of a file", async () => {
    await fc.assert(
      fc.asyncProperty(spot, fc.integer({ min: 1, max: 9000 }), async ([part, where], length) => {
        const file = copied();
        const size = statSync(`${file}${part}`).size;
        const descriptor = openSync(`${file}${part}`, "r+");
        writeSync(
          descriptor,
          Buffer.alloc(Math.min(length, size), 0x5a),
          0,
          Math.min(length, size),
          Math.floor(where * size),
        );
        closeSync(descriptor);
        await judge(file);
      }),
      { numRuns: 40, examples: [[["", 0.2581922743055556, 0], 4215]] },
    );
  }, 120_000);

  test.each([
    ["is garbage", (page: Buffer) => page.fill(0x5a)],
    ["has lost its rows without a sign of it", (page: Buffer) => page.writeUInt16BE(0, 3)],
  ])("the first page of its quarantine, that %s", async (_, spoil) => {
    const file = copied();
    const sqlite = new DatabaseSync(file);
    sqlite.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    const { page } = sqlite
      .prepare("SELECT pageno AS page FROM dbstat WHERE name = 'quarantine' AND path = '/000/'")
      .get() as { page: number };
    sqlite.close();
    const bytes = readFileSync(file);
    spoil(bytes.subarray(4096 * (page - 1), 4096 * page));
    writeFileSync(file, bytes);
    await judge(file);
  });

  test("the number of a row in its quarantine, beside another page of it", async () => {
    const file = copied();
    const sqlite = new DatabaseSync(file);
    sqlite.exec("UPDATE quarantine SET offset = 0 WHERE offset = 1; PRAGMA wal_checkpoint(TRUNCATE)");
    const { page } = sqlite
      .prepare("SELECT max(pageno) AS page FROM dbstat WHERE name = 'quarantine' AND path > '/000/'")
      .get() as { page: number };
    sqlite.close();
    const bytes = readFileSync(file);
    bytes.fill(0x5a, 4096 * (page - 1), 4096 * page);
    writeFileSync(file, bytes);
    await judge(file);
  });

  test("the number of a row in its quarantine", async () => {
    const file = copied();
    const sqlite = new DatabaseSync(file);
    sqlite.exec("UPDATE quarantine SET offset = 0 WHERE offset = 1");
    sqlite.close();
    await judge(file);
  });

  test("its end: a file that is cut anywhere, or not there at all", async () => {
    await fc.assert(
      fc.asyncProperty(spot, async ([part, where]) => {
        const file = copied();
        if (where < 0.1) rmSync(`${file}${part}`);
        else truncateSync(`${file}${part}`, Math.floor(where * statSync(`${file}${part}`).size));
        await judge(file);
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});

function flip(file: string, where: number, bit: number): void {
  const bytes = readFileSync(file);
  const at = Math.floor(where * bytes.length);
  bytes[at]! ^= 1 << bit;
  writeFileSync(file, bytes);
}
