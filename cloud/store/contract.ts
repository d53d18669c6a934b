import type { Quality } from "@weir/wire/sample.ts";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Bucket, type Point, type Store, type Tier, tierMs, tiers } from "./store.ts";

const t0 = Date.UTC(2026, 5, 1, 8);
const never = new AbortController().signal;

/** A point of site `east`, device `sonde-1`, all of it replaceable. */
export function pointAt(at: number, value: number | null, over: Partial<Point> = {}): Point {
  return {
    site: "east",
    device: "sonde-1",
    kind: "water-quality",
    metric: "ph",
    at,
    value,
    quality: value === null ? "bad" : "good",
    ...over,
  };
}

/** What every store promises. `reopen` closes nothing: it opens the same data once more, as after a restart. */
export function storeContract(
  name: string,
  open: () => Promise<{ readonly store: Store; reopen(): Promise<Store>; end(): Promise<void> }>,
): void {
  describe(`${name} store`, () => {
    let at: Awaited<ReturnType<typeof open>>;
    let store: Store;
    beforeEach(async () => {
      at = await open();
      store = at.store;
    });
    afterEach(() => at.end());

    const ph = { site: "east", device: "sonde-1", metric: "ph", from: t0, to: t0 + 3_600_000 };
    const raw = (over: Partial<typeof ph> = {}, from = store) => from.raw({ ...ph, ...over, limit: 100_000 }, never);

    test("a written point is read back as it was: value, quality and time", async () => {
      const points = [pointAt(t0, 7.25), pointAt(t0 + 1, 7.5, { quality: "uncertain" }), pointAt(t0 + 2, null)];
      expect(await store.write(points, never)).toEqual({ rejected: [] });
      expect(await raw()).toEqual([
        { metric: "ph", at: t0, value: 7.25, quality: "good" },
        { metric: "ph", at: t0 + 1, value: 7.5, quality: "uncertain" },
        { metric: "ph", at: t0 + 2, value: null, quality: "bad" },
      ]);
    });

    test("the same identity written again is one point with the later value", async () => {
      await store.write([pointAt(t0, 7)], never);
      await store.write([pointAt(t0, 8), pointAt(t0, 9)], never);
      expect(await raw()).toEqual([{ metric: "ph", at: t0, value: 9, quality: "good" }]);
    });

    test("an empty write resolves", async () => {
      expect(await store.write([], never)).toEqual({ rejected: [] });
    });

    test("a point that can never be stored is rejected by its index and its neighbours are stored", async () => {
      const points = [
        pointAt(t0, 7),
        pointAt(t0 + 1, Number.NaN),
        pointAt(Number.POSITIVE_INFINITY, 7),
        pointAt(t0 + 3, 7, { device: "a\nb" }),
        pointAt(t0 + 4, null, { quality: "good" }),
        pointAt(t0 + 5, 7, { metric: "" }),
        pointAt(t0 + 6, 7, { device: "d\\" }),
        pointAt(t0 + 7, 8),
      ];
      const { rejected } = await store.write(points, never);
      expect(rejected.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6]);
      for (const { reason } of rejected) expect(reason).not.toBe("");
      expect((await raw()).map(({ value }) => value)).toEqual([7, 8]);
    });

    test("a range holds its beginning and not its end, ascending, and at most the limit", async () => {
      await store.write(
        [3, 1, 0, 2].map((n) => pointAt(t0 + n * 1000, n)),
        never,
      );
      expect((await raw({ from: t0 + 1000, to: t0 + 3000 })).map(({ value }) => value)).toEqual([1, 2]);
      expect((await store.raw({ ...ph, limit: 2 }, never)).map(({ value }) => value)).toEqual([0, 1]);
    });

    test("sites, devices, metrics and channels never mix", async () => {
      const where = [
        { site: "east", device: "d", metric: "voltage/l1" },
        { site: "east", device: "d", metric: "voltage/l2" },
        { site: "east", device: "d", metric: "voltage" },
        { site: "east", device: "e", metric: "voltage" },
        { site: "west", device: "d", metric: "voltage" },
        { site: 'we\'st \\ "北"', device: "泵 3,=", metric: "voltage" },
      ];
      await store.write(
        where.map((place, n) => pointAt(t0, 220 + n, place)),
        never,
      );
      for (const [n, place] of where.entries())
        expect((await raw(place)).map(({ metric, value }) => [metric, value])).toEqual([[place.metric, 220 + n]]);
    });

    test("windows start at multiples of their length and aggregate the points with a value", async () => {
      const from = Math.floor(t0 / 60_000) * 60_000;
      await store.write(
        [
          pointAt(from, 4),
          pointAt(from + 1000, 8, { quality: "uncertain" }),
          pointAt(from + 2000, 6),
          pointAt(from + 3000, null),
          pointAt(from + 120_000, null),
        ],
        never,
      );
      const buckets = await store.series({ ...ph, from, to: from + 180_000, everyMs: 60_000 }, never);
      expect(buckets).toEqual([
        { at: from, mean: 6, min: 4, max: 8, last: 6, count: 3, uncertain: 1, bad: 1 },
        { at: from + 120_000, mean: null, min: null, max: null, last: null, count: 0, uncertain: 0, bad: 1 },
      ]);
    });

    test("a window cut by the range counts only what is inside", async () => {
      const from = Math.floor(t0 / 60_000) * 60_000;
      await store.write(
        [0, 10, 20, 30].map((s) => pointAt(from + s * 1000, s)),
        never,
      );
      const [bucket] = await store.series({ ...ph, from: from + 10_000, to: from + 30_000, everyMs: 60_000 }, never);
      expect(bucket).toMatchObject({ at: from, count: 2, min: 10, max: 20, last: 20 });
    });

    test("a state is kept as the integer it is", async () => {
      await store.write([pointAt(t0, 1, { metric: "door_open" }), pointAt(t0 + 1, 0, { metric: "door_open" })], never);
      expect((await raw({ metric: "door_open" })).map(({ value }) => value)).toEqual([1, 0]);
    });

    test("a metric outside the vocabulary is stored as a number", async () => {
      await store.write([pointAt(t0, 1.5, { metric: "Boiler/Level 1" })], never);
      expect((await raw({ metric: "Boiler/Level 1" })).map(({ value }) => value)).toEqual([1.5]);
    });

    test("latest is the newest point by time of every series, whatever the order of arrival", async () => {
      await store.write([pointAt(t0 + 5000, 7, { quality: "uncertain" }), pointAt(t0, 6)], never);
      await store.write([pointAt(t0 + 1000, 5), pointAt(t0 + 9000, null, { device: "sonde-2" })], never);
      await store.write([pointAt(t0 + 1, 1, { metric: "turbidity" })], never);
      const latest = [...(await store.latest(never))].sort(
        (a, b) => a.device.localeCompare(b.device) || a.metric.localeCompare(b.metric),
      );
      expect(latest).toEqual([
        pointAt(t0 + 5000, 7, { quality: "uncertain" }),
        pointAt(t0 + 1, 1, { metric: "turbidity" }),
        pointAt(t0 + 9000, null, { device: "sonde-2" }),
      ]);
    });

    test("what was written is there after a restart, and series go on", async () => {
      await store.write([pointAt(t0, 7)], never);
      const again = await at.reopen();
      await again.write([pointAt(t0 + 1, 8), pointAt(t0 + 1, 1, { metric: "turbidity" })], never);
      expect((await raw({}, again)).map(({ value }) => value)).toEqual([7, 8]);
      expect((await raw({ metric: "turbidity" }, again)).map(({ value }) => value)).toEqual([1]);
      await again.close();
    });

    test("nothing known is an empty answer, not an error", async () => {
      expect(await raw({ device: "nobody" })).toEqual([]);
      expect(await store.series({ ...ph, site: "nowhere", everyMs: 1000 }, never)).toEqual([]);
      expect(await store.latest(never)).toEqual([]);
    });

    test("a range that runs backwards or a window of nothing is refused", async () => {
      await expect(raw({ from: t0, to: t0 - 1 })).rejects.toThrow(RangeError);
      await expect(store.series({ ...ph, everyMs: 0 }, never)).rejects.toThrow(RangeError);
    });

    test("an aborted write rejects and a later one is taken", async () => {
      await expect(store.write([pointAt(t0, 7)], AbortSignal.abort())).rejects.toThrow();
      await store.write([pointAt(t0, 8)], never);
      expect((await raw()).map(({ value }) => value)).toEqual([8]);
    });

    test("days begin at midnight where people live when the offset says so", async () => {
      const midnight = Date.UTC(2026, 5, 1) - 8 * 3_600_000;
      await store.write([pointAt(midnight - 1, 1), pointAt(midnight, 2), pointAt(midnight + 86_399_999, 4)], never);
      const days = { ...ph, from: midnight - 86_400_000, to: midnight + 86_400_000, everyMs: 86_400_000 };
      const buckets = await store.series({ ...days, utcOffsetMs: 8 * 3_600_000 }, never);
      expect(buckets.map(({ at, mean, count }) => [at - midnight, mean, count])).toEqual([
        [-86_400_000, 1, 1],
        [0, 3, 2],
      ]);
    });

    describe.each(tiers)("the roll-up %s", (tier) => {
      const length = tierMs[tier];
      const from = Math.floor(t0 / length) * length;
      const range = { ...ph, from, to: from + 4 * length };
      const rollUp = (
        over: { from?: number; to?: number; devices?: readonly string[] | undefined } = {},
        on = store,
      ) => {
        const { from, to } = range;
        return on.rollUp({ tier, site: "east", devices: ["sonde-1"], from, to, ...over }, never);
      };
      const built = (on = store, metric = "ph", device = "sonde-1") =>
        on.series({ ...range, metric, device, everyMs: length, tier }, never);

      test("holds for each window what the readings say, of every quantity of the device", async () => {
        await store.write(
          [
            pointAt(from, 4),
            pointAt(from + 1000, 8, { quality: "uncertain" }),
            pointAt(from + 2000, 6),
            pointAt(from + 3000, null),
            pointAt(from + 2 * length, null),
            pointAt(from + 5, 1, { metric: "door_open" }),
            pointAt(from + 6, 0, { metric: "door_open" }),
            pointAt(from, 5, { metric: "voltage/l1" }),
            pointAt(from, 5, { metric: "Boiler/Level 1__min" }),
            pointAt(from, null, { metric: "turbidity" }),
          ],
          never,
        );
        expect(await rollUp()).toEqual({ refused: [] });
        const silent = { mean: null, min: null, max: null, last: null, count: 0, uncertain: 0, bad: 1 };
        expect(await built()).toEqual([
          { at: from, mean: 6, min: 4, max: 8, last: 6, count: 3, uncertain: 1, bad: 1 },
          { at: from + 2 * length, ...silent },
        ]);
        expect(await built(store, "door_open")).toMatchObject([{ mean: 0.5, min: 0, max: 1, last: 0, count: 2 }]);
        expect(await built(store, "voltage/l1")).toMatchObject([{ at: from, mean: 5, count: 1 }]);
        expect(await built(store, "Boiler/Level 1__min")).toMatchObject([{ at: from, mean: 5, count: 1 }]);
        expect(await built(store, "turbidity")).toEqual([{ at: from, ...silent }]);
        expect(await store.latest(never)).toHaveLength(5);
      });

      test("is of the devices and the range that were asked for, or of the whole site", async () => {
        const places = [{}, { device: '泵 3,= "x" \\y' }, { site: "west" }];
        await store.write(
          places.flatMap((place) => [0, 1, 2].map((n) => pointAt(from + n * length, n, place))),
          never,
        );
        await rollUp({ devices: [], to: from + 3 * length });
        expect(await built()).toEqual([]);
        await rollUp({ from: from + length, to: from + 2 * length });
        expect((await built()).map(({ at }) => at)).toEqual([from + length]);
        expect(await built(store, "ph", places[1]!.device)).toEqual([]);
        await rollUp({ devices: undefined });
        for (const device of ["sonde-1", places[1]!.device!]) expect(await built(store, "ph", device)).toHaveLength(3);
        expect(await store.series({ ...range, site: "west", everyMs: length, tier }, never)).toEqual([]);
      });

      test("outlives a restart, and windows of several of its own are put together as the readings would be", async () => {
        await store.write(
          [0, 10, 20].flatMap((n) => [pointAt(from + n, n), pointAt(from + 3 * length + n, 1)]),
          never,
        );
        await store.write([pointAt(from + length, 50, { quality: "uncertain" })], never);
        await rollUp();
        const again = await at.reopen();
        const query = { ...range, from: from - (from % (4 * length)), to: range.to + 4 * length, everyMs: 4 * length };
        const whole = await again.series({ ...query, tier }, never);
        expectSame(whole, await again.series(query, never));
        await again.close();
      });

      test("ranges that are not made of its windows are refused", async () => {
        await expect(rollUp({ from: from + 1 })).rejects.toThrow(RangeError);
        await expect(store.series({ ...range, everyMs: length / 2, tier }, never)).rejects.toThrow(RangeError);
      });
    });

    test("roll-ups say what the readings say, in any order of arrival, with doubled and late readings, however often they are done", async () => {
      const span = 7_200_000;
      const from = Math.floor(t0 / 3_600_000) * 3_600_000;
      const reading = fc.record({
        at: fc.integer({ min: from, max: from + span - 1 }),
        value: fc.option(fc.integer({ min: -1000, max: 1000 }), { nil: null }),
        uncertain: fc.boolean(),
      });
      let round = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(reading, { selector: ({ at }) => at, minLength: 1, maxLength: 60 }),
          fc.nat(60),
          async (readings, cut) => {
            const device = `rolled-${round++}`;
            const points = readings.map(({ at, value, uncertain }) =>
              pointAt(at, value, { device, quality: value === null ? "bad" : uncertain ? "uncertain" : "good" }),
            );
            const roll = async (tier: Tier) =>
              store.rollUp({ tier, site: "east", devices: [device], from, to: from + span }, never);
            await store.write(points.slice(0, cut), never);
            await Promise.all(tiers.map(roll));
            await store.write(points, never);
            await Promise.all(tiers.map(roll));
            for (const tier of tiers)
              for (const everyMs of [tierMs[tier], span]) {
                const query = { ...ph, device, from, to: from + span, everyMs };
                expectSame(await store.series({ ...query, tier }, never), await store.series(query, never));
              }
          },
        ),
        { numRuns: 15 },
      );
    });

    test("any storable points, written in any batches and twice, are read back once each", async () => {
      const sample = fc.record({
        at: fc.integer({ min: t0, max: t0 + 3_599_999 }),
        value: fc.option(fc.double({ noNaN: true, min: -1e12, max: 1e12 }), { nil: null }),
        uncertain: fc.boolean(),
      });
      let round = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(sample, { selector: ({ at }) => at, maxLength: 40 }),
          fc.nat(40),
          async (samples, cut) => {
            const device = `property-${round++}`;
            const points = samples.map(({ at, value, uncertain }) => {
              const quality: Quality = value === null ? "bad" : uncertain ? "uncertain" : "good";
              return pointAt(at, value, { device, quality });
            });
            await store.write(points.slice(0, cut), never);
            await store.write(points, never);
            const expected = [...points]
              .sort((a, b) => a.at - b.at)
              .map(({ metric, at, value, quality }) => ({ metric, at, value: value === 0 ? 0 : value, quality }));
            const got = (await raw({ device })).map((sample) => ({
              ...sample,
              value: sample.value === 0 ? 0 : sample.value,
            }));
            expect(got).toEqual(expected);
          },
        ),
        { numRuns: 25 },
      );
    });
  });
}

/** Two ways to the same windows: all but the mean to the last digit, a mean to what adding in another order may change. */
function expectSame(got: readonly Bucket[], wanted: readonly Bucket[]): void {
  const rounded = (buckets: readonly Bucket[]) =>
    buckets.map((bucket) => ({
      ...bucket,
      mean: bucket.mean === null ? null : Math.round(bucket.mean * 1e6) / 1e6 + 0,
    }));
  expect(rounded(got)).toEqual(rounded(wanted));
}
