import { compareWords } from "@weir/device-profiles/identify.ts";
import { loadProfiles } from "@weir/device-profiles/load.ts";
import { parseRegisters } from "@weir/device-profiles/registers.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lineOf, lineText, type Question } from "../../drivers/discover.ts";
import { discoverers, discoverersFor } from "../../drivers/discoverers.ts";

const profiles = loadProfiles();
const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
const all: readonly Question[] = [
  ...Object.values(discoverersFor([...profiles.values()])).flatMap((discovery) => discovery?.anybody ?? []),
  discoverers.modbus.unit!(5, { kind: "serial", way: "first" }),
  discoverers.modbus.unit!(5, { kind: "tcp", way: "second" }),
];

test.each(all.map((question) => [question.who, question] as const))(
  "%s: no bytes make listening throw",
  (_, { hear }) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void hear(bytes)),
      { numRuns: 300 },
    );
  },
);

test("settings are written as people write them", () => {
  for (const text of ["9600 8N1", "1200 7E1", "19200 8O2"]) expect(lineText(lineOf(text))).toBe(text);
});

describe("what is heard", () => {
  const unit = discoverers.modbus.unit!(5, { kind: "serial", way: "first" });
  test.each([
    ["an answer", "05 03 02 00 35 89 93", { seen: [{ unit: 5 }], broken: false }],
    ["a refusal", "05 83 02 81 30", { seen: [{ unit: 5 }], broken: false }],
    ["the late answer of another unit", "04 83 02 D0 F0", { seen: [{ unit: 4 }], broken: false }],
    ["an answer with a flipped bit", "05 03 02 00 35 89 92", { seen: [], broken: true }],
    ["nothing", "", { seen: [], broken: false }],
  ])("after a question to unit 5: %s", (_, bytes, expected) => {
    expect(unit.hear(hex(bytes))).toEqual(expected);
  });

  test("a gateway that says nobody is there is nobody", () => {
    const { hear } = discoverers.modbus.unit!(5, { kind: "tcp", way: "first" });
    expect(hear(hex("03 05 00 00 00 03 05 83 0B")).seen).toEqual([]);
    expect(hear(hex("03 05 00 00 00 03 05 83 02")).seen).toEqual([{ unit: 5 }]);
  });

  test("an SDI-12 address is a line of its own, not the end of another", () => {
    const { hear } = discoverers.sdi12.anybody[0]!;
    expect(hear(bytesOf("7\r\n"))).toEqual({ seen: [{ address: "7" }], broken: false });
    expect(hear(bytesOf("\0\0a\r\nA\r\n"))).toEqual({ seen: [{ address: "a" }, { address: "A" }], broken: false });
    expect(hear(bytesOf("$WIMWV,214.8,R,0.1,K,A*28\r\n"))).toEqual({ seen: [], broken: true });
  });

  test("an NMEA talker is told with its sentences; a false checksum is nobody", () => {
    const { hear } = discoverers.nmea.anybody[0]!;
    expect(hear(bytesOf("A*28\r\n$WIMWV,214.8,R,0.1,K,A*28\r\n$WIMW")).seen).toEqual([{ address: "WI", said: "MWV" }]);
    expect(hear(bytesOf("$WIMWV,214.8,R,0.1,K,A*29\r\n"))).toEqual({ seen: [], broken: true });
  });
});

describe("what an instrument says of itself", () => {
  const texts = {};
  test("in a register that its document names decides for its profile", () => {
    const registers = parseRegisters("holding 0031: 69 45 4D 33 31 35 35 00");
    const words = new Map(
      Array.from({ length: 20 }, (_, i) => [0x31 + i, registers.holding.get(0x31 + i) ?? 0] as const),
    );
    const said = compareWords(profiles.get("light/schneider-iem3000")!, {
      registers: { ...registers, holding: words },
      texts,
    });
    expect(said.fit.map(({ en }) => en)).toEqual(['says "iEM3155"']);
  });

  test("one character a register is read as well, and another model contradicts", () => {
    const letters = (text: string) =>
      parseRegisters(`holding 00C8: ${[...text].map((c) => `00${c.charCodeAt(0).toString(16)}`).join(" ")}`);
    const profile = profiles.get("air/wirenboard-msw2")!;
    expect(compareWords(profile, { registers: letters("WBMSW2"), texts }).fit.map(({ en }) => en)).toEqual([
      'says "WBMSW2"',
    ]);
    expect(compareWords(profile, { registers: letters("WBMR6C"), texts }).against.map(({ en }) => en)).toEqual([
      'says "WBMR6C", not WBMSW2',
    ]);
  });

  test("cut off at six characters, as SDI-12 has them, still names it", () => {
    const said = (product: string, id: string) =>
      compareWords(profiles.get(id)!, { texts: { vendor: "x", product } }).fit.map(({ en }) => en);
    expect(said("TER12", "water/meter-teros-12")).toEqual(['says "TER12"']);
    expect(said("HYDROS", "water/meter-hydros-21")).toEqual(['says "HYDROS"']);
    expect(said("TER12", "water/meter-hydros-21")).toEqual([]);
  });
});
