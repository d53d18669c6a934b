import { quantityOf } from "@weir/wire/quantities.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Limit } from "./limits/limit.ts";
import { exceeds, faultsOfLimits, limitInForce, limits, limitsInForce, nextChange } from "./limits.ts";

const on = (date: string) => Date.parse(`${date}T12:00:00+08:00`);

test("the table of limits has no fault", () => {
  expect(faultsOfLimits(limits)).toEqual([]);
});

test.each([
  ["GB 3838-2002", 235],
  ["GB 3096-2008", 12],
  ["GB 3095-2012", 46],
  ["GB 3095-2026", 92],
])("%s is there whole: %i figures", (standard, count) => {
  expect(limits.filter((limit) => limit.standard === standard)).toHaveLength(count);
});

describe("a limit is in force from the midnight in China that begins its first day until the one that ends its last", () => {
  const pm25 = (at: number) =>
    limitInForce(at, { object: "ambient-air", grade: "II", quantity: "pm25", period: "day" }).value;

  test.each([
    ["2026-02-28T23:59:59.999+08:00", 75],
    ["2026-03-01T00:00:00+08:00", 60],
    ["2030-12-31T23:59:59.999+08:00", 60],
    ["2031-01-01T00:00:00+08:00", 50],
  ])("PM2.5 of a day at %s: %i µg/m³", (at, value) => {
    expect(pm25(Date.parse(at))).toBe(value);
  });

  test("before the first edition there is none, and asking for the one says so", () => {
    expect(() => pm25(on("2015-12-31"))).toThrow(/one limit was expected .*2015-12-31; there are: none/);
  });
});

/** Rows of each table, read again from the facts: a slipped column shows here. */
test.each([
  [{ object: "river", quantity: "dissolved_oxygen", grade: "III" }, "min", 5],
  [{ object: "river", quantity: "total_phosphorus", grade: "III" }, "max", 0.2],
  [{ object: "lake", quantity: "total_phosphorus", grade: "III" }, "max", 0.05],
  [{ object: "lake", quantity: "total_nitrogen", grade: "IV" }, "max", 1.5],
  [{ object: "river", quantity: "mercury", grade: "III" }, "max", 0.0001],
  [{ object: "river", quantity: "faecal_coliform", grade: "V" }, "max", 40_000],
  [{ object: "drinking-water", quantity: "turbidity" }, "max", 1],
  [{ object: "network-end", quantity: "residual_chlorine", side: "min" }, "min", 0.05],
  [{ object: "plant-outlet", quantity: "residual_chlorine", side: "max" }, "max", 2],
  [{ object: "ambient-air", quantity: "o3", grade: "II", period: "8h" }, "max", 160],
  [{ object: "ambient-air", quantity: "so2", grade: "I", period: "hour" }, "max", 150],
  [{ object: "ambient-air", quantity: "pm10", grade: "II", period: "day" }, "max", 120],
  [{ object: "noise", grade: "4a", period: "night" }, "max", 55],
  [{ object: "noise", grade: "0", period: "daytime" }, "max", 50],
  [{ object: "workplace", quantity: "combustible_lel", grade: "first" }, "max", 25],
  [{ object: "workplace", quantity: "ch4_volume", grade: "first" }, "max", 1.25],
  [{ object: "workplace", quantity: "co_ppm", grade: "first" }, "max", 17.5],
  [{ object: "workplace", quantity: "h2s_ppm", grade: "second" }, "max", 14.3],
  [{ object: "road", quantity: "road_water_depth", grade: "heavy" }, "max", 25],
] as const)("%o is %s %d", (query, side, value) => {
  expect(limitInForce(on("2026-11-24"), query)).toMatchObject({ side, value });
});

test("no river section is judged by total nitrogen", () => {
  expect(limitsInForce(on("2026-11-24"), { object: "river", quantity: "total_nitrogen" })).toEqual([]);
});

test("the next change after today is the second step of GB 3095-2026", () => {
  expect(nextChange(on("2026-11-24"))).toBe("2031-01-01");
  expect(nextChange(on("2031-01-01"))).toBeUndefined();
});

test("a value at the limit is within it, and any step beyond is over", () => {
  fc.assert(
    fc.property(fc.constantFrom(...limits), fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (limit, by) => {
      const beyond = limit.side === "max" ? limit.value + by : limit.value - by;
      expect(exceeds(limit, limit.value)).toBe(false);
      if (beyond !== limit.value) expect(exceeds(limit, beyond)).toBe(true);
    }),
  );
});

test("a worse class of water, area of air or level of gas never has the stricter limit", () => {
  const now = limitsInForce(on("2026-11-24"));
  const ladders = Object.groupBy(now, ({ object, quantity, side, period }) =>
    [object, quantity, side, period].join(" "),
  );
  for (const [name, ladder = []] of Object.entries(ladders)) {
    if (!/^(river|lake|ambient-air|workplace) /.test(name)) continue;
    const worse = ladder
      .slice(1)
      .every((limit, n) => (limit.value - ladder[n]!.value) * (limit.side === "max" ? 1 : -1) >= 0);
    expect([name, worse]).toEqual([name, true]);
  }
});

describe("a table with a fault is refused, and the fault is named", () => {
  const good = limits.find(({ id }) => id === "gb3838-2002/river/codmn/III")!;
  const faults = (over: Partial<Limit>) => faultsOfLimits([{ ...good, ...over }]);

  test.each<[string, Partial<Limit>, RegExp]>([
    ["no source", { source: " " }, /gb3838-2002\/river\/codmn\/III: source is missing; say where/],
    ["no clause", { clause: "" }, /clause is missing/],
    ["no Chinese name", { zh: "" }, /zh is missing/],
    ["an unknown quantity", { quantity: "codmm" as Limit["quantity"] }, /codmm is not in the vocabulary/],
    ["another unit", { unit: "ug/L" }, /unit ug\/L, but codmn is in mg\/L/],
    ["a slipped decimal point", { value: 6000 }, /6000 mg\/L is outside what is plausible/],
    ["not a number", { value: Number.NaN }, /outside what is plausible/],
    ["no date", { from: "2002-02-30" }, /2002-02-30 is not a date/],
    ["an end before the beginning", { to: "2001-01-01" }, /ends 2001-01-01, before/],
  ])("%s", (_, over, what) => {
    expect(faults(over)).toEqual([expect.stringMatching(what)]);
  });

  test("the same id twice, and two editions at once", () => {
    const ends = { ...good, id: "old", from: "1999-01-01", to: "2002-05-31" };
    expect(faultsOfLimits([ends, good])).toEqual([]);
    expect(faultsOfLimits([{ ...ends, to: "2002-06-01" }, good])).toEqual([
      expect.stringMatching(/codmn\/III: in force 2002-06-01 to now beside old \(1999-01-01 to 2002-06-01\)/),
    ]);
    expect(faultsOfLimits([good, good])).toEqual([expect.stringMatching(/this id stands twice/)]);
  });
});

test("every quantity of the table is one of the vocabulary", () => {
  expect(limits.filter(({ quantity }) => quantityOf(quantity) !== quantity)).toEqual([]);
});
