import { quantities } from "@weir/wire/quantities.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type WaterItem, type WaterReadings, waterClass, waterItems } from "./water-class.ts";

const at = Date.parse("2026-11-24T12:00:00+08:00");
const river = (readings: WaterReadings, target: 3 | 4 = 3) => waterClass(readings, { object: "river", at, target });
const fine = { ph: 7.2, codmn: 1.5, ammonia_nitrogen: 0.1, total_phosphorus: 0.01 };

test("the worst single item decides: III by ammonia", () => {
  const verdict = river({ ph: 7.2, dissolved_oxygen: 6.4, codmn: 3.1, ammonia_nitrogen: 0.62, total_phosphorus: 0.08 });
  expect(verdict).toMatchObject({ class: 3, deciding: ["ammonia_nitrogen"], over: [] });
});

test("1.8 mg/L of oxygen is worse than V, whatever the rest, and has no exceed multiple", () => {
  const verdict = river({ ...fine, dissolved_oxygen: 1.8 });
  expect(verdict).toMatchObject({ class: 6, deciding: ["dissolved_oxygen"] });
  expect(verdict?.over.map(({ item, times }) => [item, times])).toEqual([["dissolved_oxygen", undefined]]);
});

test("limits are inclusive: exactly class I is class I, and nothing decides it", () => {
  const verdict = river({ dissolved_oxygen: 7.5, codmn: 2, ammonia_nitrogen: 0.15, total_phosphorus: 0.02 });
  expect(verdict).toMatchObject({ class: 1, deciding: [] });
});

test("oxygen at 90 % saturation is class I in warm water that cannot hold 7.5 mg/L", () => {
  expect(river({ dissolved_oxygen: 6.9, oxygen_saturation: 90 })?.class).toBe(1);
  expect(river({ dissolved_oxygen: 6.9, oxygen_saturation: 89.9 })?.class).toBe(2);
});

test.each([
  [5.9, 6],
  [6, 1],
  [9, 1],
  [9.1, 6],
])("pH %d is class %i", (ph, own) => {
  expect(river({ ph })?.class).toBe(own);
});

test("phosphorus is judged more strictly in lakes, which nitrogen does not class either", () => {
  const readings = { total_phosphorus: 0.05, total_nitrogen: 1.8 };
  expect(river(readings)).toMatchObject({ class: 2, deciding: ["total_phosphorus"] });
  expect(waterClass(readings, { object: "lake", at })).toMatchObject({ class: 3, deciding: ["total_phosphorus"] });
});

test.each(["river", "lake"] as const)("coliform and total nitrogen do not decide the class of a %s", (object) => {
  expect(waterClass({ faecal_coliform: 1e6, total_nitrogen: 9 }, { object, at })).toBeUndefined();
});

test("items over the target are listed worst first with C ÷ limit − 1", () => {
  const verdict = river({ ammonia_nitrogen: 1.3, total_phosphorus: 0.5, codmn: 4 });
  expect(verdict?.over.map(({ item, times }) => [item, Number(times?.toFixed(3))])).toEqual([
    ["total_phosphorus", 1.5],
    ["ammonia_nitrogen", 0.3],
  ]);
  expect(river({ ammonia_nitrogen: 1.3 }, 4)?.over).toEqual([]);
});

test("without a reading there is no class, and a reading that is no number is none", () => {
  expect(river({})).toBeUndefined();
  expect(river({ codmn: Number.NaN })).toBeUndefined();
  expect(waterClass({ codmn: 1 }, { object: "river", at: Date.parse("1990-01-01") })).toBeUndefined();
});

const concentration = fc.double({ min: 0, max: 100, noNaN: true });
const readings = fc.dictionary(fc.constantFrom(...waterItems), concentration, { minKeys: 1 });

test("more of a substance never betters the class, and one reading more never does", () => {
  fc.assert(
    fc.property(readings, fc.constantFrom<WaterItem>("codmn", "lead", "sulfide"), concentration, (all, item, more) => {
      const before = river(all)?.class ?? 1;
      const after = river({ ...all, [item]: (all[item] ?? 0) + more })?.class ?? 1;
      expect(after).toBeGreaterThanOrEqual(all[item] === undefined ? before : Math.min(before, after));
      if (all[item] !== undefined) expect(after).toBeGreaterThanOrEqual(before);
    }),
  );
});

test("the deciding items alone give the same class", () => {
  fc.assert(
    fc.property(readings, (all) => {
      const verdict = river(all);
      if (!verdict || verdict.class === 1) return;
      const alone = Object.fromEntries(verdict.deciding.map((item) => [item, all[item]!]));
      expect(river(alone)).toMatchObject({ class: verdict.class, deciding: verdict.deciding });
    }),
  );
});

test("the states of the vocabulary name the items in this order", () => {
  const states = quantities.water_class_item.states!;
  expect(Object.keys(states)).toHaveLength(waterItems.length + 1);
  for (const [n, item] of waterItems.entries())
    expect(quantities[item].zh.replace(" ", "")).toContain(states[n + 1]!.zh.replace(" ", ""));
});
