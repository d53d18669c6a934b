import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pointAt } from "../store/contract.ts";
import { StoreUnavailable, tierMs, tiers } from "../store/store.ts";
import { hour, never, rollUpTestbed, t0 } from "./testbed.ts";

const minute = 60_000;
const ph = { site: "east", device: "sonde-1", metric: "ph", from: t0 - 48 * hour, to: t0 + 48 * hour };

describe("roll-ups", () => {
  test("a window is rolled up soon after it is complete, and the hour after the hour", async () => {
    const at = rollUpTestbed();
    const { store } = at.start();
    await store.write([pointAt(t0 + minute, 7), pointAt(t0 + 6 * minute, 8)], never);
    await at.clock.advance(5 * minute);
    expect(at.asked).toEqual([]);
    await at.clock.advance(20_000);
    expect(at.asked).toEqual([{ op: "5m", from: t0, to: t0 + 5 * minute, devices: ["sonde-1"] }]);
    await at.clock.advance(56 * minute);
    expect(at.asked.map(({ op }) => op)).toEqual(["5m", "5m", "1h"]);
    expect(await store.series({ ...ph, everyMs: hour, tier: "1h" }, never)).toMatchObject([{ at: t0, mean: 7.5 }]);
  });

  test("late readings have the windows they touched computed anew, and no others", async () => {
    const at = rollUpTestbed();
    const { store } = at.start();
    await store.write([pointAt(t0, 7), pointAt(t0 + 30 * minute, 7)], never);
    await at.clock.advance(2 * hour);
    at.asked.length = 0;
    await store.write([pointAt(t0 + 31 * minute, 9)], never);
    await at.clock.advance(minute);
    expect(at.asked).toMatchObject([
      { op: "5m", from: t0 + 30 * minute, to: t0 + 35 * minute },
      { op: "1h", from: t0, to: t0 + hour },
    ]);
    expect(await store.series({ ...ph, everyMs: 300_000, tier: "5m" }, never)).toMatchObject([
      { mean: 7 },
      { mean: 8 },
    ]);
  });

  test("what arrives while its window is rolled up is not forgotten", async () => {
    const at = rollUpTestbed();
    const { store, book } = at.start();
    await store.write([pointAt(t0 - hour, 1)], never);
    const due = book.due(0, 10);
    await store.write([pointAt(t0 - hour + 1, 3)], never);
    book.done(due);
    expect(book.behind(ph, "5m", ph)).toEqual([{ from: t0 - hour, to: t0 - hour + 5 * minute }]);
    expect(book.behind(ph, "1h", ph)).toEqual([{ from: t0 - hour, to: t0 }]);
  });

  test("days of backlog wait behind fresh windows", async () => {
    const at = rollUpTestbed();
    const { store } = at.start();
    const old = Array.from({ length: 40 }, (_, n) => pointAt(t0 - (n + 2) * hour, n, { device: "back" }));
    await at.clock.advance(5 * minute);
    await store.write([...old, pointAt(t0 + minute, 1, { device: "fresh" })], never);
    await at.clock.advance(minute);
    expect(at.asked[0]).toMatchObject({ op: "5m", from: t0, devices: ["fresh"] });
    expect(at.asked.slice(1).map(({ from }) => from)).toEqual(
      at.asked
        .slice(1)
        .map(({ from }) => from)
        .sort((a, b) => b - a),
    );
    expect(at.asked).toHaveLength(81);
  });

  test("devices of one hour are asked for together", async () => {
    const at = rollUpTestbed();
    const { store } = at.start();
    const devices = Array.from({ length: 250 }, (_, n) => `d-${n}`);
    await store.write(
      devices.map((device) => pointAt(t0 - minute, 1, { device })),
      never,
    );
    await at.clock.advance(minute);
    expect(at.asked.filter(({ op }) => op === "1h").map(({ devices }) => devices?.length)).toEqual([100, 100, 50]);
  });

  test("beyond the limit whole sites are remembered, and nothing is forgotten", async () => {
    const at = rollUpTestbed({ limit: 3 });
    const { store, book } = at.start();
    for (let n = 0; n < 10; n++) await store.write([pointAt(t0 - hour, n, { device: `d-${n}` })], never);
    expect(book.stats().entries).toBe(4);
    await at.clock.advance(5 * minute);
    expect(book.stats().entries).toBe(0);
    for (let n = 0; n < 10; n++)
      expect(await store.series({ ...ph, device: `d-${n}`, everyMs: hour, tier: "1h" }, never)).toHaveLength(1);
  });

  test("while the store is away nothing is forgotten, it is said once, and then it goes on", async () => {
    const at = rollUpTestbed();
    const { store, rollUps } = at.start();
    await store.write([pointAt(t0 - hour, 1)], never);
    at.disk.trouble = new StoreUnavailable("bucket weir/5m is missing");
    await at.clock.advance(10 * minute);
    expect(rollUps.stats()).toMatchObject({ behind: 1, trouble: "bucket weir/5m is missing" });
    expect(at.logged.filter(({ level }) => level === 40)).toMatchObject([{ reason: "bucket weir/5m is missing" }]);
    at.disk.trouble = undefined;
    await at.clock.advance(2 * minute);
    expect(rollUps.stats()).toMatchObject({ behind: 0, trouble: undefined });
  });

  test("readings from before there were roll-ups are rolled up too", async () => {
    const at = rollUpTestbed({ keepMs: 3 * 24 * hour });
    await at.disk.write([pointAt(t0 - 30 * hour, 5), pointAt(t0 - hour, 6, { site: "west" })], never);
    const { read, store } = at.start();
    expect((await read({ ...ph, everyMs: hour }, never)).sources.map(({ tier }) => tier)).toEqual(["raw"]);
    await at.clock.advance(hour);
    const { buckets, sources } = await read({ ...ph, to: t0 - hour, everyMs: hour }, never);
    expect(sources.map(({ tier }) => tier)).toEqual(["1h"]);
    expect(buckets).toMatchObject([{ at: t0 - 30 * hour, mean: 5 }]);
    expect(await store.series({ ...ph, site: "west", everyMs: hour, tier: "1h" }, never)).toHaveLength(1);
  });

  test("another store than before begins anew", async () => {
    const at = rollUpTestbed({ keepMs: 24 * hour });
    const before = at.start();
    await at.clock.advance(minute);
    expect(before.book.of()).toMatchObject({ store: "memory", from: 0 });
    before.book.adopt("influx http://elsewhere", 0);
    await before.end();
    await at.disk.write([pointAt(t0 - hour, 1)], never);
    const after = at.start();
    expect(after.rollUps.readableFrom()).toBe(Number.POSITIVE_INFINITY);
    await at.clock.advance(minute);
    expect(after.book.of()?.store).toBe("memory");
  });

  test("a book put back from a backup rolls up what has come since", async () => {
    const at = rollUpTestbed();
    const before = at.start();
    await at.clock.advance(minute);
    await before.store.write([pointAt(t0 - 5 * hour, 1)], never);
    await at.clock.advance(2 * hour);
    await before.end();
    await at.disk.write([pointAt(t0 + 3 * hour, 2)], never);
    await at.clock.advance(30 * hour);
    const after = at.start();
    await at.clock.advance(hour);
    expect(await after.store.series({ ...ph, everyMs: hour, tier: "1h" }, never)).toHaveLength(2);
    expect((await after.read({ ...ph, everyMs: hour }, never)).buckets).toHaveLength(2);
  });

  test("hours whose readings are no longer kept are not computed from what is left of them", async () => {
    const at = rollUpTestbed({ keepMs: 24 * hour });
    const { store, book } = at.start();
    await store.write([pointAt(t0 - 24 * hour + 1, 1)], never);
    await at.clock.advance(minute);
    expect(at.asked).toEqual([]);
    expect(book.stats().entries).toBe(0);
  });

  test("they say what the readings say, in any order of arrival, doubled and late, with the cloud killed at any step", async () => {
    const reading = fc.record({
      at: fc.integer({ min: t0 - 3 * hour, max: t0 + 2 * hour - 1 }),
      value: fc.option(fc.integer({ min: -9, max: 9 }), { nil: null }),
      device: fc.constantFrom("sonde-1", "sonde-2"),
    });
    const act = fc.oneof(
      fc.record({ write: fc.array(reading, { maxLength: 6 }) }),
      fc.record({ wait: fc.integer({ min: 1000, max: 40 * minute }) }),
      fc.record({ lives: fc.nat(12) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 14 }), async (acts) => {
        const at = rollUpTestbed();
        let cloud = at.start();
        const restart = async (lives?: number) => {
          await cloud.end();
          cloud = at.start(lives);
        };
        for (const each of acts)
          if ("lives" in each) await restart(each.lives);
          else if ("wait" in each) await at.clock.advance(each.wait);
          else {
            const points = each.write.map(({ at, value, device }) => pointAt(at, value, { device }));
            // Without a receipt a gateway sends again, and to the cloud that runs then.
            await cloud.store.write(points, never).catch(async () => {
              await restart();
              await cloud.store.write(points, never);
            });
          }
        await restart();
        await at.clock.advance(6 * hour);
        expect(cloud.book.stats().entries).toBe(0);
        for (const device of ["sonde-1", "sonde-2"])
          for (const tier of tiers) {
            const query = { ...ph, device, everyMs: tierMs[tier] };
            const raw = await cloud.store.series(query, never);
            expect(await cloud.store.series({ ...query, tier }, never)).toEqual(raw);
            expect((await cloud.read(query, never)).buckets).toEqual(raw);
          }
        await cloud.end();
      }),
      { numRuns: 30 },
    );
  });
});
