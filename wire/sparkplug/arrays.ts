import { DataType } from "./payload.ts";

/** Bytes a number of an array type takes. */
const widths: Readonly<Record<number, number>> = {
  [DataType.Int8Array]: 1,
  [DataType.Int16Array]: 2,
  [DataType.Int32Array]: 4,
  [DataType.Int64Array]: 8,
  [DataType.UInt8Array]: 1,
  [DataType.UInt16Array]: 2,
  [DataType.UInt32Array]: 4,
  [DataType.UInt64Array]: 8,
  [DataType.FloatArray]: 4,
  [DataType.DoubleArray]: 8,
  [DataType.DateTimeArray]: 8,
};

export function isArrayType(type: number): boolean {
  return type >= DataType.Int8Array && type <= DataType.DateTimeArray;
}

/**
 * The elements of a packed array (Sparkplug 3.0 §6.4.17): numbers little-endian; booleans as a 4-byte count and bits, first element in the
 * highest bit; strings each ended by a zero byte. undefined when the bytes are not a whole array of the type.
 */
export function unpackArray(type: number, bytes: Uint8Array): readonly unknown[] | undefined {
  if (type === DataType.BooleanArray) return unpackBooleans(bytes);
  if (type === DataType.StringArray) return unpackStrings(bytes);
  const width = widths[type];
  if (width === undefined || bytes.length % width !== 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = Array.from({ length: bytes.length / width }, (_, i) => getNumber(view, type, i * width));
  return type === DataType.DateTimeArray && !values.every(Number.isSafeInteger) ? undefined : values;
}

/** The inverse of unpackArray. Elements must be of the array's type. */
export function packArray(type: number, values: readonly unknown[]): Uint8Array {
  if (type === DataType.BooleanArray) return packBooleans(values);
  if (type === DataType.StringArray) return packStrings(values);
  const width = widths[type];
  if (width === undefined) throw new RangeError(`datatype ${type} is not an array type`);
  const bytes = new Uint8Array(values.length * width);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) setNumber(view, type, i * width, value);
  return bytes;
}

function getNumber(view: DataView, type: number, at: number): number | bigint {
  switch (type) {
    case DataType.Int8Array:
      return view.getInt8(at);
    case DataType.Int16Array:
      return view.getInt16(at, true);
    case DataType.Int32Array:
      return view.getInt32(at, true);
    case DataType.Int64Array:
      return view.getBigInt64(at, true);
    case DataType.UInt8Array:
      return view.getUint8(at);
    case DataType.UInt16Array:
      return view.getUint16(at, true);
    case DataType.UInt32Array:
      return view.getUint32(at, true);
    case DataType.UInt64Array:
      return view.getBigUint64(at, true);
    case DataType.FloatArray:
      return view.getFloat32(at, true);
    case DataType.DoubleArray:
      return view.getFloat64(at, true);
    default:
      return Number(view.getBigUint64(at, true));
  }
}

function setNumber(view: DataView, type: number, at: number, value: unknown): void {
  switch (type) {
    case DataType.Int8Array:
    case DataType.UInt8Array:
      view.setUint8(at, Number(value));
      break;
    case DataType.Int16Array:
    case DataType.UInt16Array:
      view.setUint16(at, Number(value), true);
      break;
    case DataType.Int32Array:
    case DataType.UInt32Array:
      view.setUint32(at, Number(value), true);
      break;
    case DataType.FloatArray:
      view.setFloat32(at, Number(value), true);
      break;
    case DataType.DoubleArray:
      view.setFloat64(at, Number(value), true);
      break;
    default:
      view.setBigUint64(at, BigInt.asUintN(64, BigInt(value as bigint | number)), true);
  }
}

function unpackBooleans(bytes: Uint8Array): readonly boolean[] | undefined {
  if (bytes.length < 4) return undefined;
  const count = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (bytes.length !== 4 + Math.ceil(count / 8)) return undefined;
  return Array.from({ length: count }, (_, i) => ((bytes[4 + (i >>> 3)]! >>> (7 - (i & 7))) & 1) === 1);
}

function packBooleans(values: readonly unknown[]): Uint8Array {
  const bytes = new Uint8Array(4 + Math.ceil(values.length / 8));
  new DataView(bytes.buffer).setUint32(0, values.length, true);
  for (const [i, value] of values.entries()) if (value) bytes[4 + (i >>> 3)]! |= 0x80 >>> (i & 7);
  return bytes;
}

function unpackStrings(bytes: Uint8Array): readonly string[] | undefined {
  if (bytes.length === 0) return [];
  if (bytes[bytes.length - 1] !== 0) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, -1)).split("\0");
  } catch {
    return undefined;
  }
}

function packStrings(values: readonly unknown[]): Uint8Array {
  for (const value of values)
    if (String(value).includes("\0"))
      throw new RangeError("a string of a StringArray must not contain a zero character");
  return new TextEncoder().encode(values.map((value) => `${value}\0`).join(""));
}
