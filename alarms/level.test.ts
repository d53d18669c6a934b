import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { releaseOf } from "./deadband.ts";
import { exceeded, type GasLevel, gasLevel, type TankLevel, tankLevel } from "./level.ts";
import { exceeds, limits, limitsInForce } from "./limits.ts";

const at = Date.parse("2026-11-24T12:00:00+08:00");
const lel = limitsInForce(at, { object: "workplace", quantity: "combustible_lel" });
const oxygen = limitsInForce(at, { object: "workplace", quantity: "oxygen_volume" });
const fill = limitsInForce(at, { object: "tank", quantity: "tank_fill" });

const gasCourse = (values: readonly number[]) => {
  let level: GasLevel = "none";
  return values.map((value) => (level = gasLevel(lel, value, level)));
};

test("gas goes from no level to the second and back, and wavering at a level is one alarm", () => {
  expect(gasCourse([0, 25, 25.1, 24, 25.1, 22.5, 22.4, 50.1, 45, 44.9, 22])).toEqual([
    "none",
    "none",
    "first",
    "first",
    "first",
    "first",
    "none",
    "second",
    "second",
    "first",
    "none",
  ]);
});

test("a detector that fails neither raises nor clears its alarm", () => {
  expect(gasCourse([30, Number.NaN, 30, 0, Number.NaN])).toEqual(["first", "first", "first", "none", "none"]);
});

test("oxygen alarms on both sides", () => {
  expect([19.4, 19.5, 20.9, 23.5, 23.6].map((value) => gasLevel(oxygen, value))).toEqual([
    "first",
    "none",
    "none",
    "none",
    "first",
  ]);
});

test("a tank stands at LL, L, normal, H or HH", () => {
  const course = (values: readonly number[]) => {
    let level: TankLevel = "normal";
    return values.map((value) => (level = tankLevel(fill, value, level)));
  };
  expect(course([50, 85.1, 90.1, 86, 84, 80, 14.9, 4.9, 5.25, 5.26, 15.8])).toEqual([
    "normal",
    "H",
    "HH",
    "HH",
    "H",
    "normal",
    "L",
    "LL",
    "LL",
    "L",
    "normal",
  ]);
});

describe("the deadband", () => {
  test("lies inside the limit and within what the next limit leaves", () => {
    for (const limit of limits) {
      const release = releaseOf(limit);
      if (release === undefined || limit.value === 0) continue;
      expect([limit.id, exceeds(limit, release)]).toEqual([limit.id, false]);
      expect(limit.side === "max" ? release < limit.value : release > limit.value).toBe(true);
    }
  });

  test("a state has none", () => {
    expect(releaseOf({ quantity: "lamp_fault", side: "max", value: 0 })).toBeUndefined();
  });
});

test("a value inside the deadband keeps what was, and outside it history does not matter", () => {
  fc.assert(
    fc.property(fc.constantFrom(...limits), fc.double({ min: -1000, max: 1000, noNaN: true }), (limit, value) => {
      const fresh = exceeded([limit], value).size === 1;
      const held = exceeded([limit], value, new Set([limit.id])).size === 1;
      expect(fresh).toBe(exceeds(limit, value));
      if (fresh) expect(held).toBe(true);
    }),
  );
});
