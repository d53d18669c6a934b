import { DataType, type DataValue, type StatusCode, Variant, VariantArrayType } from "node-opcua-client";
import type { ServerValue } from "./session.ts";

/** Of a status code: it comes with a value, and that one follows others that were dropped (OPC 10000-4, 7.39). */
const overflowBits = 0x480;

/** The library's value as plain data. */
export function serverValueOf(data: DataValue): ServerValue {
  const { statusCode, value: variant, sourceTimestamp, serverTimestamp } = data;
  const isNull = !variant || variant.dataType === DataType.Null;
  // One shape for all: thousands of these come every second.
  return {
    status: statusNameOf(statusCode),
    type: isNull ? undefined : DataType[variant.dataType],
    value: isNull ? undefined : plainValue(variant),
    sourceAt: sourceTimestamp?.getTime(),
    serverAt: serverTimestamp?.getTime(),
    isAfterLoss: (statusCode.value & overflowBits) === overflowBits,
  };
}

/** Without the bits of information behind its name. */
export function statusNameOf({ name }: Pick<StatusCode, "name">): string {
  return name === "Good" ? name : (/^\w+/.exec(name)?.[0] ?? name);
}

function plainValue({ dataType, arrayType, value }: Variant): unknown {
  const isWide = dataType === DataType.Int64 || dataType === DataType.UInt64;
  if (arrayType !== VariantArrayType.Scalar) return isWide ? Array.from(value, (pair) => wide(pair, dataType)) : value;
  return isWide ? wide(value, dataType) : value;
}

/** 64-bit numbers come as two halves. */
function wide(pair: unknown, type: DataType): number {
  const [high, low] = pair as [number, number];
  const bits = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
  return Number(type === DataType.Int64 ? BigInt.asIntN(64, bits) : bits);
}

/** A number or boolean as the library sends it. */
export function variantOf({ type, value }: { readonly type: string; readonly value: unknown }): Variant {
  const dataType = DataType[type as keyof typeof DataType];
  if (dataType !== DataType.Int64 && dataType !== DataType.UInt64) return new Variant({ dataType, value });
  const bits = BigInt.asUintN(64, BigInt(value as number));
  return new Variant({ dataType, value: [Number(bits >> 32n), Number(bits & 0xffffffffn)] });
}
