import { describe, expect, test } from "vitest";
import { deviceState } from "../api/fakes.ts";
import { latestTable } from "../ingest/latest-table.ts";
import { hour as hourMs, never, rollUpTestbed, t0 } from "../rollup/testbed.ts";
import { pointAt } from "../store/contract.ts";
import type { Bucket, Point } from "../store/store.ts";
import { deriver } from "./derive.ts";
import { hourMean } from "./hour-mean.ts";
import { type Around, dayMeans, judge } from "./judge.ts";

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
  const told = (values: Record<string, number>, hour = t0, around: Partial<Around> = {}) =>
    Object.fromEntries(
      judge(means(values), hour, { water: "river", day: {}, ...around }).map(({ metric, value, quality }) => [
        metric,
        [value, quality],
      ]),
    );
  const clean = { so2: 10, no2: 20, co: 0.5, o3: 60, pm10: 40, pm25: 20 };

  test("an index needs all six pollutants, unless the air is bad already", () => {
    expect(told(clean)).toMatchObject({ aqi: [expect.any(Number), "good"], aqi_primary: [0, "good"] });
    expect(told({ ...clean, pm25: 115 })).toEqual({ aqi: [150, "good"], aqi_primary: [6, "good"] });
    const { so2, ...five } = clean;
    expect(told(five)).toEqual({});
    expect(told({ pm25: 250 })).toEqual({ aqi: [300, "uncertain"], aqi_primary: [6, "uncertain"] });
    expect(so2).toBe(10);
  });

  test("hours of the edition of 2012 are judged by its table, particles by their mean of 24 hours", () => {
    const at = Date.UTC(2026, 1, 1);
    const day = means({ pm10: 60, pm25: 75 });
    expect(told({ ...clean, pm25: 200 }, at, { day })).toEqual({ aqi: [100, "good"], aqi_primary: [6, "good"] });
    // That edition publishes what it has.
    expect(told({ ...clean, pm25: 200 }, at)).toMatchObject({ aqi: [expect.any(Number), "uncertain"] });
    expect(told({ so2: 900 }, at, { day: means({ so2: 475 }) })).toMatchObject({ aqi: [150, "uncertain"] });
  });

  test("a mean of 24 hours needs 20, and is uncertain when one of them is", () => {
    const hours = (count: number) =>
      dayMeans(["pm10"], (_, n) => (n < count ? { mean: n, uncertain: n === 3 } : undefined));
    expect(hours(20)).toEqual({ pm10: { mean: 9.5, uncertain: true } });
    expect(hours(19)).toEqual({});
  });

  test("a lake is classed by the phosphorus of lakes", () => {
    const water = { dissolved_oxygen: 8, codmn: 3, ammonia_nitrogen: 0.3, total_phosphorus: 0.06 };
    expect(told(water).water_class).toEqual([2, "good"]);
    expect(told(water, t0, { water: "lake" }).water_class).toEqual([4, "good"]);
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
    const started = bed.start();
    const derive = deriver({
      store: bed.disk,
      marking: started.store,
      directory: { devices },
      stations: [],
      balances: [],
      latest,
      clock: bed.clock,
    });
    return { ...bed, ...started, latest };
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
    // Forty minutes of the second hour: five too few, until the last reading of the first one reaches into it.
    await store.write(
      [80, 90, 100, 110].map((n) => nh3n(n, 0.3)),
      never,
    );
    await clock.advance(2 * hourMs + minute);
    expect(await store.raw({ ...classes, limit: 9 }, never)).toEqual([]);
    await store.write([nh3n(59, 0.3)], never);
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
    ["at the outlet of a sewage works", ["ammonia_nitrogen"], "outlet-water-analyser"],
    ["of other things", ["level"], "level-probe"],
  ])("a device %s is not judged", async (_, metrics, kind) => {
    const { store, clock } = city(metrics, kind);
    await store.write(hourOf(0, 0.3), never);
    await clock.advance(hourMs + minute);
    expect(await store.raw({ ...classes, limit: 9 }, never)).toEqual([]);
  });
});

describe("the index of 2012", () => {
  const day1 = Date.UTC(2026, 1, 1);

  test("stands on 24 hours of particles, and late readings judge every hour anew that they are part of", async () => {
    const bed = rollUpTestbed({ derive: (hour, signal) => derive(hour, signal) });
    const { disk, clock } = bed;
    const metrics = ["pm10", "pm25", "so2", "no2", "co", "o3"];
    const station = { ...deviceState, site: "east", device: "kerb", kind: "dust-sensor", everyMs: hourMs, metrics };
    const started = bed.start();
    const latest = latestTable(clock);
    const directory = { devices: () => [station] };
    const derive = deriver({
      store: disk,
      marking: started.store,
      directory,
      stations: [],
      balances: [],
      latest,
      clock,
    });
    const hour = (n: number, pm25: number) =>
      Object.entries({ pm10: 40, pm25, so2: 10, no2: 20, co: 0.5, o3: 60 }).map(([metric, value]) =>
        pointAt(day1 + n * hourMs, value, { device: "kerb", kind: "dust-sensor", metric }),
      );
    await started.store.write(Array.from({ length: 30 }, (_, n) => (n < 4 || n > 6 ? hour(n, 35) : [])).flat(), never);
    await clock.advance(2 * hourMs);
    const index = async () => {
      const query = { site: "east", device: "kerb", metric: "aqi", from: day1, to: day1 + 40 * hourMs, limit: 99 };
      return new Map((await disk.raw(query, never)).map(({ at, value }) => [(at - day1) / hourMs, value]));
    };
    const before = await index();
    // At hour 19 only 17 hours of particles are there: the gases alone, which that edition allows.
    expect([before.get(19), before.get(23), before.get(29)]).toEqual([19, 50, 50]);
    await started.store.write(
      [4, 5, 6].flatMap((n) => hour(n, 275)),
      never,
    );
    await clock.advance(hourMs);
    const after = await index();
    // Hours 4 to 6 are in the 24 hours that end with hour 23, hour 6 alone in those that end with hour 29.
    expect([after.get(23), after.get(29)]).toEqual([88, 63]);
  });
});

describe("the balance of a zone", () => {
  const meter = (site: string, device: string, metrics: readonly string[], everyMs = 5 * minute) => ({
    ...deviceState,
    ...{ site, device, kind: "flow-meter", metrics, everyMs },
  });
  const meters = [
    meter("works", "main", ["pipe_flow"]),
    meter("town", "north", ["pipe_flow"]),
    meter("town", "block", ["flow_total"]),
  ];
  const of = (site: string, device: string, metric = "pipe_flow") => ({ site, device, metric });
  const zone = {
    ...{ site: "town", name: "old-town" },
    in: [of("works", "main")],
    out: [of("town", "north"), of("town", "block", "flow_total")],
  };
  const read = (site: string, device: string, metric: string, n: number, value: number, over: Partial<Point> = {}) =>
    pointAt(t0 + n * minute, value, { site, device, kind: "flow-meter", metric, ...over });
  const each5 = (from: number, to: number) => Array.from({ length: (to - from) / 5 }, (_, n) => from + 5 * n);
  const main = (flow: number, over: Partial<Point> = {}) =>
    each5(0, 60).map((n) => read("works", "main", "pipe_flow", n, flow, over));
  const town = () => [
    ...each5(0, 60).map((n) => read("town", "north", "pipe_flow", n, 60)),
    ...each5(-5, 60).map((n) => read("town", "block", "flow_total", n, 1000 + (n + 5) / 6)),
  ];

  function city() {
    const bed = rollUpTestbed({ derive: (hour, signal) => derive(hour, signal) });
    const { disk, clock } = bed;
    const started = bed.start();
    const directory = { devices: () => meters };
    const latest = latestTable(clock);
    const derive = deriver({
      store: disk,
      marking: started.store,
      directory,
      stations: [],
      balances: [zone],
      latest,
      clock,
    });
    const told = async (metric: string, tier?: "5m" | "1h") => {
      const range = { site: "town", device: "old-town", metric, from: t0, to: t0 + 24 * hourMs };
      if (tier === undefined)
        return (await disk.raw({ ...range, limit: 9 }, never)).map(({ value, quality }) => [value, quality]);
      return (await disk.series({ ...range, tier, everyMs: hourMs }, never)).map(({ at, last, count }) => [
        at,
        last,
        count,
      ]);
    };
    return { ...bed, ...started, told };
  }

  test("is what flows in less what is metered, from flows and totals alike, and in the roll-ups", async () => {
    const { store, clock, told } = city();
    await store.write([...main(100), ...town()], never);
    await clock.advance(hourMs + 2 * minute);
    expect(await told("zone_inflow")).toEqual([[100, "good"]]);
    expect((await told("zone_outflow"))[0]![0]).toBeCloseTo(70);
    expect((await told("zone_unaccounted_flow"))[0]![0]).toBeCloseTo(30);
    for (const tier of ["5m", "1h"] as const) expect(await told("zone_inflow", tier)).toEqual([[t0, 100, 1]]);
  });

  test("waits for every meter, and is made when the last of them delivers late, of another site too", async () => {
    const { store, clock, told, book } = city();
    await store.write(town(), never);
    await clock.advance(3 * hourMs);
    expect([await told("zone_unaccounted_flow"), await told("zone_inflow")]).toEqual([[], []]);
    expect((await told("zone_outflow"))[0]![0]).toBeCloseTo(70);
    await store.write(main(90), never);
    await clock.advance(2 * minute);
    expect((await told("zone_unaccounted_flow"))[0]![0]).toBeCloseTo(20);
    await store.write(main(95), never);
    await clock.advance(2 * minute);
    expect(await told("zone_inflow", "1h")).toEqual([[t0, 95, 1]]);
    expect(book.stats().entries).toBe(0);
  });

  test("is uncertain when a reading of one meter is, and absent when a total has gone backwards", async () => {
    const { store, clock, told } = city();
    const reset = read("town", "block", "flow_total", 58, 0);
    await store.write([...main(100, { quality: "uncertain" }), ...town(), reset], never);
    await clock.advance(hourMs + 2 * minute);
    expect(await told("zone_inflow")).toEqual([[100, "uncertain"]]);
    expect([await told("zone_outflow"), await told("zone_unaccounted_flow")]).toEqual([[], []]);
  });
});
