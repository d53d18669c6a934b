import { readFileSync } from "node:fs";
import { join } from "node:path";
import { formatFault } from "@weir/config/fault.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runCommand } from "./command.ts";
import { evaluate } from "./evaluate.ts";
import { decodeField } from "./field.ts";
import { parseFrames } from "./frames.ts";
import { loadProfile, parseProfile, shipped } from "./load.ts";

const meters = ["light/generic-dlt645-2007-single-phase.yaml", "pipe/generic-cjt188-water.yaml"] as const;
const [electricity, water] = meters.map((file) => readFileSync(join(shipped, file), "utf8"));

/** The faults of a shipped profile after one change. */
function faultsAfter(text: string, from: string | RegExp, to: string): string {
  expect(text).toMatch(from);
  const read = parseProfile(text.replace(from, to), "meter.yaml");
  return "faults" in read ? read.faults.map(formatFault).join("\n") : "";
}

describe("a wrong profile of a meter is refused, saying where and what would be right:", () => {
  test.each<[string, string, string | RegExp, string, RegExp]>([
    [
      "a protocol that nobody speaks",
      electricity!,
      "protocol: dlt645",
      "protocol: dlt465",
      /:9: protocol: "dlt465" is not known; did you mean "dlt645"\?/,
    ],
    [
      "no protocol",
      electricity!,
      "protocol: dlt645\n",
      "",
      /protocol: is missing; add it\. Use modbus, dlt645, cjt188, .* or [a-z0-9]+\./,
    ],
    [
      "an identifier without quotes",
      electricity!,
      '"02010100"',
      "02010100",
      /:12: points\.0\.at\.di: 2010100: write the identifier in quotes, such as "02010100"/,
    ],
    [
      "an identifier of another length",
      electricity!,
      '"02010100"',
      '"020101"',
      /expected 8 hex digits DI3 to DI0, such as 02010100, or 4 of the 1997 edition/,
    ],
    [
      "a format that no byte can hold",
      electricity!,
      "format: XXX.X",
      "format: XX.X",
      /points\.0\.at\.format: "XX\.X": expected the standard's way to write it/,
    ],
    [
      "neither format nor bytes",
      electricity!,
      ", format: XXX.X",
      "",
      /points\.0\.at: give either format \(decimal digits\) or bytes/,
    ],
    [
      "a field of Modbus",
      electricity!,
      "format: XXX.X",
      "format: XXX.X, register: 1",
      /points\.0\.at\.register: unknown key; use di, from, format, bytes or signed/,
    ],
    [
      "a write",
      electricity!,
      "deadband: { absolute: 0.5 }",
      "write: { min: 0, max: 1 }",
      /points\.0\.write: unknown key/,
    ],
    [
      "a bit of decimal digits",
      electricity!,
      "deadband: { absolute: 0.5 }",
      "bit: 1",
      /points\.0\.bit: XXX\.X has no bits; use bytes, 1 to 4/,
    ],
    ["a bit beyond the status word", water!, "mask: 3", "bit: 16", /points\.2\.bit: 2 bytes has bits 0 to 15/],
    [
      "a unit within its value",
      water!,
      "unit: { at: 4,",
      "unit: { at: 3,",
      /points\.0\.at\.unit\.at: byte 3 belongs to the value itself, bytes 0 to 3/,
    ],
    ["no meter type", water!, /meter_type: .*\n/, "", /meter_type: is missing \(a string\); add it\. Type code T/],
    [
      "a frame with a wrong checksum",
      electricity!,
      "B3 55 44 DC 16",
      "B3 55 44 DD 16",
      /examples\.1\.frames: the checksum of the frame at byte 17 is DD, its bytes need DC/,
    ],
    [
      "a frame that is cut short",
      electricity!,
      "B3 55 44 DC 16",
      "B3 55",
      /examples\.1\.frames: the frame at byte 17 is cut short; copy it up to the 16/,
    ],
    [
      "registers instead of frames",
      water!,
      'frames: "68',
      'registers: "68',
      /examples\.0\.registers: unknown key; use note, frames or samples/,
    ],
    [
      "an example that does not come out",
      water!,
      "flow_total: 123,",
      "flow_total: 124,",
      /examples\.0\.samples\.flow_total: 124 is expected, the frames give 123/,
    ],
    [
      "an example of a value that no frame holds",
      electricity!,
      "samples: { voltage: 223.3 }",
      "samples: { frequency: 50 }",
      /the frames give nothing \(no 02800002\)/,
    ],
  ])("%s", (_, text, from, to, expected) => {
    expect(faultsAfter(text, from, to)).toMatch(expected);
  });
});

describe("the value of a field", () => {
  const bytes = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

  test.each<[string, string, Parameters<typeof decodeField>[1], number]>([
    ["four bytes of energy", "26 80 22 11", { from: 0, format: "XXXXXX.XX" }, 112280.26],
    ["a voltage within a block", "14 23 98 22 06 23", { from: 4, format: "XXX.X" }, 230.6],
    ["a negative power", "75 05 80", { from: 0, format: "XX.XXXX", signed: true }, -0.0575],
    ["minus nothing", "00 00 80", { from: 0, format: "XX.XXXX", signed: true }, 0],
    ["a status word", "01 30", { from: 0, bytes: 2 }, 0x3001],
    ["litres as cubic metres", "45 23 01 00 29", { from: 0, format: "XXXXXXXX", unit: { at: 4, as: "m3" } }, 12.345],
    ["megawatt hours", "00 05 00 00 08", { from: 0, format: "XXXXXX.XX", unit: { at: 4, as: "kWh" } }, 5000],
    ["gigajoules", "00 18 00 00 11", { from: 0, format: "XXXXXX.XX", unit: { at: 4, as: "kWh" } }, 5000],
  ])("%s", (_, hex, field, value) => {
    expect(decodeField(bytes(hex), field)).toBe(value);
  });

  test("is none where the meter says FF, where a digit is above 9 and where the unit is of another kind", () => {
    for (const [hex, unit] of [
      ["FF FF FF FF 2C", 0x2c],
      ["0A 00 00 00 2C", 0x2c],
      ["00 23 01 00 05", 0x05],
      ["00 23 01 00 77", 0x77],
    ] as const) {
      expect(bytes(hex)[4]).toBe(unit);
      expect(decodeField(bytes(hex), { from: 0, format: "XXXXXX.XX", unit: { at: 4, as: "m3" } })).toBeNaN();
    }
  });

  test("is not taken from bytes that are not there", () => {
    const field = { from: 1, format: "XXXXXX.XX", unit: { at: 5, as: "m3" } } as const;
    for (let length = 0; length < 6; length++) expect(decodeField(new Uint8Array(length), field)).toBeUndefined();
    expect(decodeField(new Uint8Array(6), field)).toBeNaN();
  });

  test("comes back from every number that its format can show", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999 }), (number) => {
        const digits = Uint8Array.from(Buffer.from(String(number).padStart(8, "0"), "hex")).reverse();
        expect(decodeField(digits, { from: 0, format: "XXXXXX.XX" })).toBe(Number(`${number}e-2`));
      }),
    );
  });
});

describe("captured frames", () => {
  test("may have wake-up bytes and requests among them, and follow each other", () => {
    const request = "FE FE FE FE 68 01 00 00 00 00 00 68 11 04 33 32 34 33 B2 16";
    const first = "FE 68 01 00 00 00 00 00 68 B1 06 33 32 34 33 34 35 BD 16";
    const following = "68 01 00 00 00 00 00 68 92 07 33 32 34 33 36 37 34 D7 16";
    const frames = parseFrames(`${request} ${first} | ${following}`, "dlt645");
    expect(frames.dataOf("0001FF00")).toEqual(Uint8Array.of(1, 2, 3, 4));
    expect(frames.dataOf("00010000")).toBeUndefined();
  });

  test("of any bytes whatever never throw anything but a RangeError", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 80 }),
        fc.constantFrom("dlt645" as const, "cjt188" as const),
        (bytes, protocol) => {
          try {
            parseFrames(Buffer.from(bytes).toString("hex"), protocol);
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
          }
        },
      ),
    );
  });

  test("of one protocol hold nothing for a profile of another", () => {
    const profile = loadProfile(join(shipped, meters[0]));
    const frames = parseFrames("68 10 01 00 00 05 08 00 00 01 03 1F 90 00 39 16", "cjt188");
    expect(evaluate(profile, frames).every(({ missing }) => missing !== undefined)).toBe(true);
  });
});

describe("weir-profile and meters", () => {
  const weirProfile = async (...args: string[]) => {
    const out: string[] = [];
    const err: string[] = [];
    const code = await runCommand(args, { out: (text) => out.push(text), err: (text) => err.push(text) });
    return { code, out: out.join("\n"), err: err.join("\n") };
  };

  test("show tells identifiers, formats and the unit byte", async () => {
    expect((await weirProfile("show", "dlt645-2007-single")).out).toMatch(
      /^active_power +W +02030000 +0 +± XX\.XXXX +× 1000 /m,
    );
    expect((await weirProfile("show", "cjt188-water")).out).toMatch(/^flow_total +m³ +901F +0 +XXXXXX\.XX +4, as m3 /m);
  });

  test("try says what a captured frame comes to", async () => {
    const frame = "FE FE 68 45 92 66 23 00 10 68 91 06 33 34 34 35 66 55 62 16";
    expect(await weirProfile("try", "dlt645-2007-single", frame)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^voltage +223\.3 +V +good/m),
    });
    expect(await weirProfile("try", "dlt645-2007-single", `${frame.slice(0, -5)}63 16`)).toMatchObject({
      code: 1,
      err: "the checksum of the frame at byte 3 is 63, its bytes need 62",
    });
    expect((await weirProfile("try", "cjt188-water", "68 10 01 00 00 05 08 00 00 01 03 1F 90 00 39 16")).out).toContain(
      "No point stands in these frames",
    );
    expect((await weirProfile("try", "cjt188-water", "--at", "3", "68")).err).toContain("--at is for Modbus answers");
  });
});
