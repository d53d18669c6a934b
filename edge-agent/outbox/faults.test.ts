import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { virtualClock } from "@weir/wire/clock.ts";
import { afterAll, describe, expect, test } from "vitest";
import { noise } from "./contract.ts";
import { openDatabase } from "./database.ts";
import { inspectOutbox } from "./inspect.ts";
import { type OutboxOptions, openOutbox } from "./open.ts";
import type { Outbox, OutboxRecord } from "./outbox.ts";

const folder = mkdtempSync(join(tmpdir(), "weir-faults-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newFile = () => join(folder, `${files++}.db`);
const everything = { from: 0, before: Number.MAX_SAFE_INTEGER };
const clock = virtualClock();

async function open(options: Partial<OutboxOptions> & { file: string }) {
  return openOutbox({ clock, random: Math.random, ...options });
}
async function append(outbox: Outbox, ...records: OutboxRecord[]): Promise<PromiseSettledResult<number>[]> {
  const all = Promise.allSettled(records.map((record) => outbox.append(record)));
  await clock.advance(50);
  return all;
}
const bodies = (outbox: Outbox) => outbox.read(everything, 1e9).map((entry) => Buffer.from(entry.body).toString("hex"));
const hex = (record: OutboxRecord) => Buffer.from(record.body).toString("hex");

describe("a disk that takes nothing", () => {
  /** The disk of a file that can be made full. */
  function faultyDisk() {
    const disk = { errcode: 0, reads: true };
    const openFile: typeof openDatabase = (file, random) => {
      const fail = () => {
        if (disk.errcode) throw Object.assign(new Error("database or disk is full"), { errcode: disk.errcode });
      };
      if (!disk.reads) fail();
      const database = openDatabase(file, random);
      return {
        ...database,
        transaction(counters, work) {
          database.transaction(counters, () => {
            work();
            fail();
          });
        },
      };
    };
    return { disk, openFile };
  }

  test("an append is rejected as `disk`, the record is told to onUnsaved, and is stored once the disk takes records again", async () => {
    const { disk, openFile } = faultyDisk();
    const outbox = await open({ file: newFile(), openFile });
    await append(outbox, noise(1, 100));
    disk.errcode = 13;
    const unsaved: string[] = [];
    outbox.onUnsaved((record) => unsaved.push(hex(record)));
    const [failed] = await append(outbox, noise(2, 100));
    expect(failed).toMatchObject({ status: "rejected", reason: { code: "disk" } });
    expect(await append(outbox, noise(3, 100))).toMatchObject([{ status: "rejected", reason: { code: "disk" } }]);
    expect(unsaved).toEqual([hex(noise(2, 100)), hex(noise(3, 100))]);
    expect(outbox.stats()).toMatchObject({ records: 1, unsaved: 2, fault: "database or disk is full" });
    expect(bodies(outbox)).toEqual([hex(noise(1, 100))]);

    await clock.advance(5000);
    expect(outbox.stats().unsaved).toBe(2);
    disk.errcode = 0;
    await clock.advance(5000);
    expect(outbox.stats()).toMatchObject({ records: 3, unsaved: 0, fault: undefined, dropped: 0 });
    expect(bodies(outbox)).toEqual([1, 2, 3].map((n) => hex(noise(n, 100))));
    expect((await append(outbox, noise(4, 100)))[0]).toMatchObject({ status: "fulfilled", value: 4 });
    await outbox.close();
  });

  test("a full disk gets the outbox's reserve, so that receipts can go on freeing it; it is taken again afterwards", async () => {
    const { disk, openFile } = faultyDisk();
    const file = newFile();
    const outbox = await open({ file, openFile });
    expect(statSync(`${file}.ballast`).size).toBe(4 * 2 ** 20);
    disk.errcode = 13;
    await append(outbox, noise(1, 100));
    expect(existsSync(`${file}.ballast`)).toBe(false);
    disk.errcode = 0;
    await clock.advance(5000);
    expect(existsSync(`${file}.ballast`)).toBe(true);
    await outbox.close();
  });

  test("the memory is bounded: the oldest go and are counted", async () => {
    const { disk, openFile } = faultyDisk();
    const outbox = await open({ file: newFile(), openFile, memoryBytes: 1000 });
    disk.errcode = 13;
    await append(outbox, ...Array.from({ length: 25 }, (_, n) => noise(n, 100)));
    expect(outbox.stats()).toMatchObject({ unsaved: 10, dropped: 15 });
    disk.errcode = 0;
    await clock.advance(5000);
    expect(bodies(outbox)).toEqual(Array.from({ length: 10 }, (_, n) => hex(noise(n + 15, 100))));
    expect(outbox.stats().dropped).toBe(15);
    await outbox.close();
  });

  test("a receipt that came meanwhile is honoured when the disk is back", async () => {
    const { disk, openFile } = faultyDisk();
    const outbox = await open({ file: newFile(), openFile });
    await append(outbox, noise(1, 100), noise(2, 100));
    disk.errcode = 13;
    await append(outbox, noise(3, 100));
    let settled = false;
    void outbox.confirm([[1, 1]]).then(() => (settled = true));
    await clock.advance(1000);
    expect(settled).toBe(false);
    disk.errcode = 0;
    await clock.advance(5000);
    expect(settled).toBe(true);
    expect(bodies(outbox)).toEqual([hex(noise(2, 100)), hex(noise(3, 100))]);
    await outbox.close();
  });

  test("an outbox whose file cannot be opened at all opens in memory, with epoch 0, and moves to disk by itself", async () => {
    const { disk, openFile } = faultyDisk();
    Object.assign(disk, { errcode: 14, reads: false });
    const outbox = await open({ file: newFile(), openFile });
    expect(outbox.epoch).toBe(0);
    expect(await append(outbox, noise(1, 100))).toMatchObject([{ reason: { code: "disk" } }]);
    disk.errcode = 0;
    await clock.advance(5000);
    expect(outbox.epoch).toBeGreaterThan(0);
    expect(bodies(outbox)).toEqual([hex(noise(1, 100))]);
    await outbox.close();
  });
});

describe("a damaged file", () => {
  test("that is no database at all is put aside, and an empty outbox with a new epoch starts", async () => {
    const file = newFile();
    writeFileSync(file, "these are not the bytes of a database ".repeat(500));
    const outbox = await open({ file });
    expect(outbox.damage()).toMatchObject([{ aside: `${file}.damaged-1`, records: 0 }]);
    expect(statSync(`${file}.damaged-1`).size).toBeGreaterThan(10_000);
    expect(await append(outbox, noise(1, 10))).toMatchObject([{ status: "fulfilled", value: 1 }]);
    await outbox.close();
  });

  test("with a broken page in the middle is found while reading, and every other record is carried over", async () => {
    const file = newFile();
    const outbox = await open({ file });
    const records = Array.from({ length: 300 }, (_, n) => noise(n, 900));
    await append(outbox, ...records);
    const { epoch } = outbox;
    await outbox.close();
    const descriptor = openSync(file, "r+");
    writeSync(descriptor, Buffer.alloc(4096, 0xee), 0, 4096, 4096 * 40);
    closeSync(descriptor);

    const again = await open({ file });
    again.read(everything, 1e9);
    expect(again.damage()).toMatchObject([{ aside: `${file}.damaged-1`, cause: expect.stringMatching(/malformed/) }]);
    expect(again.epoch).not.toBe(epoch);
    const saved = bodies(again);
    expect(saved.length).toBeGreaterThanOrEqual(290);
    expect(saved.length).toBeLessThan(300);
    expect(again.damage()[0]!.records).toBe(saved.length);
    expect(records.map(hex).filter((body) => saved.includes(body))).toEqual(saved);
    expect(await append(again, noise(1000, 10))).toMatchObject([{ status: "fulfilled", value: saved.length + 1 }]);
    await again.close();
  });

  test("that is found while reading takes nothing with it into the new one: no receipt, and no offset of a spoilt record", async () => {
    const file = newFile();
    const outbox = await open({ file });
    await append(outbox, ...Array.from({ length: 300 }, (_, n) => noise(n, 900)));
    await outbox.close();
    const sqlite = new DatabaseSync(file);
    sqlite.prepare("UPDATE records SET body = ? WHERE offset = 20").run(noise(4, 900).body);
    sqlite.close();
    const descriptor = openSync(file, "r+");
    writeSync(descriptor, Buffer.alloc(4096, 0xee), 0, 4096, 4096 * 40);
    closeSync(descriptor);

    const again = await open({ file });
    void again.confirm([[1, 10]]);
    void again.quarantine(11, "refused by the store");
    again.read(everything, 1e9);
    await clock.advance(100);
    expect(again.damage()).toHaveLength(1);
    expect(again.stats()).toMatchObject({ confirmed: 0, quarantined: 0, records: again.damage()[0]!.records });
    await again.close();
  });

  test("one record whose bytes have changed goes to quarantine; it is never sent", async () => {
    const file = newFile();
    const outbox = await open({ file });
    await append(outbox, noise(1, 200), noise(2, 200), noise(3, 200));
    await outbox.close();
    const sqlite = new DatabaseSync(file);
    sqlite.prepare("UPDATE records SET body = ? WHERE offset = 2").run(noise(4, 200).body);
    sqlite.close();
    const again = await open({ file });
    expect(bodies(again)).toEqual([hex(noise(1, 200)), hex(noise(3, 200))]);
    await clock.advance(50);
    expect(again.stats()).toMatchObject({ records: 2, quarantined: 1 });
    expect(again.damage()).toMatchObject([{ former: { epoch: again.epoch, first: 2, next: 3, carried: [] } }]);
    const inspection = inspectOutbox(file);
    expect([...inspection.quarantine()]).toMatchObject([
      { offset: 2, body: undefined, reason: expect.stringMatching(/checksum/) },
    ]);
    inspection.close();
    await again.close();
  });

  test("no more than three damaged files are kept", async () => {
    const file = newFile();
    for (let n = 0; n < 5; n++) {
      writeFileSync(file, `broken ${n}`.repeat(1000));
      rmSync(`${file}-wal`, { force: true });
      const outbox = await open({ file });
      await outbox.close();
    }
    const name = file.slice(folder.length + 1);
    const aside = readdirSync(folder).filter(
      (other) => other.startsWith(`${name}.damaged-`) && /damaged-\d+$/.test(other),
    );
    expect(aside.sort()).toEqual([3, 4, 5].map((n) => `${name}.damaged-${n}`));
  });
});

describe("the file", () => {
  test("keeps epoch, records and counters over a restart", async () => {
    const file = newFile();
    const outbox = await open({ file, limitBytes: 3000 });
    await append(outbox, ...Array.from({ length: 5 }, (_, n) => noise(n, 900)));
    const { epoch } = outbox;
    const { records, samples, bytes, appended, dropped } = outbox.stats();
    const next = outbox.next();
    expect(dropped).toBe(2);
    await outbox.close();
    const again = await open({ file, limitBytes: 3000 });
    expect(again.epoch).toBe(epoch);
    expect(again.next()).toBe(next);
    expect(again.stats()).toMatchObject({ records, samples, bytes, appended, dropped });
    await again.close();
  });

  test("is given back to the disk once its records are confirmed", async () => {
    const file = newFile();
    const outbox = await open({ file });
    for (let n = 0; n < 40; n++)
      await append(outbox, ...Array.from({ length: 30 }, (_, m) => noise(n * 30 + m, 15_000)));
    void outbox.confirm([[0, 2000]]);
    for (let n = 0; n < 40; n++) await append(outbox, noise(n, 10));
    await outbox.close();
    expect(statSync(file).size).toBeLessThan(7_000_000);
  });

  test("is written by one process only; the second is told so", async () => {
    const file = newFile();
    const outbox = await open({ file });
    await expect(open({ file })).rejects.toMatchObject({
      code: "in-use",
      message: expect.stringMatching(/another process/),
    });
    await outbox.close();
    await (await open({ file })).close();
  });

  test("can be looked into while the agent writes", async () => {
    const file = newFile();
    const outbox = await open({ file });
    await append(outbox, noise(1, 300), noise(2, 300));
    void outbox.quarantine(1, "field type conflict");
    await clock.advance(50);
    const inspection = inspectOutbox(file);
    expect(inspection.status()).toMatchObject({
      epoch: outbox.epoch,
      records: 1,
      samples: 2,
      quarantined: 1,
      oldest: { offset: 2 },
    });
    expect([...inspection.records()]).toMatchObject([{ offset: 2, device: "d2", body: noise(2, 300).body }]);
    expect([...inspection.quarantine()]).toMatchObject([
      { offset: 1, reason: "field type conflict", body: noise(1, 300).body },
    ]);
    inspection.close();
    await outbox.close();
    expect(() => inspectOutbox(join(folder, "nothing.db"))).toThrow(/no such file/);
    writeFileSync(join(folder, "text"), "text ".repeat(1000));
    expect(() => inspectOutbox(join(folder, "text"))).toThrow(/expected the outbox of an agent/);
  });

  test("a group that is large is committed without waiting", async () => {
    const outbox = await open({ file: newFile(), groupBytes: 1000 });
    const all = [1, 2, 3].map((n) => outbox.append(noise(n, 400)));
    expect(await Promise.all(all)).toEqual([1, 2, 3]);
    await outbox.close();
  });
});

describe("policy thin", () => {
  test("keeps every device and both ends of time: old stretches get thinner, none vanishes", async () => {
    const outbox = await open({ file: newFile(), limitBytes: 100_000, whenFull: "thin" });
    const devices = ["a", "b", "c"];
    for (let n = 0; n < 200; n++) await append(outbox, ...devices.map((device) => ({ ...noise(n, 400), device })));
    const entries = outbox.read(everything, 1e9);
    expect(outbox.stats().bytes).toBeLessThanOrEqual(100_000);
    expect(outbox.stats().dropped).toBe(600 - entries.length);
    for (const device of devices) {
      const offsets = entries.filter((entry) => entry.device === device).map((entry) => entry.offset);
      expect(offsets.length).toBeGreaterThan(60);
      expect(offsets[0]).toBeLessThan(10);
      expect(offsets.at(-1)).toBeGreaterThan(597);
      const late = offsets.filter((offset) => offset > 480).length;
      const early = offsets.filter((offset) => offset <= 120).length;
      expect(late).toBeGreaterThan(2 * early);
      expect(early).toBeGreaterThan(0);
    }
    await outbox.close();
  });
});
