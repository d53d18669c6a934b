import { describe, expect, test } from "vitest";
import { lineText } from "../../drivers/discover.ts";
import { discoverers } from "../../drivers/discoverers.ts";
import { estimate, isDue, keyOf, passCost } from "./estimate.ts";
import { type Pass, planScan, range, type Space } from "./plan.ts";

const serial: Space = { kind: "serial", protocols: discoverers, all: false };
const told = ({ protocol, settings, what, when }: Pass) =>
  `${settings ? lineText(settings) : "line"} ${protocol} ${what} ${when}`;
const modbusOnly: Space = { ...serial, protocols: { modbus: discoverers.modbus! } };
const nothing = new Map();

describe("the order of questions on a serial line", () => {
  test("begins with what makers ship most: Modbus at 9600 8N1, meters at 2400 8E1", () => {
    const passes = planScan(serial).map(told);
    expect(passes.slice(0, 6)).toEqual([
      "9600 8N1 dlt645 any DL/T 645 meter always",
      "9600 8N1 cjt188 any CJ/T 188 meter always",
      "9600 8N1 sdi12 any SDI-12 sensor always",
      "9600 8N1 modbus units 1 to 32 until-found",
      "2400 8E1 dlt645 any DL/T 645 meter always",
      "2400 8E1 cjt188 any CJ/T 188 meter always",
    ]);
  });

  test("asks no unit twice at one setting in the same way, and every unit at every setting with --all", () => {
    const asked = planScan({ ...modbusOnly, all: true }).flatMap(({ settings, questions }) =>
      questions.map(({ frame }) => `${keyOf(settings)} ${frame.join()}`),
    );
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBeGreaterThan(24 * 247);
  });

  test("goes to the other units only where a unit has answered", () => {
    const passes = planScan(modbusOnly);
    const here = passes.find(({ what, settings }) => what === "units 33 to 247" && settings?.baud === 9600)!;
    expect(isDue(here, nothing)).toBe(false);
    expect(isDue(here, new Map([["modbus", new Set([keyOf(here.settings)])]]))).toBe(true);
  });

  test("does not try other settings for a protocol that has been found, and still asks for the others", () => {
    const found = new Map([["modbus", new Set([keyOf({ baud: 9600, dataBits: 8, parity: "none", stopBits: 1 })])]]);
    const due = planScan(serial).filter((pass) => isDue(pass, found));
    expect(
      new Set(due.filter(({ protocol }) => protocol === "modbus").map(({ settings }) => lineText(settings!))),
    ).toEqual(new Set(["9600 8N1"]));
    expect(due.filter(({ protocol }) => protocol === "dlt645").length).toBeGreaterThan(5);
  });

  test("keeps to the rates, parities and units that were asked for", () => {
    const passes = planScan({ ...modbusOnly, bauds: [9600, 300], parities: ["odd"], units: [5, 40] });
    expect(new Set(passes.map(({ settings }) => lineText(settings!)))).toEqual(new Set(["9600 8O1", "300 8O1"]));
    expect(new Set(passes.flatMap(({ questions }) => questions.map(({ who }) => who)))).toEqual(
      new Set(["unit 5", "unit 40"]),
    );
  });

  test("never sends to unit 0, which every device would hear; a TCP server may have it", () => {
    const units = (space: Space) =>
      planScan(space).flatMap(({ questions }) => questions.map(({ target }) => target?.unit));
    expect(units({ ...modbusOnly, units: range(0, 3) })).not.toContain(0);
    expect(units({ ...modbusOnly, kind: "tcp" }).slice(0, 3)).toEqual([255, 0, 1]);
  });
});

describe("the estimate", () => {
  test("is the line time of the questions, the silence between them and the time-outs", () => {
    const [pass] = planScan({ ...modbusOnly, bauds: [9600], parities: ["none"], units: range(1, 10) });
    // 10 × (8 bytes + 3.5 characters of silence at 11 bits + 200 ms), and 30 ms to set the line
    expect(passCost(pass!, 200)).toBeCloseTo(10 * ((11.5 * 11_000) / 9600 + 200) + 30, 6);
  });

  test("of 247 units at 9600 and 200 ms is 53 s", () => {
    const passes = planScan({ ...modbusOnly, bauds: [9600], parities: ["none"], units: range(1, 247) });
    const first = passes.filter(({ what }) => what.startsWith("units")).slice(0, 2);
    expect(estimate(first, nothing, 200) / 1000).toBeCloseTo(52.7, 1);
  });

  test("of a whole line where nobody answers is minutes, not hours", () => {
    expect(estimate(planScan(serial), nothing, 200)).toBeLessThan(7 * 60_000);
  });

  test("falls when a protocol has been found", () => {
    const passes = planScan(serial);
    const found = new Map([["modbus", new Set([keyOf({ baud: 9600, dataBits: 8, parity: "none", stopBits: 1 })])]]);
    expect(estimate(passes, found, 200)).toBeLessThan(estimate(passes, nothing, 200) / 2);
  });
});
