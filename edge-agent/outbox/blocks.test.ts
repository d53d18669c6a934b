import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { virtualClock } from "@weir/wire/clock.ts";
import { encodeRecord } from "@weir/wire/record.ts";
import { afterAll, describe, expect, test } from "vitest";
import { inspectOutbox } from "./inspect.ts";
import { type OutboxOptions, openOutbox } from "./open.ts";

const folder = mkdtempSync(join(tmpdir(), "weir-blocks-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const everything = { from: 0, before: Number.MAX_SAFE_INTEGER };

/** An outbox with readings of three devices that have waited; ten or so records in a block. */
async function setUp(
  count: number,
  options: Partial<OutboxOptions> = {},
  urgent = { every: Number.POSITIVE_INFINITY },
) {
  const clock = virtualClock(1_790_000_000_000);
  const file = join(folder, `${files++}.db`);
  const reopen = () => openOutbox({ file, clock, random: Math.random, blockBytes: 4000, ...options });
  const outbox = await reopen();
  const record = (n: number) => ({
    device: `d${n % 3}`,
    body: encodeRecord(
      Array.from({ length: 10 }, (_, m) => {
        return {
          metric: `voltage/l${m}`,
          at: clock.now() - 9,
          value: (n * 37 + m * 11) / 100,
          quality: "good" as const,
        };
      }),
      { kind: "meter" },
    ),
    samples: 10,
    urgent: (n + 1) % urgent.every === 0,
  });
  const appended = Array.from({ length: count }, (_, n) => record(n));
  for (const each of appended) {
    void outbox.append(each).catch(() => {});
    await clock.advance(100);
  }
  await clock.advance(60_000);
  const sqlite = new DatabaseSync(file);
  const blocks = () => sqlite.prepare("SELECT first, last, gone FROM blocks ORDER BY first").all();
  const settled = async <T>(promise: Promise<T>): Promise<T> => {
    await clock.advance(50);
    return promise;
  };
  return { clock, file, outbox, appended, sqlite, blocks, settled, reopen };
}
const hex = ({ body }: { readonly body: Uint8Array }) => Buffer.from(body).toString("hex");
type Opened = Awaited<ReturnType<typeof setUp>>["outbox"];
const offsets = (outbox: Opened) => outbox.read(everything, 1e9).map(({ offset }) => offset);
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

describe("records that have waited", () => {
  test("lie in blocks, take a fraction of the space, and are read as they were, over a restart too", async () => {
    const { outbox, appended, blocks, reopen } = await setUp(100);
    expect(blocks().length).toBeGreaterThan(5);
    expect(outbox.stats()).toMatchObject({ records: 100, samples: 1000, appended: 100, oldest: { offset: 1 } });
    expect(outbox.stats().bytes).toBeLessThan(12_000);
    const read = (from: Opened) =>
      from.read(everything, 1e9).map((entry) => `${entry.device} ${entry.samples} ${hex(entry)}`);
    const whole = appended.map((record) => `${record.device} ${record.samples} ${hex(record)}`);
    expect(read(outbox)).toEqual(whole);
    const { bytes } = outbox.stats();
    await outbox.close();
    const again = await reopen();
    expect(read(again)).toEqual(whole);
    expect(again.stats()).toMatchObject({ records: 100, samples: 1000, bytes, oldest: { offset: 1 } });
    await again.close();
  });

  test("are confirmed one by one: a block goes when nothing in it is wanted any more, and its space with it", async () => {
    const { outbox, blocks, settled } = await setUp(100);
    const [block] = blocks() as { first: number; last: number }[];
    const { bytes } = outbox.stats();
    await settled(outbox.confirm([[1, 3]]));
    await settled(outbox.confirm([[5, 5]]));
    expect(offsets(outbox)).toEqual(upTo(100).filter((n) => n === 4 || n > 5));
    expect(outbox.stats()).toMatchObject({ records: 96, samples: 960, confirmed: 4, bytes, oldest: { offset: 4 } });
    await settled(outbox.confirm([[1, block!.last]]));
    expect(outbox.stats()).toMatchObject({ records: 100 - block!.last, confirmed: block!.last });
    expect(outbox.stats().bytes).toBeLessThan(bytes);
    await settled(outbox.confirm([[1, 100]]));
    expect(outbox.stats()).toMatchObject({ records: 0, samples: 0, bytes: 0, oldest: undefined });
    await outbox.close();
  });

  test("can be put in quarantine and sent again out of a block", async () => {
    const { outbox, appended, settled } = await setUp(50);
    await settled(outbox.quarantine(7, "refused by the store"));
    expect(offsets(outbox)).not.toContain(7);
    expect(outbox.stats()).toMatchObject({ records: 49, quarantined: 1 });
    expect(await outbox.retry()).toBe(1);
    expect(outbox.read({ from: 51, before: 52 }, 1e6)).toMatchObject([{ device: "d0", samples: 10, offset: 51 }]);
    expect(outbox.read({ from: 51, before: 52 }, 1e6).map(hex)).toEqual([hex(appended[6]!)]);
    await outbox.close();
  });

  test("are seen by who looks into the file while the agent runs", async () => {
    const { file, outbox, settled } = await setUp(50);
    await settled(outbox.confirm([[1, 2]]));
    const inspection = inspectOutbox(file);
    expect([...inspection.records()].map(({ offset }) => offset)).toEqual(upTo(50).slice(2));
    expect(inspection.status()).toMatchObject({ records: 48, oldest: { offset: 3 } });
    expect(inspection.waitingSince(0).records).toBe(48);
    inspection.close();
    await outbox.close();
  });

  test("give way to the limit by the block, oldest first", async () => {
    const { outbox } = await setUp(400, { limitBytes: 20_000 });
    const left = offsets(outbox);
    expect(outbox.stats().bytes).toBeLessThanOrEqual(20_000);
    expect(left).toEqual(upTo(400).slice(-left.length));
    expect(left.length).toBeGreaterThan(80);
    expect(outbox.stats()).toMatchObject({ dropped: 400 - left.length, droppedSamples: 10 * (400 - left.length) });
    await outbox.close();
  });

  test("are thinned in their blocks: every device and both ends of time stay", async () => {
    const { outbox } = await setUp(800, { limitBytes: 20_000, whenFull: "thin" });
    const entries = outbox.read(everything, 1e9);
    expect(outbox.stats().bytes).toBeLessThanOrEqual(20_000);
    expect(outbox.stats().dropped).toBe(800 - entries.length);
    for (const device of ["d0", "d1", "d2"]) {
      const mine = entries.filter((entry) => entry.device === device).map(({ offset }) => offset);
      expect(mine[0]).toBeLessThan(20);
      expect(mine.at(-1)).toBeGreaterThan(797);
    }
    await outbox.close();
  });
});

describe("urgent records", () => {
  /** Every twentieth is urgent. */
  const urgent = { every: 20 };

  test.each(["drop-oldest", "thin"] as const)(
    "outlive the others when the outbox is full under %s",
    async (whenFull) => {
      const { outbox } = await setUp(400, { limitBytes: 20_000, whenFull }, urgent);
      const left = outbox.read({ ...everything, urgent: true }, 1e9).map(({ offset }) => offset);
      expect(left).toEqual(upTo(400).filter((n) => n % 20 === 0));
      expect(outbox.stats().bytes).toBeLessThanOrEqual(20_000);
      expect(outbox.stats().records).toBe(400 - outbox.stats().dropped);
      expect(outbox.stats().records).toBeGreaterThan(60);
      await outbox.close();
    },
  );

  test("go at last when there is nothing but urgent ones", async () => {
    const { outbox } = await setUp(600, { limitBytes: 20_000 }, { every: 1 });
    const left = offsets(outbox);
    expect(left).toEqual(upTo(600).slice(-left.length));
    await outbox.close();
  });
});

describe("damage of a block", () => {
  test("costs the records of this block alone: they are in quarantine by their offsets, and never sent", async () => {
    const { outbox, sqlite, blocks, settled, reopen } = await setUp(100);
    const [, second] = blocks() as { first: number; last: number }[];
    const { first, last } = second!;
    await settled(outbox.confirm([[first, first]]));
    await outbox.close();
    sqlite.prepare("UPDATE block_bodies SET body = zeroblob(length(body)) WHERE first = ?").run(first);
    const again = await reopen();
    expect(offsets(again)).toEqual(upTo(100).filter((n) => n < first || n > last));
    await settled(Promise.resolve());
    expect(again.stats()).toMatchObject({ records: 100 - (last - first + 1), quarantined: last - first });
    expect(again.stats().samples).toBe(10 * again.stats().records);
    await again.close();
  });

  test("of the whole file leaves what its blocks still hold to be salvaged, without what was confirmed", async () => {
    const { outbox, sqlite, appended, settled, reopen } = await setUp(100);
    await settled(outbox.confirm([[1, 4]]));
    await outbox.close();
    sqlite.exec("PRAGMA writable_schema = ON; DELETE FROM state");
    sqlite.close();
    const again = await reopen();
    expect(again.damage()).toMatchObject([{ records: 96, unreadable: [], former: { next: 101, carried: [[5, 100]] } }]);
    expect(again.read(everything, 1e9).map(hex)).toEqual(appended.slice(4).map(hex));
    await again.close();
  });
});
