import type { ByteOrder, ModbusType } from "@weir/device-profiles/schema.ts";

type Layout = { readonly type: ModbusType; readonly order: ByteOrder };

const integers: Partial<Record<ModbusType, readonly [low: number, high: number]>> = {
  u16: [0, 0xffff],
  i16: [-0x8000, 0x7fff],
  u32: [0, 0xffffffff],
  i32: [-0x80000000, 0x7fffffff],
  u64: [0, Number.MAX_SAFE_INTEGER],
  i64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  bcd16: [0, 9999],
  bcd32: [0, 99_999_999],
};

/** The raw numbers an integer type can hold; undefined for floats and bits. */
export function rangeOf(type: ModbusType): readonly [low: number, high: number] | undefined {
  return integers[type];
}

/** How many registers a type fills; a bit fills one coil or discrete input. */
export function wordCount(type: ModbusType): number {
  if (type === "bit" || type.endsWith("16")) return 1;
  return type.endsWith("64") ? 4 : 2;
}

/**
 * Raw number → registers as an instrument of that habit sends them. Pure.
 * Integers must be whole and within rangeOf; 64-bit ones within ±2^53.
 */
export function toWords(raw: number, { type, order }: Layout): number[] {
  if (type === "bit") return [raw === 0 ? 0 : 1];
  const count = wordCount(type);
  const view = new DataView(new ArrayBuffer(count * 2));
  if (type === "f32") view.setFloat32(0, raw);
  else if (type === "f64") view.setFloat64(0, raw);
  else if (count === 4) view.setBigInt64(0, BigInt(raw));
  else if (type === "bcd32") view.setUint32(0, Number.parseInt(String(raw), 16));
  else if (type === "bcd16") view.setUint16(0, Number.parseInt(String(raw), 16));
  else if (count === 2) view.setInt32(0, raw);
  else view.setInt16(0, raw);
  const words = Array.from({ length: count }, (_, i) => view.getUint16(2 * i));
  return reorder(words, order);
}

/** The inverse of toWords: what an instrument makes of registers written to it. */
export function fromWords(words: readonly number[], { type, order }: Layout): number {
  if (type === "bit") return words[0] ? 1 : 0;
  const view = new DataView(new ArrayBuffer(words.length * 2));
  for (const [i, word] of reorder(words, order).entries()) view.setUint16(2 * i, word);
  switch (type) {
    case "f32":
      return view.getFloat32(0);
    case "f64":
      return view.getFloat64(0);
    case "u64":
      return Number(view.getBigUint64(0));
    case "i64":
      return Number(view.getBigInt64(0));
    case "u32":
      return view.getUint32(0);
    case "i32":
      return view.getInt32(0);
    case "i16":
      return view.getInt16(0);
    case "u16":
      return view.getUint16(0);
    case "bcd16":
      return Number(view.getUint16(0).toString(16));
    case "bcd32":
      return Number(view.getUint32(0).toString(16));
  }
}

/** CDAB sends the low word first, BADC swaps the bytes of each word, DCBA does both. Its own inverse. */
function reorder(words: readonly number[], order: ByteOrder): number[] {
  const turned = order === "CDAB" || order === "DCBA" ? words.toReversed() : [...words];
  return order === "BADC" || order === "DCBA" ? turned.map((word) => ((word & 0xff) << 8) | (word >> 8)) : turned;
}
