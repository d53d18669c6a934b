import { describe, expect, test } from "vitest";
import { air } from "./quantities/air.ts";
import { gateway } from "./quantities/gateway.ts";
import { hazmat } from "./quantities/hazmat.ts";
import { light } from "./quantities/light.ts";
import { pipe } from "./quantities/pipe.ts";
import { water } from "./quantities/water.ts";
import { infoOf, type QuantityInfo, quantities, quantityOf } from "./quantities.ts";

const all: [string, QuantityInfo][] = Object.entries(quantities);

/** Units of UCUM that the vocabulary uses, prefix and all; what stands in braces is an annotation and means 1. */
const ucum =
  /^([munkdh]?(g|L|m|s|V|A|W|Hz|S|Sv|Pa|mol|B\[SPL\]|B\[mW\]|By)|u(S|g|mol|Sv)|c?m[23]?|min|h|Cel|deg|lx|%|1|\[pH\]|\[pp[mb]\]|\{[A-Za-z]+\})$/;

describe("every quantity", () => {
  test.each(all)("%s has a name people and programs can use", (name, { en, zh }) => {
    expect(name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
    expect(en).toMatch(/^(pH|[A-Z].*[^ .])$/);
    expect(zh).toMatch(/^(?! ).*[^ 。]$/u);
    expect(zh).toMatch(/\p{Script=Han}/u);
  });

  test.each(all)("%s has a UCUM unit, and a display unit unless it is a pure number", (_name, { unit, display }) => {
    for (const part of unit.replaceAll(/(?<=[^./])\{[a-zA-Z]+\}/g, "").split(/[./]/)) expect(part).toMatch(ucum);
    expect(display === "").toBe(unit === "1");
  });

  test.each(all)(
    "%s has a plausible range that is a range, of whole numbers from 0 if it is a state",
    (_name, info) => {
      const [low, high] = info.plausible;
      expect(low).toBeLessThan(high);
      expect(Number.isFinite(high - low)).toBe(true);
      if (info.kind === "state") expect([low, Number.isSafeInteger(high), info.unit]).toEqual([0, true, "1"]);
    },
  );

  test.each(all)("%s has codes as the standards write them, where it has any", (_name, { hj212, sl651 }) => {
    if (hj212 !== undefined) expect(hj212).toMatch(/^([aw]\d{5}|LA|Leq|LM[xn]|L\d\d)$/);
    if (sl651 !== undefined) expect(sl651).toMatch(/^[0-9A-F]{2}$/);
  });
});

test("there are at least 100 quantities, and some in every domain", () => {
  expect(all.length).toBeGreaterThanOrEqual(100);
  for (const domain of ["water", "air", "pipe", "light", "hazmat", "gateway"] as const)
    expect(all.filter(([, info]) => info.domain === domain).length).toBeGreaterThanOrEqual(20);
});

test("no name stands in two domains", () => {
  const names = [water, air, pipe, light, hazmat, gateway].flatMap((table) => Object.keys(table));
  expect(names).toHaveLength(new Set(names).size);
});

test.each(["hj212", "sl651", "en", "zh"] as const)("no two quantities share one %s", (key) => {
  const used = all.flatMap(([, info]) => info[key] ?? []);
  expect(used.filter((code, i) => used.indexOf(code) !== i)).toEqual([]);
});

/** Rows of HJ 212-2017 annex B and SL 651-2014 annex C, one of each family: a slipped line in the table shows here. */
test.each([
  ["ph", "w01001", "46"],
  ["dissolved_oxygen", "w01009", "47"],
  ["cod", "w01018", undefined],
  ["codmn", "w01019", "4A"],
  ["total_nitrogen", "w21001", "4E"],
  ["ammonia_nitrogen", "w21003", "4C"],
  ["total_phosphorus", "w21011", "4D"],
  ["lead", "w20120", "56"],
  ["mercury", "w20111", "54"],
  ["air_temperature", "a01001", "02"],
  ["wind_direction", "a01008", "33"],
  ["pm25", "a34004", undefined],
  ["so2", "a21026", undefined],
  ["noise_level", "LA", undefined],
  ["water_level", undefined, "39"],
  ["supply_voltage", undefined, "38"],
] as const)("%s is %s in HJ 212 and %s in SL 651", (name, hj212, sl651) => {
  expect(quantities[name].hj212).toBe(hj212);
  expect(quantities[name].sl651).toBe(sl651);
});

test("a metric is a quantity, or a quantity and a channel", () => {
  expect(quantityOf("ph")).toBe("ph");
  expect(quantityOf("voltage/l1")).toBe("voltage");
  expect(infoOf("voltage/l1")).toBe(quantities.voltage);
});

test.each([
  "",
  "/",
  "voltage/",
  "/l1",
  "voltage/l1/x",
  "voltage/L 1",
  "volt",
  "constructor",
  "__proto__",
  "toString/a",
])("%j is no metric of the vocabulary", (metric) => {
  expect(quantityOf(metric)).toBeUndefined();
  expect(infoOf(metric)).toBeUndefined();
});
