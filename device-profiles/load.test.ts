import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileError, formatFault } from "@weir/config/fault.ts";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { loadProfile, loadProfiles, parseProfile } from "./load.ts";

const right = `model: PH1
vendor: Acme
names: { en: pH probe, zh: pH 传感器 }
domain: water
kind: ph-probe
source: the manual, page 3
protocol: modbus
base: 1
timeout: 500ms
measure:
  start:
    - write: { table: holding, register: 16, values: [1] }
    - wait: 2s
points:
  - quantity: ph
    at: { table: holding, register: 1, type: u16 }
    decimals: { table: holding, register: 2, type: u16 }
  - quantity: water_temperature
    at: { table: input, register: 0x0A, type: i16 }
    scale: 0.1
examples:
  - note: as on the display
    registers: "holding 0000: 02 D4 00 02 | input 0009: 00 BD"
    samples: { ph: 7.24, water_temperature: 18.9 }
`;

/** The faults of the right profile after some lines were changed, without the file name. */
function faultsAfter(...changes: readonly (readonly [string | RegExp, string])[]): string[] {
  const text = changes.reduce((whole, [from, to]) => {
    expect(whole).toMatch(from);
    return whole.replace(from, to);
  }, right);
  const read = parseProfile(text, "acme-ph1.yaml");
  return "faults" in read ? read.faults.map((fault) => formatFault(fault).replace("acme-ph1.yaml:", "")) : [];
}

function parsed(text = right) {
  const read = parseProfile(text, "mine/acme-ph1.yaml");
  if ("faults" in read) throw new FileError(read.faults);
  if (read.value.protocol !== "modbus") throw new Error("expected a Modbus profile");
  return read.value;
}

describe("a right profile", () => {
  test("is named after its domain and file, counts from 0 and has durations in ms", () => {
    const profile = parsed();
    expect(profile.id).toBe("water/acme-ph1");
    expect(profile.points.map((point) => point.at.register)).toEqual([0, 9]);
    expect(profile.points[0]!.decimals!.register).toBe(1);
    expect(profile.measure!.start[0]).toMatchObject({ write: { register: 15 } });
    expect(profile).toMatchObject({ base: 0, timeout: 500, every: 5000, gap: 0 });
    expect(profile.points[0]).toMatchObject({ at_least_every: 60_000, scale: 1, invalid: [] });
  });

  test("keeps its registers when the document counts from 0", () => {
    const profile = parsed(
      right.replace("base: 1", "base: 0").replace("holding 0000:", "holding 0001:").replace("0009:", "000A:"),
    );
    expect(profile.points.map((point) => point.at.register)).toEqual([1, 10]);
  });
});

describe("a wrong profile is refused, saying where and what would be right:", () => {
  test("every fault of syntax, schema and sense at once, in the order of lines", () => {
    const faults = faultsAfter(
      ["domain: water", "domian: water"],
      ["type: i16", "type: i17"],
      ["- quantity: ph", "- quantity: phh"],
      ["note: as on the display", "note: as on the display\n    note: twice"],
    );
    expect(faults).toEqual([
      expect.stringContaining("1: domain: is missing; add it. Use water, air, pipe, light or hazmat."),
      '4: domian: unknown key; did you mean "domain"?',
      '15: points.0.quantity: "phh" is not in the vocabulary; did you mean "ph"?',
      expect.stringContaining("15: points.0: no example shows a value of phh"),
      expect.stringContaining('19: points.1.at.type: "i17" is not known; did you mean'),
      "23: Map keys must be unique; remove one of the two",
      expect.stringContaining("25: examples.0.samples.ph: no point has this metric"),
    ]);
  });

  test.each<[string, string | RegExp, string, string]>([
    [
      "a metric twice",
      "quantity: water_temperature",
      "quantity: ph",
      "18: points.1.quantity: ph is already the metric of points.0; give one of them another channel",
    ],
    [
      "a register before the first",
      "register: 1,",
      "register: 0,",
      "16: points.0.at.register: 0 is before the first register; `base: 1` counts from 1",
    ],
    [
      "a register past the last",
      "register: 1, type: u16",
      "register: 65536, type: u32",
      "16: points.0.at.register: 65536 runs past the last register",
    ],
    [
      "a value of more registers than one read may have",
      /base: 1([\s\S]*)type: i16/,
      "base: 1\nregisters_per_read: 1$1type: f64",
      "20: points.1.at.type: f64 takes 4 registers, but registers_per_read is 1",
    ],
    [
      "a bit in a register table",
      "register: 1, type: u16",
      "register: 1, type: bit",
      "16: points.0.at.type: holding holds registers; use type: u16",
    ],
    [
      "a number in a bit table",
      "table: input, register: 0x0A",
      "table: coil, register: 0x0A",
      "19: points.1.at.type: coil holds bits; use type: bit",
    ],
    ["a bit of a float", "type: i16 }\n    scale: 0.1", "type: f32 }\n    bit: 3", "20: points.1.bit: f32 has no bits"],
    ["a bit beyond the register", "scale: 0.1", "bit: 16", "20: points.1.bit: i16 has bits 0 to 15"],
    [
      "bit and mask together",
      "scale: 0.1",
      "bit: 1\n    mask: 3",
      "21: points.1.mask: bit and mask exclude each other",
    ],
    [
      "a pattern that the type never holds",
      "scale: 0.1",
      "invalid: [0x18000]",
      "20: points.1.invalid.0: i16 never holds 98304",
    ],
    [
      "states of a gauge",
      "scale: 0.1",
      "states: { 1: { value: 1, en: a, zh: b } }",
      "20: points.1.states: water_temperature is a gauge; states need a quantity of kind state",
    ],
    ["a scale of 0", "scale: 0.1", "scale: 0", "20: points.1.scale: 0: 0 would make every value 0"],
    [
      "a written input",
      "scale: 0.1",
      "write: { min: 0, max: 1 }",
      "20: points.1.write: input cannot be written; only coil and holding can",
    ],
    [
      "limits that the type cannot carry",
      "    decimals: { table: holding, register: 2, type: u16 }",
      "    write: { min: -1, max: 9 }",
      "17: points.0.write.min: -1 would be raw -1; u16 carries 0 to 65535",
    ],
    [
      "limits upside down",
      "    decimals: { table: holding, register: 2, type: u16 }",
      "    write: { min: 9, max: 1 }",
      "17: points.0.write: min must not be above max",
    ],
    [
      "a wait longer than the period",
      "wait: 2s",
      "wait: 10s",
      "every: warm-up and waits take 10000 ms, longer than the poll period of 5000 ms",
    ],
    [
      "several values in a single write",
      "values: [1]",
      "values: [1, 2]",
      "12: measure.start.0.write.values: a single write takes one value, not 2; add multiple: true",
    ],
    [
      "a step of no known form",
      "- wait: 2s",
      "- weit: 2s",
      "13: measure.start.1: this is none of the allowed forms; give exactly one of write | read | wait",
    ],
    [
      "an example that does not come out",
      "ph: 7.24",
      "ph: 72.4",
      "24: examples.0.samples.ph: 72.4 is expected, the registers give 7.24",
    ],
    [
      "an example without the bytes",
      " | input 0009: 00 BD",
      "",
      "24: examples.0.samples.water_temperature: 18.9 is expected, the registers give nothing (no input 0009)",
    ],
    [
      "an example of no point",
      "ph: 7.24,",
      "ph: 7.24, hp: 1,",
      '24: examples.0.samples.hp: no point has this metric; did you mean "ph"?',
    ],
    [
      "a point that no example shows",
      ", water_temperature: 18.9",
      "",
      "18: points.1: no example shows a value of water_temperature",
    ],
    [
      "a point that is only ever bad",
      'input 0009: 00 BD"\n    samples: { ph: 7.24, water_temperature: 18.9 }',
      'input 0009: 7F FF"\n    samples: { ph: 7.24, water_temperature: null }',
      "18: points.1: no example shows a value of water_temperature",
    ],
    ["registers that cannot be read", "02 D4 00 02", "02 D4 00", "23: examples.0.registers: "],
    ["a duration without unit", "timeout: 500ms", "timeout: 500", "9: timeout: 500"],
    ["no points", /points:[\s\S]*?examples:/, "points: []\nexamples:", "14: points: is empty; give at least 1"],
  ])("%s", (_, from, to, expected) => {
    const faults = faultsAfter([from, to]);
    expect(faults.join("\n")).toContain(expected);
  });
});

describe("folders of profiles", () => {
  const folder = mkdtempSync(join(tmpdir(), "weir-profiles-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "water"));
  mkdirSync(join(folder, "air"));
  const put = (name: string, text: string) => writeFileSync(join(folder, name), text);

  test("every profile of every domain folder is loaded by its id; other files are left alone", () => {
    put("water/acme-ph1.yaml", right);
    put("water/acme-ph2.yaml", right);
    put("water/notes.txt", "no profile");
    put("readme.yaml", "no: profile");
    expect([...loadProfiles(folder).keys()]).toEqual(["water/acme-ph1", "water/acme-ph2"]);
    expect(loadProfile(join(folder, "water/acme-ph1.yaml")).model).toBe("PH1");
  });

  test("the faults of all files are told at once, a file in the wrong folder too", () => {
    put("water/acme-ph2.yaml", right.replace("model:", "modell:"));
    put("air/acme-ph3.yaml", right);
    const load = () => loadProfiles(folder);
    expect(load).toThrow(FileError);
    expect(load).toThrow(
      /acme-ph3.yaml:4: domain: is water, but the file lies in air\/; move the file[^\n]*\n[^\n]*acme-ph2.yaml:1: /,
    );
  });

  test("a folder without profiles, or that is not there, is named", () => {
    expect(() => loadProfiles(join(folder, "none"))).toThrow(
      /none: holds no profiles; they are \*\.yaml in folders named water, air/,
    );
  });

  test("a file that is not there is a fault, not a crash", () => {
    expect(() => loadProfile(join(folder, "none.yaml"))).toThrow("cannot be read (ENOENT); check the path");
  });
});

test("no text, however malformed, makes reading a profile throw", () => {
  const lines = right.split("\n");
  const mangled = fc.array(fc.tuple(fc.nat(lines.length - 1), fc.string()), { maxLength: 4 }).map((changes) => {
    const text = [...lines];
    for (const [line, junk] of changes) text[line] = text[line]!.slice(0, junk.length) + junk;
    return text.join("\n");
  });
  fc.assert(
    fc.property(fc.oneof(fc.string(), mangled), (text) => void parseProfile(text, "x.yaml")),
    { numRuns: 200 },
  );
});
