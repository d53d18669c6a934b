import fc from "fast-check";
import { expect, test } from "vitest";
import { lineOf, type Reading, timeToLimit } from "./trend.ts";

const t0 = Date.parse("2026-11-24T12:00:00+08:00");
const minute = 60_000;
const course = (values: readonly number[]): readonly Reading[] =>
  values.map((value, n) => ({ at: t0 + n * minute, value }));
const high = { side: "max", value: 90 } as const;

test("1 % a minute from 80 % reaches 90 % ten minutes after the first reading", () => {
  const forecast = timeToLimit(course([80, 81, 82, 83, 84]), high);
  expect(forecast).toMatchObject({ kind: "approaching" });
  if (forecast.kind !== "approaching") return;
  expect(forecast.perHour).toBeCloseTo(60, 6);
  expect(forecast.inMs / minute).toBeCloseTo(6, 6);
  expect(forecast.earliestMs).toBeCloseTo(forecast.latestMs, 3);
});

test("falling towards a low limit is approaching, rising away from it is leaving", () => {
  const low = { side: "min", value: 10 } as const;
  expect(timeToLimit(course([14, 13.5, 13, 12.5, 12]), low)).toMatchObject({ kind: "approaching", perHour: -30 });
  expect(timeToLimit(course([12, 12.5, 13, 13.5, 14]), low)).toMatchObject({ kind: "leaving" });
});

test("with noise it says a range, and the truth lies in it", () => {
  const forecast = timeToLimit(course([80, 81.3, 81.8, 83.4, 83.7, 85.2, 86.1]), high);
  if (forecast.kind !== "approaching") throw new Error(forecast.kind);
  expect(forecast.earliestMs).toBeLessThan(forecast.inMs);
  expect(forecast.inMs).toBeLessThan(forecast.latestMs);
  expect([forecast.earliestMs < 4 * minute, forecast.latestMs > 4 * minute]).toEqual([true, true]);
});

test.each<[string, readonly Reading[], RegExp]>([
  ["nothing", [], /no reading/],
  ["four readings", course([1, 2, 3, 4]), /4 readings; 5 are the least/],
  ["nothing but gaps", course([Number.NaN, Number.NaN]), /no reading/],
  ["one instant", Array.from({ length: 6 }, () => ({ at: t0, value: 3 })), /one instant/],
  ["scatter", course([50, 51, 50, 51, 50, 51, 50]), /its own scatter/],
  ["a constant", course([50, 50, 50, 50, 50]), /its own scatter/],
  ["a limit far away", course([1, 1.01, 1.02, 1.03, 1.04]), /further off/],
])("%s: it cannot tell", (_, readings, why) => {
  expect(timeToLimit(readings, high)).toEqual({ kind: "cannot tell", why: expect.stringMatching(why) });
});

test("a slope that its own scatter explains is no trend, however near the limit is", () => {
  const near = { side: "max", value: 52 } as const;
  const wavering = [50, 51, 50, 51.2, 50, 51, 50.4, 51.1];
  expect(timeToLimit(course(wavering), near)).toEqual({ kind: "cannot tell", why: expect.stringMatching(/scatter/) });
});

test("four minutes of readings tell sixteen minutes ahead, and no more", () => {
  const readings = course([80, 81, 82, 83, 84]);
  expect(timeToLimit(readings, { side: "max", value: 99.9 }).kind).toBe("approaching");
  expect(timeToLimit(readings, { side: "max", value: 100.1 }).kind).toBe("cannot tell");
});

test("beyond the limit is over, even from one reading", () => {
  expect(timeToLimit(course([90.1]), high)).toEqual({ kind: "over" });
});

test("readings in any order, with gaps among them, tell the same", () => {
  const readings = course([80, 81, 82, 83, 84]);
  const shuffled = [
    readings[3]!,
    readings[0]!,
    { at: t0 + 30_000, value: Number.NaN },
    readings[4]!,
    readings[2]!,
    readings[1]!,
  ];
  expect(timeToLimit(shuffled, high)).toEqual(timeToLimit(readings, high));
});

test("a straight line is found exactly, wherever it starts and however steep", () => {
  const number = fc.double({ min: -1000, max: 1000, noNaN: true });
  fc.assert(
    fc.property(number, number, fc.integer({ min: 3, max: 60 }), (start, perMinute, n) => {
      const line = lineOf(course(Array.from({ length: n }, (_, i) => start + i * perMinute)))!;
      expect(line.slope * minute).toBeCloseTo(perMinute, 4);
      expect(line.last).toBeCloseTo(start + (n - 1) * perMinute, 4);
    }),
  );
});
