import type { ByteOrder, ModbusAddress, ModbusType } from "./schema.ts";

const registers: Record<ModbusType, number> = {
  bit: 1,
  u16: 1,
  i16: 1,
  bcd16: 1,
  u32: 2,
  i32: 2,
  f32: 2,
  bcd32: 2,
  u64: 4,
  i64: 4,
  f64: 4,
};

/** How many registers a value of this type takes; a bit takes one coil or discrete input. */
export function registersOf(type: ModbusType): number {
  return registers[type];
}

/** How many bytes decodeRegisters wants for this type: two a register, one for a bit. */
export function bytesOf(type: ModbusType): number {
  return type === "bit" ? 1 : registers[type] * 2;
}

/**
 * Which received byte is byte i of the big-endian value: ABCD is big-endian (Modbus application protocol V1.1b3, 4.2), the
 * others are makers' habits. CDAB reverses the words, BADC the bytes of each word, DCBA both. Its own inverse.
 */
export function placeOf(i: number, bytes: number, order: ByteOrder): number {
  const words = order === "CDAB" || order === "DCBA" ? bytes - 2 - (i & ~1) : i & ~1;
  const byte = order === "BADC" || order === "DCBA" ? 1 - (i & 1) : i & 1;
  return words + byte;
}

/** The bytes of the value being decoded, big-endian: one piece of memory for all calls, for speed. */
const value = new Uint8Array(8);
const view = new DataView(value.buffer);

/**
 * Register bytes → number. Pure.
 * bytes: the registers as they stand in the response, two bytes each; for a bit one byte, 0 or not.
 * A bcd nibble above 9 gives NaN. 64-bit integers beyond ±2^53 lose their lowest digits.
 * Throws RangeError if bytes is not exactly the size of the type.
 */
export function decodeRegisters(bytes: Uint8Array, { type, order }: Pick<ModbusAddress, "type" | "order">): number {
  const size = bytesOf(type);
  if (bytes.length !== size) throw new RangeError(`${type} needs ${size} bytes, got ${bytes.length}`);
  if (type === "bit") return bytes[0] === 0 ? 0 : 1;
  for (let i = 0; i < size; i++) value[i] = bytes[placeOf(i, size, order)]!;
  switch (type) {
    case "u16":
      return view.getUint16(0);
    case "i16":
      return view.getInt16(0);
    case "u32":
      return view.getUint32(0);
    case "i32":
      return view.getInt32(0);
    case "f32":
      return view.getFloat32(0);
    case "u64":
      return Number(view.getBigUint64(0));
    case "i64":
      return Number(view.getBigInt64(0));
    case "f64":
      return view.getFloat64(0);
    case "bcd16":
    case "bcd32":
      return decodeBcd(value.subarray(0, size));
  }
}

function decodeBcd(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) {
    if (byte >> 4 > 9 || (byte & 15) > 9) return Number.NaN;
    value = value * 100 + (byte >> 4) * 10 + (byte & 15);
  }
  return value;
}
