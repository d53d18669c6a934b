import { expect, test } from "vitest";
import type { Delivered } from "../../api/answers.ts";
import { partsOf, ratesOf, worstOf } from "./delivery.ts";

const day = (part: Partial<NonNullable<Delivered>>): NonNullable<Delivered> => ({
  ...{ date: "2026-11-24", at: 0, expected: 1440, onTime: 0, late: 0, rejected: 0, missing: 0 },
  ...{ completeness: 100, validity: 100, ...part },
});

test("the parts of a day fill it, and a single missing minute is high enough to be seen", () => {
  const parts = partsOf(day({ onTime: 1438, late: 1, missing: 1 }));
  expect(parts.map(({ share }) => share)).toEqual(["onTime", "late", "missing"]);
  expect(parts.reduce((sum, { percent }) => sum + percent, 0)).toBeCloseTo(100);
  expect(Math.min(...parts.map(({ percent }) => percent))).toBe(6);
});

test("the worst of a day is what is missing, then what was refused, then what was late", () => {
  expect(worstOf(day({ onTime: 1440 }))).toBeUndefined();
  expect(worstOf(day({ onTime: 1400, late: 40 }))).toBe("late");
  expect(worstOf(day({ late: 1400, rejected: 40 }))).toBe("rejected");
  expect(worstOf(day({ late: 1, rejected: 1, missing: 1 }))).toBe("missing");
});

test("rates of several days weigh each by what was expected, and never round up to 100", () => {
  expect(ratesOf([null])).toBeUndefined();
  expect(ratesOf([day({ missing: 1440, validity: null })])).toEqual({ completeness: 0, validity: undefined });
  expect(
    ratesOf([null, day({ onTime: 1440 }), day({ expected: 1440, onTime: 1439, missing: 1, validity: 50 })]),
  ).toEqual({
    completeness: 99.96,
    validity: 75,
  });
});
