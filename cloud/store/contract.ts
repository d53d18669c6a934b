import type { Quality } from "@weir/wire/sample.ts";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Point, Store } from "./store.ts";

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
