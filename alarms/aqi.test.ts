import { quantities } from "@weir/wire/quantities.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dayMean, eightHourMean, largest8hMean } from "./air-means.ts";
import { aqiLevel, dailyAqi, hourlyAqi, iaqi } from "./aqi.ts";
import { breakPoints, type Edition, editionAt, pollutants } from "./aqi-table.ts";

const now = Date.parse("2026-11-24T12:00:00+08:00");
const then = Date.parse("2025-11-24T12:00:00+08:00");
const clean = { so2: 8, no2: 20, co: 0.5, o3: 60, pm10: 30, pm25: 12 };

test("each edition judges the days it was in force", () => {
  expect(editionAt(Date.parse("2026-02-28T23:59:59+08:00"))).toBe("2012");
  expect(editionAt(Date.parse("2026-03-01T00:00:00+08:00"))).toBe("2026");
});

/** Vectors of the standards; 60.5 rounds to the even 60 first. */
test.each([
  ["pm25", 20, "hourly", "2026", 29],
  ["pm25", 60.5, "hourly", "2026", 100],
  ["pm25", 61.5, "hourly", "2026", 102],
  ["pm25", 501, "hourly", "2026", 500],
  ["no2", 350, "hourly", "2026", 115],
  ["o3", 140, "hourly", "2026", 44],
  ["pm25", 75, "daily", "2012", 100],
  ["pm10", 180, "daily", "2012", 115],
  ["pm25", 35, "daily", "2026", 50],
  ["co", 2.05, "daily", "2026", 50],
  ["co", 2.15, "daily", "2026", 55],
  ["so2", 801, "hourly", "2026", 200],
  ["o3", 801, "daily", "2026", 300],
  ["so2", 0, "daily", "2026", 0],
] as const)("%s at %d, %s, %s: %i", (pollutant, mean, report, edition, index) => {
  expect(iaqi(pollutant, mean, { report, edition })).toBe(index);
});

test("beyond its table the 2012 edition turns to the other period, and without that says nothing", () => {
  expect(iaqi("so2", 900, { report: "hourly", edition: "2012", instead: 475 })).toBe(150);
  expect(iaqi("o3", 900, { report: "daily", edition: "2012", instead: 1000 })).toBe(400);
  expect(iaqi("so2", 900, { report: "hourly", edition: "2012" })).toBeUndefined();
  expect(hourlyAqi({ ...clean, so2: 900 }, then).missing).toEqual(["so2"]);
  expect(hourlyAqi({ ...clean, so2: 900 }, then, { so2Day: 475 })).toMatchObject({ aqi: 150, primary: ["so2"] });
  expect(dailyAqi({ ...clean, o3: 900 }, then, { o3Hour: 1000 })).toMatchObject({ aqi: 400, primary: ["o3"] });
});

test("the same dust is worse under the edition of 2026", () => {
  const day = { ...clean, pm25: 60, pm10: 120 };
  expect(dailyAqi(day, then)).toMatchObject({ aqi: 85, primary: ["pm10"], edition: "2012" });
  expect(dailyAqi(day, now)).toMatchObject({ aqi: 100, primary: ["pm10", "pm25"], edition: "2026" });
});

test("there is no primary pollutant up to 50, and all that tie are primary above", () => {
  expect(hourlyAqi({ ...clean, no2: 100 }, now)).toMatchObject({ aqi: 50, primary: [] });
  expect(hourlyAqi({ ...clean, no2: 101, co: 5.1 }, now)).toMatchObject({ aqi: 51, primary: ["no2", "co"] });
  expect(hourlyAqi({ ...clean, no2: 200, co: 10 }, now)).toMatchObject({ aqi: 100, primary: ["no2", "co"] });
});

test("since 2026 an index with an item missing is published only above 100", () => {
  const { so2: _, ...rest } = clean;
  expect(hourlyAqi(rest, now)).toMatchObject({ aqi: undefined, primary: [], missing: ["so2"] });
  expect(hourlyAqi({ ...rest, pm25: 60 }, now)).toMatchObject({ aqi: undefined, iaqi: { pm25: 100 } });
  expect(hourlyAqi({ ...rest, pm25: 61 }, now)).toMatchObject({ aqi: 101, primary: ["pm25"], missing: ["so2"] });
  expect(hourlyAqi(rest, then).aqi).toBe(30);
});

test("nothing is no index", () => {
  for (const at of [now, then])
    expect(dailyAqi({}, at)).toMatchObject({ aqi: undefined, primary: [], missing: pollutants });
  expect(hourlyAqi({ ...clean, co: Number.NaN }, now).missing).toEqual(["co"]);
  expect(hourlyAqi({ ...clean, co: -1 }, now).missing).toEqual(["co"]);
});

test.each([
  [50, 1, "优"],
  [51, 2, "良"],
  [150, 3, "轻度污染"],
  [300, 5, "重度污染"],
  [500, 6, "严重污染"],
])("AQI %i is level %i, %s", (aqi, level, zh) => {
  expect(aqiLevel(aqi)).toMatchObject({ level, zh });
});

const report = fc.constantFrom("hourly", "daily");
const edition = fc.constantFrom<Edition>("2012", "2026");

test("the index rises with the concentration, in whole numbers of 0 to 500", () => {
  const mean = fc.double({ min: 0, max: 5000, noNaN: true });
  fc.assert(
    fc.property(fc.constantFrom(...pollutants), report, edition, mean, mean, (pollutant, report, edition, a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)].map((mean) => iaqi(pollutant, mean, { report, edition }));
      for (const index of [low, high])
        if (index !== undefined)
          expect([Number.isInteger(index), index >= 0, index <= 500]).toEqual([true, true, true]);
      if (low !== undefined && high !== undefined) expect(low).toBeLessThanOrEqual(high);
    }),
  );
});

test("every break point has exactly its index, and a little more has more", () => {
  for (const pollutant of pollutants)
    for (const reports of ["hourly", "daily"] as const)
      for (const editions of ["2012", "2026"] as const) {
        const { concentrations, index } = breakPoints(pollutant, reports, editions);
        expect(concentrations).toHaveLength(index.length);
        for (const [n, mean] of concentrations.entries()) {
          expect(iaqi(pollutant, mean, { report: reports, edition: editions })).toBe(index[n]);
          const more = iaqi(pollutant, mean + 1, { report: reports, edition: editions, instead: 1e6 });
          if (mean < concentrations.at(-1)!) expect(more).toBeGreaterThan(index[n]!);
        }
      }
});

describe("means", () => {
  const hours = (count: number, value: number) =>
    Array.from({ length: 24 }, (_, hour) => (hour < count ? value : undefined));

  test("a day needs 20 hours, 8 hours need 6", () => {
    expect(dayMean(hours(20, 40))).toBe(40);
    expect(dayMean(hours(19, 40))).toBeUndefined();
    expect(eightHourMean([1, 2, 3, 4, 5, 6, undefined, undefined])).toBe(3.5);
    expect(eightHourMean([1, 2, 3, 4, 5, undefined, Number.NaN, undefined])).toBeUndefined();
  });

  test("the largest 8 h mean is that of the afternoon, from windows within the day", () => {
    const day = Array.from({ length: 24 }, (_, hour) => (hour >= 11 && hour < 19 ? 180 : 40));
    expect(largest8hMean(day)).toBe(180);
    expect(largest8hMean(Array.from({ length: 24 }, (_, hour) => (hour >= 20 ? 320 : 0)))).toBe(160);
  });

  test("with fewer than 14 windows it is unknown, unless it is over the limit anyway", () => {
    expect(largest8hMean(hours(18, 170))).toBeUndefined();
    expect(largest8hMean(hours(18, 170), 160)).toBe(170);
    expect(largest8hMean(hours(0, 0), 160)).toBeUndefined();
  });
});

test("the states of the vocabulary name the pollutants in this order", () => {
  const states = quantities.aqi_primary.states!;
  for (const [n, pollutant] of pollutants.entries())
    expect(states[n + 1]!.en.replace(".", "").toLowerCase()).toBe(pollutant);
});
