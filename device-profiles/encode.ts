import { bytesOf, placeOf } from "./decode.ts";
import type { ModbusAddress, ModbusType } from "./schema.ts";

/** Lowest and highest number that a type can carry. */
export const limits: Record<ModbusType, readonly [low: number, high: number]> = {
  bit: [0, 1],
  u16: [0, 0xffff],
  i16: [-0x8000, 0x7fff],
  u32: [0, 0xffffffff],
  i32: [-0x80000000, 0x7fffffff],
  u64: [0, Number.MAX_SAFE_INTEGER],
  i64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  bcd16: [0, 9999],
  bcd32: [0, 99_999_999],
  f32: [-3.4028234663852886e38, 3.4028234663852886e38],
  f64: [-Number.MAX_VALUE, Number.MAX_VALUE],
};

/**
 * Number → register bytes as they stand in a write request; the inverse of decodeRegisters.
 * f32 rounds to the nearest float. Throws RangeError for a number that the type cannot carry: not finite, beyond its limits,
 * or with a fraction in an integer type.
 */
export function encodeRegisters(value: number, { type, order }: Pick<ModbusAddress, "type" | "order">): Uint8Array {
  const [low, high] = limits[type];
  if (!(value >= low && value <= high)) throw new RangeError(`${type} carries ${low} to ${high}, not ${value}`);
  if (type !== "f32" && type !== "f64" && !Number.isInteger(value))
    throw new RangeError(`${type} carries whole numbers, not ${value}`);
  const bytes = new Uint8Array(bytesOf(type));
  const view = new DataView(bytes.buffer);
  switch (type) {
    case "bit":
      bytes[0] = value;
      return bytes;
    case "u16":
    case "i16":
      view.setUint16(0, value);
      break;
    case "u32":
    case "i32":
      view.setUint32(0, value);
      break;
    case "u64":
    case "i64":
      view.setBigInt64(0, BigInt(value));
      break;
    case "f32":
      view.setFloat32(0, value);
      break;
    case "f64":
      view.setFloat64(0, value);
      break;
    case "bcd16":
    case "bcd32":
      for (let i = bytes.length - 1, rest = value; i >= 0; i--, rest = Math.floor(rest / 100))
        bytes[i] = (Math.floor((rest % 100) / 10) << 4) | (rest % 10);
      break;
  }
  return order === "ABCD" ? bytes : bytes.map((_, i) => bytes[placeOf(i, bytes.length, order)]!);
}
