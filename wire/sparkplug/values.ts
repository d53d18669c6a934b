import { isArrayType, packArray, unpackArray } from "./arrays.ts";
import { DataType, type ValueField } from "./payload.ts";

const fields: Readonly<Record<number, ValueField>> = {
  [DataType.Int8]: "int",
  [DataType.Int16]: "int",
  [DataType.Int32]: "int",
  [DataType.Int64]: "long",
  [DataType.UInt8]: "int",
  [DataType.UInt16]: "int",
  [DataType.UInt32]: "int",
  [DataType.UInt64]: "long",
  [DataType.Float]: "float",
  [DataType.Double]: "double",
  [DataType.Boolean]: "boolean",
  [DataType.String]: "string",
  [DataType.DateTime]: "long",
  [DataType.Text]: "string",
  [DataType.UUID]: "string",
  [DataType.DataSet]: "dataset",
  [DataType.Bytes]: "bytes",
  [DataType.File]: "bytes",
  [DataType.Template]: "template",
  [DataType.PropertySet]: "propertyset",
  [DataType.PropertySetList]: "propertysets",
};

/** The field that a type prescribes (Sparkplug 3.0 §6.4.16); undefined for a type that does not exist. */
export function fieldOf(type: number): ValueField | undefined {
  return fields[type] ?? (isArrayType(type) ? "bytes" : undefined);
}

const integers: Readonly<Record<number, { readonly bits: number; readonly signed: boolean }>> = {
  [DataType.Int8]: { bits: 8, signed: true },
  [DataType.Int16]: { bits: 16, signed: true },
  [DataType.Int32]: { bits: 32, signed: true },
  [DataType.UInt8]: { bits: 8, signed: false },
  [DataType.UInt16]: { bits: 16, signed: false },
  [DataType.UInt32]: { bits: 32, signed: false },
};

/** What a field held, read by its type; undefined when it does not fit the type. raw is as `Valued` in payload.ts says. */
export function typedValue(type: number, field: ValueField, raw: unknown): unknown {
  const integer = integers[type];
  if (integer) {
    if (field === "int") return fitInt(raw as number, integer.bits, integer.signed);
    // Older senders (Sparkplug 2.2) carry UInt32 in long_value.
    if (field === "long") return fitLong(raw as bigint, integer.bits, integer.signed);
    return undefined;
  }
  if (field === "double" || field === "float")
    return type === DataType.Double || type === DataType.Float ? raw : undefined;
  if (fieldOf(type) !== field) return undefined;
  if (type === DataType.Int64) return BigInt.asIntN(64, raw as bigint);
  if (type === DataType.DateTime) return (raw as bigint) <= Number.MAX_SAFE_INTEGER ? Number(raw) : undefined;
  if (isArrayType(type)) return unpackArray(type, raw as Uint8Array);
  return raw;
}

/** Two's complement in the type's own width, or sign-extended to 32 bits: senders do both. */
function fitInt(raw: number, bits: number, signed: boolean): number | undefined {
  const span = 2 ** bits;
  if (!signed) return raw < span ? raw : undefined;
  if (raw < span) return raw < span / 2 ? raw : raw - span;
  return raw >= 2 ** 32 - span / 2 ? raw - 2 ** 32 : undefined;
}

function fitLong(raw: bigint, bits: number, signed: boolean): number | undefined {
  const value = signed ? BigInt.asIntN(64, raw) : raw;
  const fits = signed ? BigInt.asIntN(bits, value) === value : BigInt.asUintN(bits, value) === value;
  return fits ? Number(value) : undefined;
}

/** The inverse of typedValue for the field that the type prescribes. Throws RangeError for a value that the type cannot hold. */
export function rawValue(type: number, value: unknown): unknown {
  const field = fieldOf(type);
  if (field === "int") return toUint32(type, value);
  if (field === "long") return toUint64(type, value);
  if (field === undefined || !carries(field, value, type)) throw cannotHold(type, value);
  return Array.isArray(value) && field === "bytes" ? packArray(type, value) : value;
}

/** The same for a value whose field is named: checked only as far as the field can carry it at all. */
export function rawValueIn(field: ValueField, type: number, value: unknown): unknown {
  const integer = typeof value === "bigint" || Number.isSafeInteger(value) ? (value as bigint | number) : undefined;
  if (field === "int" && integer !== undefined) return Number(BigInt.asUintN(32, BigInt(integer)));
  if (field === "long" && integer !== undefined) return BigInt.asUintN(64, BigInt(integer));
  if (field === "int" || field === "long" || !carries(field, value, type)) throw cannotHold(type, value);
  return Array.isArray(value) && field === "bytes" ? packArray(type, value) : value;
}

function carries(field: ValueField, value: unknown, type: number): boolean {
  switch (field) {
    case "float":
    case "double":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "string":
      return typeof value === "string";
    case "bytes":
      return isArrayType(type) ? Array.isArray(value) || value instanceof Uint8Array : value instanceof Uint8Array;
    case "propertysets":
      return Array.isArray(value);
    default:
      return typeof value === "object" && value !== null;
  }
}

function toUint32(type: number, value: unknown): number {
  const { bits, signed } = integers[type]!;
  const low = signed ? -(2 ** (bits - 1)) : 0;
  if (typeof value !== "number" || !Number.isInteger(value) || value < low || value >= low + 2 ** bits)
    throw cannotHold(type, value);
  return value >>> 0;
}

function toUint64(type: number, value: unknown): bigint {
  const integer =
    typeof value === "bigint" || Number.isSafeInteger(value) ? BigInt(value as bigint | number) : undefined;
  const low = type === DataType.Int64 ? -(2n ** 63n) : 0n;
  if (integer === undefined || integer < low || integer >= low + 2n ** 64n) throw cannotHold(type, value);
  return BigInt.asUintN(64, integer);
}

function cannotHold(type: number, value: unknown): RangeError {
  const shown = typeof value === "object" && value !== null ? value.constructor?.name : String(value).slice(0, 60);
  return new RangeError(`datatype ${type} cannot hold ${typeof value} ${shown}`);
}
