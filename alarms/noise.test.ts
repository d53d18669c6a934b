import fc from "fast-check";
import { expect, test } from "vitest";
import { equivalentLevel, noisePeriod, noiseVerdict } from "./noise.ts";

test("60 and 70 dB for equal times are 67.4 dB", () => {
  expect(equivalentLevel([60, 70])).toBeCloseTo(67.4, 1);
  expect(equivalentLevel([])).toBeUndefined();
});

test("an equivalent level lies between the loudest and 10 log n below it", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 20, max: 120, noNaN: true }), { minLength: 1, maxLength: 50 }), (levels) => {
      const loudest = Math.max(...levels);
      expect(equivalentLevel(levels)!).toBeLessThanOrEqual(loudest + 1e-9);
      expect(equivalentLevel(levels)!).toBeGreaterThanOrEqual(loudest - 10 * Math.log10(levels.length) - 1e-9);
    }),
  );
});

test.each([
  ["05:59:59", "night"],
  ["06:00:00", "daytime"],
  ["21:59:59", "daytime"],
  ["22:00:00", "night"],
])("%s in China is %s", (time, period) => {
  expect(noisePeriod(Date.parse(`2026-11-24T${time}+08:00`))).toBe(period);
});

const day = Date.parse("2026-11-24T12:00:00+08:00");
const night = Date.parse("2026-11-24T23:00:00+08:00");

test("a level is held against the limit of its area and time of day, inclusive", () => {
  expect(noiseVerdict(70, { area: "4a", at: day })).toEqual({ period: "daytime", limit: 70, over: 0 });
  expect(noiseVerdict(56.5, { area: "4a", at: night })).toEqual({ period: "night", limit: 55, over: 1.5 });
});

test("a sudden peak may be 15 dB above the limit of the night, and not by day", () => {
  expect(noiseVerdict(65, { area: "2", at: night, peak: true })).toMatchObject({ limit: 65, over: 0 });
  expect(noiseVerdict(65, { area: "2", at: day, peak: true })).toMatchObject({ limit: 60, over: 5 });
});
