/** The cloud with a database in trouble and with gateways that press, by a virtual clock. With real sockets: bench/stress.ts. */
import { expect, onTestFinished, test } from "vitest";
import { openMemoryStore } from "../store/memory.ts";
import { StoreUnavailable } from "../store/store.ts";
import { ownGateway, sample, t0, testbed } from "./testbed.ts";

const hour = 3_600_000;
const gateways = 20;
const limit = 64 * 1024;
/** Of one message of these tests. */
const mostBytes = 200;

/** Gateways that obey: each sends its next record only when the last was taken, and keeps what has no receipt. */
async function pressed(store = openMemoryStore()) {
  const bed = await testbed({ store, limits: { pendingBytes: limit } });
  const all = Array.from({ length: gateways }, (_, n) => ({
    name: `gw-${n}`,
    gateway: ownGateway("east", `gw-${n}`),
    next: 1,
    blocked: false,
  }));
  for (const { gateway } of all) bed.say(...gateway.birth());
  /** Each gateway that is not held back sends so many records. */
  function press(records: number): void {
    for (const each of all)
      for (let n = 0; n < records && !each.blocked; n++) {
        const offset = each.next++;
        const full = bed.say(...each.gateway.record(offset, `${each.name}-probe`, [sample("ph", 7, t0 + offset)]));
        if (!full) continue;
        each.blocked = true;
        void full.then(() => {
          each.blocked = false;
        });
      }
  }
  const sent = () => all.reduce((sum, { next }) => sum + next - 1, 0);
  const receipted = () => bed.ledger.gateways().reduce((sum, row) => sum + row.stored, 0);
  return { bed, press, sent, receipted };
}

test("a database that is away for an hour holds memory to its limit and a message a gateway, gets no receipt, and has everything afterwards", async () => {
  const { bed, press, sent, receipted } = await pressed();
  bed.store.trouble = new StoreUnavailable("away");
  let most = 0;
  for (let second = 0; second < hour / 1000; second += 10) {
    press(50);
    await bed.clock.advance(10_000);
    most = Math.max(most, bed.ingest.stats().pendingBytes);
  }
  expect(most).toBeGreaterThanOrEqual(limit);
  expect(most).toBeLessThanOrEqual(limit + gateways * mostBytes);
  expect(receipted()).toBe(0);
  expect(bed.heard.filter(({ name }) => name.includes("Receipt"))).toEqual([]);
  bed.store.trouble = undefined;
  for (let second = 0; second < 60; second++) {
    press(50);
    await bed.clock.advance(1000);
  }
  await bed.clock.advance(10_000);
  expect(receipted()).toBe(sent());
  expect(bed.store.points().filter(({ metric }) => metric === "ph")).toHaveLength(sent());
  expect(bed.ingest.stats()).toMatchObject({ pendingBytes: 0, pendingPoints: 0 });
});

test("a slow database is written one batch at a time, and a gateway waits no longer than the batches before it", async () => {
  const store = openMemoryStore();
  const write = store.write;
  let [writing, most] = [0, 0];
  const { bed, press, sent, receipted } = await pressed(store);
  store.write = async (points, signal) => {
    most = Math.max(most, ++writing);
    await bed.clock.sleep(5000, signal);
    writing--;
    return write(points, signal);
  };
  for (let n = 0; n < 10; n++) {
    press(20);
    await bed.clock.advance(1000);
  }
  expect(bed.ingest.stats().pendingBytes).toBeLessThanOrEqual(limit + gateways * mostBytes);
  await bed.clock.advance(60_000);
  expect([most, receipted()]).toEqual([1, sent()]);
});

test("an answer that is lost after the database did write doubles nothing: the same points overwrite themselves", async () => {
  const store = openMemoryStore();
  const write = store.write;
  const { bed, press, sent, receipted } = await pressed(store);
  let lost = 0;
  store.write = async (points, signal) => {
    const result = await write(points, signal);
    if (lost++ % 3 < 2) throw new StoreUnavailable("no answer within 10 s");
    return result;
  };
  for (let n = 0; n < 10; n++) {
    press(5);
    await bed.clock.advance(1000);
  }
  await bed.clock.advance(20_000);
  expect(lost).toBeGreaterThan(3);
  expect(receipted()).toBe(sent());
  expect(store.points().filter(({ metric }) => metric === "ph")).toHaveLength(sent());
});

test("one bad point of each batch is rejected alone while its neighbours have their receipts", async () => {
  const { bed, press, receipted, sent } = await pressed();
  const bad = ownGateway("east", "gw-bad");
  bed.say(...bad.birth());
  for (let n = 1; n <= 10; n++) {
    press(5);
    bed.say(...bad.record(n, "probe", [sample("ph", 7, 8e12), sample("turbidity", 3, t0 + n)]));
    await bed.clock.advance(100);
  }
  const row = bed.ledger.gateways().find(({ gateway }) => gateway === "gw-bad");
  expect(row).toMatchObject({ stored: 0, rejected: 10, missing: 0 });
  expect(receipted()).toBe(sent());
  expect(bed.store.points().filter(({ metric }) => metric === "turbidity")).toHaveLength(10);
});

test("a shutdown under pressure answers for nothing that it has not stored, and the next start takes the rest", async () => {
  const { bed, press, sent } = await pressed();
  press(50);
  await bed.clock.advance(60);
  press(50);
  await bed.end();
  const stored = new Set(bed.store.points().map(({ device, at }) => `${device} ${at}`));
  const receipts = bed.heard.filter(({ name }) => name.includes("Receipt")).length;
  expect(receipts).toBeGreaterThan(0);
  const again = await testbed({ folder: bed.folder, store: bed.store });
  onTestFinished(again.end);
  const rows = again.ledger.gateways();
  expect(rows.reduce((sum, row) => sum + row.stored, 0)).toBeLessThanOrEqual(stored.size);
  for (const { gateway, storedRanges } of rows)
    for (const [first, last] of storedRanges)
      for (let offset = first; offset <= last; offset++)
        expect(stored.has(`${gateway}-probe ${t0 + offset}`)).toBe(true);
  expect(sent()).toBeGreaterThanOrEqual(stored.size);
});
