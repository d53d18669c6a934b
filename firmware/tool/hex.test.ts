import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { flatten, formatHex, gaps, parseHex, type Section } from "./hex.ts";

const end = ":00000001FF";
const faultsOf = (text: string, section?: Section) => {
  const result = parseHex(text, section);
  return "faults" in result ? result.faults : [];
};

describe("an Intel HEX file", () => {
  test("is read from any records, in any order, with either line end", () => {
    const result = parseHex(`:02001000AABB89\r\n:020000040000FA\n:0200000001EF0E\n${end}`);
    expect(result).toEqual({
      image: {
        segments: [
          { start: 0, bytes: Uint8Array.of(0x01, 0xef) },
          { start: 0x10, bytes: Uint8Array.of(0xaa, 0xbb) },
        ],
      },
    });
  });

  test("with every fault there is tells them all, by line", () => {
    const text = [
      ":02000000AABB99",
      ":02000000AABB9A",
      "hello",
      ":0200010011",
      ":03000000AABB98",
      ":02000100CCDD54",
      ":00000009F7",
      ":02000000AABBZZ",
      end,
      ":02000000AABB99",
    ].join("\n");
    expect(faultsOf(text)).toEqual([
      "line 2: its checksum is 0x9A, 0x99 would be right",
      "line 3: a record begins with a colon",
      "line 4: it says that it holds 2 data bytes and holds 0",
      "line 5: it says that it holds 3 data bytes and holds 2",
      "line 6: overlaps line 1 at 0x01",
      "line 7: no record has type 9; 0 to 5 are defined",
      "line 8: a record is a colon and pairs of hexadecimal digits",
      `line 10: a record behind the end-of-file record of line 9`,
    ]);
  });

  test("that was cut off, or is empty, is refused", () => {
    expect(faultsOf(":02000000AABB99")).toEqual([
      "the end-of-file record (:00000001FF) is missing: the file may be cut off",
    ]);
    expect(faultsOf(end)).toEqual(["it holds no bytes"]);
    expect(faultsOf("")).toHaveLength(1);
  });

  test("that runs over the end of its section is refused, as Debian's Optiboot of 532 bytes would be", () => {
    const section = { name: "a boot section of 512 bytes", start: 0x7e00, end: 0x8000 };
    const image = { segments: [{ start: 0x7e00, bytes: new Uint8Array(532) }] };
    expect(faultsOf(formatHex(image), section)).toEqual([
      "line 33: 20 bytes from 0x8000 on are outside a boot section of 512 bytes (0x7E00 to 0x7FFF)",
    ]);
  });

  test("has its holes named, and filled with what an erased cell holds", () => {
    const image = { segments: [0, 0x10].map((start) => ({ start, bytes: Uint8Array.of(1, 2) })) };
    expect(gaps(image)).toEqual([{ start: 2, end: 0x10 }]);
    expect([...flatten(image)]).toEqual([1, 2, ...new Array(14).fill(0xff), 1, 2]);
  });

  test("any image reads back as it was written", () => {
    const segments = fc
      .array(fc.tuple(fc.integer({ min: 1, max: 300 }), fc.uint8Array({ minLength: 1, maxLength: 100 })), {
        minLength: 1,
      })
      .map((parts) => {
        let at = 0;
        return parts.map(([hole, bytes]) => {
          const start = at + hole;
          at = start + bytes.length;
          return { start, bytes };
        });
      })
      .filter((segments) => segments.at(-1)!.start < 0xff00);
    fc.assert(
      fc.property(segments, (segments) => {
        expect(parseHex(formatHex({ segments }))).toEqual({ image: { segments } });
      }),
    );
  });

  test("no text makes the reader throw", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseHex(text)));
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^:[0-9A-F]{0,24}$/)), (lines) => void parseHex(lines.join("\n"))),
    );
  });
});
