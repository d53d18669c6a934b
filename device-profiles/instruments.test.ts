import { readFileSync } from "node:fs";
import { join } from "node:path";
import { formatFault } from "@weir/config/fault.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseBinaryFrame } from "./binary-frame.ts";
import { runCommand } from "./command.ts";
import { loadProfile, parseProfile, shipped } from "./load.ts";
import { parseDialogue } from "./sdi12.ts";

const read = (file: string) => readFileSync(join(shipped, file), "utf8");
const depth = read("water/campbell-cs451.yaml");
const dust = read("air/nova-sds011.yaml");

/** The faults of a shipped profile after one change. */
function faultsAfter(text: string, from: string, to: string): string {
  expect(text).toContain(from);
  const parsed = parseProfile(text.replace(from, to), "instrument.yaml");
  return "faults" in parsed ? parsed.faults.map(formatFault).join("\n") : "";
}

const lengthField = "length: { from: 2, type: u8, max: 20 }";

describe("a wrong profile is refused, saying where and what would be right:", () => {
  test.each<[string, string, string, string, RegExp]>([
    [
      "a command that no sensor has",
      depth,
      "  M3: {",
      "  X3: {",
      /commands\.X3: .*expected M, M1 to M9, C, C1 to C9 or R0 to R9/,
    ],
    [
      "a command that is not described",
      depth,
      "command: M3, value: 1",
      "command: M4, value: 1",
      /points\.0\.at\.command: "M4" is not in commands; did you mean "M3"/,
    ],
    [
      "a value beyond what a command gives",
      depth,
      "value: 2",
      "value: 3",
      /points\.1\.at\.value: M3 gives 2 values; there is no 3/,
    ],
    [
      "ten values of M",
      depth,
      "values: 2",
      "values: 10",
      /commands\.M3\.values: M commands give at most 9 values, not 10; C commands give up to 99/,
    ],
    [
      "a bit of a decimal number",
      depth,
      "scale: 0.10197",
      "bit: 1",
      /points\.0\.bit: a decimal number has no bits; leave it out/,
    ],
    [
      "check characters that do not fit",
      depth,
      "17.25Kwt",
      "17.35Kwt",
      /examples\.0\.dialogue: "0\+12\.5\+17\.35Kwt" fails its check: its characters need /,
    ],
    [
      "no dialogue",
      depth,
      "0MC3! 00022 0D0! 0+12.5+17.25Kwt",
      "12.5",
      /examples\.0\.dialogue: no answer to a command stands here/,
    ],
    [
      "bytes that are none",
      dust,
      '"AA C0"',
      '"AAC0"',
      /answer\.start: "AAC0": expected bytes in hex with blanks between, such as FF 01 86/,
    ],
    [
      "a kind of checksum that nobody knows",
      dust,
      "sum8",
      "sum9",
      /answer\.checksum\.kind: "sum9" is not known; did you mean "sum8"/,
    ],
    [
      "a length of its own without checksum",
      dust,
      "length: 10\n  checksum: { kind: sum8, from: 2 }",
      lengthField,
      /answer\.checksum: a frame that tells its own length needs a checksum/,
    ],
    [
      "a value where the checksum stands",
      dust,
      "at: { from: 4,",
      "at: { from: 7,",
      /points\.1\.at\.from: u16 at 7 takes bytes up to 8; values end at byte 7 of the frame/,
    ],
    [
      "a frame with no room for its ends",
      dust,
      "length: 10",
      "length: 3",
      /answer\.length: start, checksum and end alone take 4 bytes, the frame has 3/,
    ],
    [
      "a checksum over nothing",
      dust,
      "from: 2 }\n  end",
      "from: 2, to: 2 }\n  end",
      /answer\.checksum\.to: 2 is not behind from, 2; nothing would be counted/,
    ],
    [
      "a frame that is damaged",
      dust,
      "1D AB",
      "1E AB",
      /examples\.0\.frames: the frame with AA C0 at its start fails its checksum/,
    ],
    [
      "a frame that is cut short",
      dust,
      "60 1D AB",
      "60",
      /examples\.0\.frames: the frame with AA C0 at its start is cut short/,
    ],
    [
      "another instrument's frame",
      dust,
      "AA C0 D4",
      "AA C1 D4",
      /examples\.0\.frames: no frame with AA C0 at its start/,
    ],
  ])("%s", (_, text, from, to, expected) => {
    expect(faultsAfter(text, from, to)).toMatch(expected);
  });
});

describe("what a technician has captured", () => {
  async function weirProfile(...args: string[]) {
    const out: string[] = [];
    const code = await runCommand(args, { out: (text) => void out.push(text), err: (text) => void out.push(text) });
    return { code, out: out.join("\n") };
  }

  test("of an SDI-12 sensor, as a terminal with echo shows it, comes to values", async () => {
    const said = "0C!000103<CR><LF>0D0!0+1234+18.3+412";
    const { code, out } = await weirProfile("try", "hydros-21", said);
    expect(code).toBe(0);
    expect(out).toMatch(/water_depth +1\.234 +m +good/);
  });

  test("of an instrument with frames of its own comes to values, with garbage before it", async () => {
    const { code, out } = await weirProfile("try", "sds011", "1D AB AA C0 D4 04 3A 0A A1 60 1D AB");
    expect(code).toBe(0);
    expect(out).toMatch(/pm25 +123\.6 +µg\/m³ +good/);
  });

  test("from another command names what is missing", async () => {
    const { code, out } = await weirProfile("try", "cs451", "0M! 00022 0D0! 0+12.5+17.25");
    expect(code).toBe(1);
    expect(out).toMatch(/not given: M3/);
  });

  test("is shown where it stands", async () => {
    expect((await weirProfile("show", "cs451")).out).toMatch(/M3 gives 2 values with check characters/);
    expect((await weirProfile("show", "sds011")).out).toMatch(/speaks by itself, frames begin with AA C0/);
  });

  test("however broken, is a RangeError at worst", () => {
    const profile = loadProfile(join(shipped, "air/nova-sds011.yaml"));
    if (profile.protocol !== "frame") throw new Error("expected frames");
    fc.assert(
      fc.property(fc.string(), fc.uint8Array(), (text, bytes) => {
        for (const parse of [
          () => parseDialogue(`0C! ${text}`),
          () => parseBinaryFrame(text, profile),
          () => parseBinaryFrame(Buffer.from(bytes).toString("hex"), profile),
        ])
          try {
            parse();
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
          }
      }),
    );
  });
});
