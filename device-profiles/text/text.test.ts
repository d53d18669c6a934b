import { readFileSync } from "node:fs";
import { join } from "node:path";
import { formatFault } from "@weir/config/fault.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runCommand } from "../command.ts";
import { parseProfile, shipped } from "../load.ts";
import { unescapeText } from "./line.ts";
import { endOfLines, longestLine, wholeLines } from "./lines.ts";
import { nmeaChecksum, nmeaDialect, parseSentence } from "./nmea.ts";
import { inUnit } from "./units.ts";
import { crcCharacters, vaisalaDialect } from "./vaisala.ts";

const read = (file: string) => readFileSync(join(shipped, file), "utf8");
const faultsAfter = (file: string, from: string, to: string) => {
  const text = read(file);
  expect(text).toContain(from);
  const parsed = parseProfile(text.replace(from, to), file);
  return "faults" in parsed ? parsed.faults.map(formatFault).join("\n") : "";
};
const sonic = "air/gill-windsonic.yaml";
const mast = "air/airmar-150wx.yaml";

describe("a wrong profile of an instrument that speaks text is refused, saying where and what would be right:", () => {
  test.each([
    ["a pattern that is none", sonic, "(?<speed>", "(?=", /messages\.wind\.pattern: only \(\?<name>…\)/],
    [
      "a group that is not there",
      sonic,
      "group: speed",
      "group: sped",
      /points\.1\.at\.group: .* did you mean "speed"\?/,
    ],
    [
      "a message that is not there",
      sonic,
      "message: wind, group: speed",
      "message: wnd, group: speed",
      /points\.1\.at\.message: no message has this name; did you mean "wind"\?/,
    ],
    [
      "a checksum over nothing",
      sonic,
      "over: body",
      "over: bdy",
      /messages\.wind\.checksum\.over: .* did you mean "body"\?/,
    ],
    [
      "an escape that is none",
      sonic,
      'send: "{address}"',
      'send: "\\\\q"',
      /messages\.wind\.send: \\q is not known; write \\r/,
    ],
    [
      "an example whose checksum does not fit",
      sonic,
      "\\x0316",
      "\\x0317",
      /examples\.0\.lines: .* fails its checksum or its form; copy whole lines/,
    ],
    [
      "a unit letter that nobody heeds",
      mast,
      "field: 19, as: m/s",
      "field: 19",
      /points\.5\.at: field 20 of MDA holds the unit letter; say with `as`/,
    ],
    [
      "a unit of another quantity",
      mast,
      "field: 19, as: m/s",
      "field: 19, as: Cel",
      /points\.5\.at\.as: wind_speed is in m\/s/,
    ],
    [
      "a unit without its letter",
      mast,
      "{ sentence: MDA, field: 9 }",
      '{ sentence: MDA, field: 9, as: "%" }',
      /points\.2\.at\.as: which field holds the unit letter\?/,
    ],
    [
      "a transducer outside XDR",
      mast,
      "{ sentence: MDA, field: 9 }",
      "{ sentence: MDA, transducer: H }",
      /points\.2\.at: give transducer for XDR, and field for any other/,
    ],
    ["lines of another instrument", mast, "$WIMDA,29.8578", "$WIMWV,29.8578", /examples\.0\.lines: /],
    [
      "an example that says something else",
      mast,
      "air_temperature: 26.1",
      "air_temperature: 16.1",
      /16\.1 is expected, the lines give 26\.1/,
    ],
  ])("%s", (_, file, from, to, expected) => {
    expect(faultsAfter(file, from, to)).toMatch(expected);
  });
});

describe("weir-profile", () => {
  async function weirProfile(...args: readonly string[]) {
    let [out, err] = ["", ""];
    const code = await runCommand(args, { out: (text) => (out += text), err: (text) => (err += text) });
    return { code, out, err };
  }

  test("shows what lines come to", async () => {
    const { code, out } = await weirProfile("try", "windsonic-nmea", "$WIMWV,257,R,5.8,N,A*30");
    expect(out).toMatch(/^wind_speed +2\.983778 +m\/s +good/m);
    expect(code).toBe(0);
    expect((await weirProfile("try", "air/gill-windsonic", "\\x02Q,229,002.74,M,00,\\x0316")).out).toMatch(
      /^wind_direction +229/m,
    );
  });

  test("says what is wrong with them", async () => {
    expect((await weirProfile("try", "windsonic-nmea", "$WIMWV,257,R,5.8,N,A*31")).err).toMatch(/fails its checksum/);
    expect((await weirProfile("try", "rg-15", "Acc 1 in")).err).toMatch(/no line is one that this profile knows/);
  });

  test("shows an instrument as a technician reads it", async () => {
    expect((await weirProfile("show", "tuf-2000-ascii")).out).toMatch(/flow: "W\{address\}PDQH\\r" gives \(\?<body>/);
    expect((await weirProfile("show", "airmar")).out).toMatch(/^air_pressure +kPa +MDA +3 +kPa/m);
    expect((await weirProfile("show", "maxbotix")).out).toContain("speaks by itself");
  });
});

describe("sentences", () => {
  const field = fc.stringMatching(/^[A-Za-z0-9. -]{0,8}$/);

  test("are read back as they were written, whatever stands before them", () => {
    fc.assert(
      fc.property(
        fc.array(field, { minLength: 1, maxLength: 12 }),
        fc.stringMatching(/^[^$!\r\n]{0,20}$/),
        (fields, noise) => {
          const body = ["WIMWV", ...fields].join(",");
          expect(parseSentence(`${noise}$${body}*${nmeaChecksum(body)}`, "required")).toEqual({
            talker: "WI",
            id: "MWV",
            fields,
          });
        },
      ),
    );
  });

  test("with one character changed give nothing", () => {
    const line = "$WIMWV,257,R,5.8,N,A*30";
    for (let at = 1; at < line.length; at++)
      for (const char of "0aZ,.*$ ") {
        if (line[at] === char) continue;
        const changed = line.slice(0, at) + char + line.slice(at + 1);
        expect(typeof parseSentence(changed, "required"), changed).not.toBe("object");
      }
  });

  test("without a checksum count where the profile allows it; a wrong one never does", () => {
    expect(parseSentence("$WIMWV,257,R,5.8,N,A", "required")).toBe("damaged");
    expect(parseSentence("$WIMWV,257,R,5.8,N,A", "optional")).toMatchObject({ id: "MWV" });
    expect(parseSentence("$WIMWV,257,R,5.8,N,A*31", "optional")).toBe("damaged");
  });

  test.each([
    ["$WIVWR,045,L,12.5,N,6.4,M,23.2,K", { sentence: "VWR", field: 1, as: "deg" }, 315],
    ["$WIVWR,045,R,12.5,N,6.4,M,23.2,K", { sentence: "VWR", field: 7, as: "m/s" }, 6.444444],
    ["$WIMWD,10.1,T,10.1,M,19.2,N,9.9,M", { sentence: "MWD", field: 1, as: "deg" }, 10.1],
    ["$YXXDR,C,16,C", { sentence: "XDR", transducer: "C", as: "Cel" }, 16],
    ["$WIXDR,P,1.02,B,B1,C,60.8,F,T1", { sentence: "XDR", transducer: "C", name: "T1", as: "Cel" }, 16],
    ["$PXYZ,7.5,psi", { sentence: "PXYZ", field: 1 }, 7.5],
    ["$SDDBT,36.41,f,,M,,F", { sentence: "DBT", field: 1, as: "m" }, 11.097768],
  ] as const)("%s: %j is %d", (line, at, expected) => {
    const message = nmeaDialect({ checksum: "optional" }).take(line, at);
    expect(typeof message === "object" && message.rawAt(at)).toBe(expected);
  });
});

describe("Vaisala's lines", () => {
  test("carry the check characters of the user guide", () => {
    for (const [text, check] of [
      ["0r1", "Goe"],
      ["0r2", "Gje"],
      ["0r", "BVT"],
      ["0tX,Use chksum Goe", "IU~"],
    ] as const)
      expect(crcCharacters(text)).toBe(check);
  });

  test("with one character changed give nothing, when they carry check characters", () => {
    const text = "0r1,Dm=283D,Sm=1.0M";
    const line = text + crcCharacters(text);
    const at = { message: "R1", key: "Sm" } as const;
    const dialect = vaisalaDialect({ checksum: "crc" }, "0");
    expect(dialect.take(line, at)).toBeTypeOf("object");
    for (let i = 0; i < line.length; i++)
      for (const char of "09aZ=,.#") {
        if (line[i] === char) continue;
        expect(dialect.take(line.slice(0, i) + char + line.slice(i + 1), at)).not.toBeTypeOf("object");
      }
  });
});

describe("lines in bytes", () => {
  const bytes = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
  const lines = (text: string, ends?: string) => [...wholeLines(bytes(text), ends)].map((line) => line.text);

  test("end as the profile says, and empty ones are none", () => {
    expect(lines("a\r\nb\n\rc\r\r\nd")).toEqual(["a", "b", "c"]);
    expect(lines("a\r\nb>c>", ">")).toEqual(["a\r\nb", "c"]);
    expect(lines("a\r\nb\rc\r\n", "\r\n")).toEqual(["a", "b\rc"]);
  });

  test("longer than any instrument's are nobody's", () => {
    expect(lines(`${"x".repeat(longestLine + 1)}\nok\n`)).toEqual(["ok"]);
  });

  test("are the same in one piece and in many", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "bc", "\r", "\n", "\r\n", "°")), fc.nat(40), (parts, cut) => {
        const text = parts.join("");
        const [head, tail] = [text.slice(0, cut), text.slice(cut)];
        const rest = head.slice(endOfLines(bytes(head)));
        expect([...lines(head), ...lines(rest + tail)]).toEqual(lines(text));
      }),
    );
  });
});

test("escapes are what people mean by them", () => {
  expect(unescapeText("a\\r\\n\\x02\\\\b")).toBe("a\r\n\x02\\b");
  expect(() => unescapeText("\\")).toThrow(/is not known/);
});

test("a letter of another kind is no value", () => {
  expect(inUnit(1, "C", "m/s")).toBeNaN();
  expect(inUnit(1, "toString", "m/s")).toBeNaN();
});
