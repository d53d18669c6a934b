import { quantities } from "@weir/wire/quantities.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeRegisters } from "./decode.ts";
import { encodeRegisters, limits } from "./encode.ts";
import { interpret, toRaw } from "./interpret.ts";
import { modbusTypes, orders, modbusPoint as schema } from "./schema/modbus.ts";
import type { ModbusPoint } from "./schema.ts";

/** A point of a made-up quantity, so that no plausible range interferes. */
function pointOf(fields: Record<string, unknown> = {}, type = "u16"): ModbusPoint {
  return schema.parse({ quantity: "any", at: { table: "holding", register: 0, type }, ...fields });
}
const valueAt = (fields: Record<string, unknown>, raw: number, type?: string) =>
  interpret(pointOf(fields, type), raw).value;

describe("value of a raw number", () => {
  test("a scale leaves no binary noise", () => {
    expect(0.1 * 3).not.toBe(0.3);
    expect(valueAt({ scale: 0.1 }, 3)).toBe(0.3);
    expect(valueAt({ scale: 0.1 }, 189)).toBe(18.9);
    expect(valueAt({ scale: 0.001 }, 108)).toBe(0.108);
    expect(valueAt({ scale: 0.1, offset: -40 }, 401)).toBe(0.1);
    expect(valueAt({ scale: 1000 }, 7)).toBe(7000);
  });

  test("every integer times 10^-n is the decimal number that it reads as", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 6 }), (raw, n) => {
        expect(valueAt({ scale: Number(`1e-${n}`) }, raw, "i32")).toBe(Number(`${raw}e-${n}`));
      }),
    );
  });

  test("a float that shows 230.2 is 230.2, not 230.1999969482422", () => {
    expect(valueAt({}, Math.fround(230.2), "f32")).toBe(230.2);
    expect(valueAt({}, Math.fround(1234.567), "f32")).toBe(1234.567);
    expect(valueAt({}, Math.fround(0.12345678), "f32")).toBe(0.12345678);
    expect(valueAt({ scale: 1000 }, Math.fround(1.234), "f32")).toBe(1234);
  });

  test("tidying a float never makes it another float", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (raw) => {
        expect(Math.fround(valueAt({}, raw, "f32")!)).toBe(raw);
      }),
    );
  });

  test("a scale that is no round number keeps its precision", () => {
    expect(valueAt({ scale: 1 / 3 }, 2)).toBeCloseTo(2 / 3, 12);
  });

  test("decimals come from their register, through its mask", () => {
    const point = pointOf({ decimals: { table: "holding", register: 1, type: "u16", mask: 0xff } });
    expect(interpret(point, 724, 2)).toEqual({ value: 7.24, quality: "good" });
    expect(interpret(point, 724, 0x0302)).toEqual({ value: 7.24, quality: "good" });
  });

  test("without a sensible number of decimals there is no value", () => {
    const point = pointOf({ decimals: { table: "holding", register: 1, type: "u16" } });
    for (const decimals of [undefined, 10, Number.NaN])
      expect(interpret(point, 724, decimals)).toEqual({ value: null, quality: "bad", why: "decimals" });
  });

  test("a bit is 0 or 1, and the sign does not matter", () => {
    expect(valueAt({ bit: 6 }, 0x40)).toBe(1);
    expect(valueAt({ bit: 7 }, 0x40)).toBe(0);
    expect(valueAt({ bit: 15 }, -1, "i16")).toBe(1);
    expect(valueAt({ bit: 31 }, 0x80000000, "u32")).toBe(1);
  });

  test("a mask takes its bits and shifts them down", () => {
    expect(valueAt({ mask: 0x30 }, 0b10_0101)).toBe(2);
    expect(valueAt({ mask: 0xff00 }, 0x1234)).toBe(0x12);
    expect(valueAt({ mask: 0xff00 }, -2, "i16")).toBe(0xff);
    expect(valueAt({ mask: 0x80000000 }, 0xffffffff, "u32")).toBe(1);
  });
});

describe("quality of a raw number", () => {
  test("not a number and infinity are bad", () => {
    for (const raw of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      expect(interpret(pointOf({}, "f32"), raw)).toEqual({ value: null, quality: "bad", why: "not-a-number" });
  });

  test("an invalid pattern matches as a number and as bits", () => {
    const point = pointOf({ invalid: [0x7fff, 0x8000] }, "i16");
    for (const raw of [0x7fff, -0x8000]) expect(interpret(point, raw).why).toBe("no-value");
    expect(interpret(point, 0x7ffe).quality).toBe("good");
    expect(interpret(pointOf({ invalid: [0xffff] }, "i16"), -1).why).toBe("no-value");
    expect(interpret(pointOf({ invalid: [-9999] }, "f32"), -9999).why).toBe("no-value");
    expect(interpret(pointOf({ invalid: [0xffffffff] }, "f32"), -1).quality).toBe("good");
  });

  test("a current outside 3.6 to 21 mA is a broken loop, not a level", () => {
    const loop = pointOf({ valid: { min: 3600, max: 21000 }, scale: 10 / 16000, offset: -2.5 });
    expect(interpret(loop, 3599)).toEqual({ value: null, quality: "bad", why: "outside-valid" });
    expect(interpret(loop, 21001).value).toBeNull();
    expect(interpret(loop, 12000)).toEqual({ value: 5, quality: "good" });
  });

  test("a state that is not named is bad, never passed on", () => {
    const states = { 0: { value: 0, en: "closed", zh: "关" }, 85: { value: 1, en: "open", zh: "开" } };
    expect(interpret(pointOf({ states }), 85)).toEqual({ value: 1, quality: "good" });
    expect(interpret(pointOf({ states }), 1)).toEqual({ value: null, quality: "bad", why: "no-such-state" });
    expect(interpret(pointOf({ states, mask: 0xff00 }), 0x55ff).value).toBe(1);
  });

  test("a value outside the plausible range is kept but uncertain", () => {
    const ph = pointOf({ quantity: "ph", scale: 0.01 });
    expect(interpret(ph, 700)).toEqual({ value: 7, quality: "good" });
    expect(interpret(ph, quantities.ph.plausible[1] * 100 + 1)).toEqual({
      value: quantities.ph.plausible[1] + 0.01,
      quality: "uncertain",
      why: "implausible",
    });
  });

  test("whatever the bytes, a bad sample has no value and any other has one", () => {
    const bytes = fc.uint8Array({ minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(bytes, fc.constantFrom(...modbusTypes), fc.constantFrom(...orders), (bytes, type, order) => {
        const size = encodeRegisters(0, { type, order }).length;
        const point = pointOf({ quantity: "ph", scale: 0.01, offset: -3, invalid: [0xffff] }, type);
        const { value, quality } = interpret(point, decodeRegisters(bytes.subarray(0, size), { type, order }));
        expect(value === null).toBe(quality === "bad");
        if (value !== null) expect(Number.isFinite(value)).toBe(true);
      }),
    );
  });
});

describe("raw number to write", () => {
  test("what is written reads back as the same value", () => {
    fc.assert(
      fc.property(fc.integer({ min: limits.u16[0], max: limits.u16[1] }), (raw) => {
        const point = pointOf({ scale: 0.1, offset: -40, write: { min: -40, max: 6513.5 } });
        expect(toRaw(point, interpret(point, raw).value!)).toBe(raw);
      }),
    );
  });

  test("a value outside the limits is refused and the limits are said", () => {
    const point = pointOf({ write: { min: 0, max: 100 } });
    for (const value of [-1, 101, Number.NaN]) expect(() => toRaw(point, value)).toThrow("takes 0 to 100");
    expect(() => toRaw(pointOf(), 1)).toThrow("may not be written");
  });

  test("a state is written as its raw number, and only a known one", () => {
    const states = { 0: { value: 0, en: "closed", zh: "关" }, 85: { value: 1, en: "open", zh: "开" } };
    const point = pointOf({ states, write: { min: 0, max: 5 } });
    expect(toRaw(point, 1)).toBe(85);
    expect(() => toRaw(point, 3)).toThrow("takes 0 (closed), 1 (open), not 3");
  });
});
