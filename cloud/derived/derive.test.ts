import { describe, expect, test } from "vitest";
import { deviceState } from "../api/fakes.ts";
import { latestTable } from "../ingest/latest-table.ts";
import { hour as hourMs, never, rollUpTestbed, t0 } from "../rollup/testbed.ts";
import { pointAt } from "../store/contract.ts";
import type { Bucket, Point } from "../store/store.ts";
import { deriver } from "./derive.ts";
import { hourMean } from "./hour-mean.ts";
import { judge } from "./judge.ts";

const minute = 60_000;
const at = (n: number, value: number | null): Bucket => ({
  at: t0 + n * minute,
  ...{ mean: value, min: value, max: value, last: value },
  ...(value === null ? { count: 0, bad: 1 } : { count: 1, bad: 0 }),
  uncertain: 0,
});
const minutes = (from: number, to: number, value: number) =>
  Array.from({ length: to - from }, (_, n) => at(from + n, value));

describe("the mean of an hour", () => {
  test.each([
    ["60 minutes", minutes(0, 60, 5), 5 * minute, 5],
    ["45 minutes", minutes(0, 45, 5), 0, 5],
    ["44 minutes", minutes(0, 44, 5), 0, undefined],
    ["what stands since before the hour", [at(-5, 7)], hourMs, 7],
    ["a value that changes once, weighed by its minutes", [at(0, 0), at(30, 10)], hourMs, 5],
    ["values no longer than the instrument may be silent", [at(0, 1), at(20, 1), at(40, 1)], 10 * minute, undefined],
    ["nothing after a bad reading", [at(0, 1), at(30, null)], hourMs, undefined],
    ["nothing", [], hourMs, undefined],
  ])("of %s", (_, buckets, carryMs, mean) => {
    expect(hourMean(buckets, { hour: t0, carryMs })?.mean).toBe(mean);
  });

  test("is uncertain when a reading in it is", () => {
    const buckets = minutes(0, 60, 5).map((each, n) => (n === 30 ? { ...each, uncertain: 1 } : each));
    expect(hourMean(buckets, { hour: t0, carryMs: 0 })).toEqual({ mean: 5, uncertain: true });
  });
});

describe("judgements of an hour", () => {
  const means = (values: Record<string, number>) =>
    Object.fromEntries(Object.entries(values).map(([name, mean]) => [name, { mean, uncertain: false }]));
  const told = (values: Record<string, number>, hour = t0) =>
    Object.fromEntries(judge(means(values), hour).map(({ metric, value, quality }) => [metric, [value, quality]]));
  const clean = { so2: 10, no2: 20, co: 0.5, o3: 60, pm10: 40, pm25: 20 };

  test("an index needs all six pollutants, unless the air is bad already", () => {
    expect(told(clean)).toMatchObject({ aqi: [expect.any(Number), "good"], aqi_primary: [0, "good"] });
    expect(told({ ...clean, pm25: 115 })).toEqual({ aqi: [150, "good"], aqi_primary: [6, "good"] });
    const { so2, ...five } = clean;
    expect(told(five)).toEqual({});
    expect(told({ pm25: 250 })).toEqual({ aqi: [300, "uncertain"], aqi_primary: [6, "uncertain"] });
    expect(so2).toBe(10);
  });

  test("hours of the edition of 2012 are not judged by means it does not use", () => {
    expect(told(clean, Date.UTC(2026, 1, 1))).toEqual({});
  });

  test("a water class names its item and the multiple, and is certain only with the main items", () => {
    const station = { ph: 7.2, dissolved_oxygen: 8, codmn: 3, ammonia_nitrogen: 1.8, total_phosphorus: 0.05 };
    const { water_class, water_class_item, water_exceedance } = told(station);
    expect([water_class, water_class_item]).toEqual([
      [5, "good"],
      [6, "good"],
    ]);
    expect(water_exceedance![0]).toBeCloseTo(0.8);
    expect(told({ ammonia_nitrogen: 0.3 })).toMatchObject({
      water_class: [2, "uncertain"],
      water_exceedance: [0, "uncertain"],
    });
    expect(told({ ph: 7 })).toEqual({});
    expect(told({})).toEqual({});
  });
});

describe("derived series", () => {
  const station = { ...deviceState, site: "east", device: "sonde-1", kind: "water-analyser", everyMs: 10 * minute };
  const nh3n = (n: number, value: number, over: Partial<Point> = {}) =>
    pointAt(t0 + n * minute, value, { metric: "ammonia_nitrogen", kind: "water-analyser", ...over });
  const hourOf = (from: number, value: number) => Array.from({ length: 6 }, (_, n) => nh3n(from + 10 * n, value));

  function city(metrics: readonly string[], kind = station.kind) {
    const bed = rollUpTestbed({ derive: (hour, signal) => derive(hour, signal) });
    const devices = () => [{ ...station, kind, metrics }];
    const latest = latestTable(bed.clock);
    const derive = deriver({ store: bed.disk, directory: { devices }, latest, clock: bed.clock });
    return { ...bed, ...bed.start(), latest };
  }
  const classes = { site: "east", device: "sonde-1", metric: "water_class", from: t0, to: t0 + 24 * hourMs };

  test("the class of an hour is a point at its beginning, in the roll-ups too, and late readings correct it", async () => {
    const { store, clock, latest } = city(["ammonia_nitrogen"]);
    await store.write(hourOf(0, 0.3), never);
    await clock.advance(hourMs + minute);
    expect(latest.ofDevice("east", "sonde-1").map(({ metric }) => metric)).toContain("water_class");
    expect(await store.raw({ ...classes, limit: 9 }, never)).toEqual([
      { metric: "water_class", at: t0, value: 2, quality: "uncertain" },
    ]);
    await store.write(hourOf(5, 4), never);
    await clock.advance(minute);
    for (const tier of ["5m", "1h"] as const)
      expect(await store.series({ ...classes, tier, everyMs: hourMs }, never)).toMatchObject([
        { at: t0, last: 6, count: 1 },
      ]);
  });

  test("the hour after one with late readings is judged again where it stands on them", async () => {
    const { store, clock } = city(["ammonia_nitrogen"]);
    const next = [9, 19, 29, 39, 49, 57].map((n) => nh3n(60 + n, 0.3));
    await store.write(next.slice(2), never);
    await clock.advance(2 * hourMs + minute);
    expect(await store.raw({ ...classes, limit: 9 }, never)).toEqual([]);
    await store.write([nh3n(59, 0.3), nh3n(60 + 9, 0.3), nh3n(60 + 19, 0.3)], never);
    await clock.advance(minute);
    expect(await store.series({ ...classes, tier: "1h", everyMs: hourMs }, never)).toMatchObject([
      { at: t0 + hourMs, last: 2 },
    ]);
  });

  test("doing it again asks for nothing more", async () => {
    const { store, clock, book, asked } = city(["ammonia_nitrogen"]);
    await store.write(hourOf(0, 0.3), never);
    await clock.advance(2 * hourMs);
    expect(book.stats().entries).toBe(0);
    const before = asked.length;
    await clock.advance(2 * hourMs);
    expect(asked.length).toBe(before);
  });

  test.each([
    ["that reports its class itself", ["ammonia_nitrogen", "water_class"], "water-analyser"],
    ["of drinking water", ["ammonia_nitrogen"], "drinking-water-analyser"],
    ["of other things", ["level"], "level-probe"],
  ])("a device %s is not judged", async (_, metrics, kind) => {
    const { store, clock } = city(metrics, kind);
    await store.write(hourOf(0, 0.3), never);
    await clock.advance(hourMs + minute);
    expect(await store.raw({ ...classes, limit: 9 }, never)).toEqual([]);
  });
});
