import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crc16, readFrame } from "./frame.ts";

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

test("the CRC of 123456789 is 4B37, the published check value of CRC-16/MODBUS", () => {
  expect(crc16(new TextEncoder().encode("123456789"))).toBe(0x4b37);
});

describe("a captured frame", () => {
  test("an answer gives table and words", () => {
    expect(readFrame(hex("01 03 02 00 BD 78 35"))).toEqual({ table: "holding", words: [189] });
    expect(readFrame(hex("01 03 04 00 02 06 F6 D8 15"))).toEqual({ table: "holding", words: [2, 0x06f6] });
  });

  test("an answer after its request knows its first register", () => {
    const pair = "01 03 00 07 00 02 75 CA 01 03 04 00 02 06 F6 D8 15";
    expect(readFrame(hex(pair))).toEqual({ table: "holding", first: 7, words: [2, 0x06f6] });
  });

  test("bits come lowest first, and only as many as were asked for", () => {
    expect(readFrame(withCrc("01 01 01 05")).words).toEqual([1, 0, 1, 0, 0, 0, 0, 0]);
    const asked = Buffer.concat([withCrc("01 02 00 10 00 03"), withCrc("01 02 01 05")]);
    expect(readFrame(asked)).toEqual({ table: "discrete", first: 16, words: [1, 0, 1] });
  });

  test.each([
    ["01 03 02 00 BD 78 36", "the CRC is 78 36, the bytes before it need 78 35"],
    ["01 83 02 C0 F1", "exception 2: illegal data address"],
    ["01 03 00 07 00 02 75 CA", "this is a request"],
    ["01 03 02", "3 bytes are no whole frame"],
  ])("%s is refused: %s", (frame, what) => {
    expect(() => readFrame(hex(frame))).toThrow(what);
  });

  test("a frame of another length than it says, of an odd length and of another function are refused", () => {
    expect(() => readFrame(withCrc("01 03 04 00 BD"))).toThrow("says 4 data bytes and has 2");
    expect(() => readFrame(withCrc("01 03 01 00"))).toThrow("no whole registers");
    expect(() => readFrame(withCrc("01 06 00 01 00 02"))).toThrow("function 6 reads no values");
  });

  test("an answer of another unit than was asked is refused", () => {
    const pair = Buffer.concat([withCrc("02 03 00 07 00 01"), withCrc("01 03 02 00 BD")]);
    expect(() => readFrame(pair)).toThrow("not from the unit");
  });

  test("no bytes make it throw anything but a RangeError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (bytes, sealed) => {
        try {
          readFrame(sealed ? withCrc(Buffer.from(bytes).toString("hex")) : bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});

function withCrc(text: string): Uint8Array {
  const bytes = hex(text);
  const crc = crc16(bytes);
  return Uint8Array.of(...bytes, crc & 0xff, crc >> 8);
}
