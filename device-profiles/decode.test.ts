import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesOf, decodeRegisters, registersOf } from "./decode.ts";
import { encodeRegisters, limits } from "./encode.ts";
import { modbusTypes, orders } from "./schema/modbus.ts";
import type { ByteOrder, ModbusType } from "./schema.ts";

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

describe("decoding registers", () => {
  test.each<[string, ModbusType, ByteOrder, number]>([
    ["00 BD", "u16", "ABCD", 189],
    ["BD 00", "u16", "BADC", 189],
    ["FF 9C", "i16", "ABCD", -100],
    ["9C FF", "i16", "DCBA", -100],
    ["00 02 06 F6", "u32", "ABCD", 132854],
    ["06 F6 00 02", "u32", "CDAB", 132854],
    ["02 00 F6 06", "u32", "BADC", 132854],
    ["F6 06 02 00", "u32", "DCBA", 132854],
    ["FF FF FF FE", "i32", "ABCD", -2],
    ["42 48 00 00", "f32", "ABCD", 50],
    ["00 00 42 48", "f32", "CDAB", 50],
    ["48 42 00 00", "f32", "BADC", 50],
    ["00 00 48 42", "f32", "DCBA", 50],
    ["00 00 00 00 00 01 E2 40", "u64", "ABCD", 123456],
    ["E2 40 00 01 00 00 00 00", "i64", "CDAB", 123456],
    ["00 00 00 00 01 00 40 E2", "i64", "BADC", 123456],
    ["40 E2 01 00 00 00 00 00", "u64", "DCBA", 123456],
    ["40 FE 24 00 00 00 00 00", "f64", "ABCD", 123456],
    ["00 00 00 00 24 00 40 FE", "f64", "CDAB", 123456],
    ["12 34", "bcd16", "ABCD", 1234],
    ["12 34 56 78", "bcd32", "ABCD", 12345678],
    ["56 78 12 34", "bcd32", "CDAB", 12345678],
    ["01", "bit", "ABCD", 1],
    ["00", "bit", "ABCD", 0],
  ])("%s as %s in order %s is %d", (bytes, type, order, value) => {
    expect(decodeRegisters(hex(bytes), { type, order })).toBe(value);
  });

  test("a nibble above 9 is no BCD number", () => {
    expect(decodeRegisters(hex("12 3A"), { type: "bcd16", order: "ABCD" })).toBeNaN();
    expect(decodeRegisters(hex("F2 34 56 78"), { type: "bcd32", order: "ABCD" })).toBeNaN();
  });

  test("a byte too few or too many is refused, not guessed", () => {
    for (const type of modbusTypes) {
      for (const length of [bytesOf(type) - 1, bytesOf(type) + 1]) {
        expect(() => decodeRegisters(new Uint8Array(length), { type, order: "ABCD" })).toThrow(RangeError);
      }
    }
  });

  test("bytes are read at their place in a longer frame", () => {
    const frame = hex("01 04 04 43 66 33 33 5A FB");
    expect(decodeRegisters(frame.subarray(3, 7), { type: "f32", order: "ABCD" })).toBeCloseTo(230.2, 4);
  });
});

const order = fc.constantFrom(...orders);
const numberOf: Record<ModbusType, fc.Arbitrary<number>> = {
  ...(Object.fromEntries(
    modbusTypes.map((type) => [type, fc.integer({ min: limits[type][0], max: limits[type][1] })]),
  ) as Record<ModbusType, fc.Arbitrary<number>>),
  f32: fc.float({ noNaN: true, noDefaultInfinity: true }),
  f64: fc.double({ noNaN: true, noDefaultInfinity: true }),
};

describe("encoding registers", () => {
  test.each(modbusTypes)("every %s comes back from its bytes in every order", (type) => {
    fc.assert(
      fc.property(numberOf[type], order, (value, order) => {
        const bytes = encodeRegisters(value, { type, order });
        expect(bytes.length).toBe(type === "bit" ? 1 : registersOf(type) * 2);
        expect(decodeRegisters(bytes, { type, order })).toBe(value);
      }),
    );
  });

  test.each(modbusTypes.filter((type) => !type.startsWith("f") && type !== "bit" && !type.endsWith("64")))(
    "any bytes that are a %s come back from its number",
    (type) => {
      fc.assert(
        fc.property(fc.uint8Array({ minLength: bytesOf(type), maxLength: bytesOf(type) }), order, (bytes, order) => {
          const value = decodeRegisters(bytes, { type, order });
          fc.pre(!Number.isNaN(value));
          expect(encodeRegisters(value, { type, order })).toEqual(bytes);
        }),
      );
    },
  );

  test.each(modbusTypes)("a number that %s cannot carry is refused, never wrapped", (type) => {
    const [low, high] = limits[type];
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, low * 2 - 1, high * 2 + 1]) {
      if (value >= low && value <= high) continue;
      expect(() => encodeRegisters(value, { type, order: "ABCD" })).toThrow(RangeError);
    }
    if (!type.startsWith("f")) expect(() => encodeRegisters(0.5, { type, order: "ABCD" })).toThrow(/whole numbers/);
  });
});
