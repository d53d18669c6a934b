import type { ModbusTable } from "@weir/device-profiles/schema.ts";
import { type Sentence, say } from "@weir/wire/sentences.ts";
import type { LinkErrorCode } from "../driver.ts";

/**
 * What we ask of a device: functions 1 to 4 (read), 5 and 6 (one value), 15 and 16 (several).
 * A read of 0 registers and a write of none are kept: some probes take them as commands.
 */
export type Request =
  | { readonly kind: "read"; readonly table: ModbusTable; readonly start: number; readonly count: number }
  | { readonly kind: "write-one"; readonly table: "coil" | "holding"; readonly start: number; readonly value: number }
  | {
      readonly kind: "write-many";
      readonly table: "coil" | "holding";
      readonly start: number;
      /** Words; 0 and 1 for coils. */
      readonly values: readonly number[];
    };

/** The most that one request may carry (Modbus application protocol V1.1b3, 6.1 to 6.12). */
export const protocolLimits = { readBits: 2000, readRegisters: 125, writeBits: 1968, writeRegisters: 123 } as const;

const readFunctions: Record<ModbusTable, number> = { coil: 1, discrete: 2, holding: 3, input: 4 };

export function functionOf(request: Request): number {
  if (request.kind === "read") return readFunctions[request.table];
  if (request.kind === "write-one") return request.table === "coil" ? 5 : 6;
  return request.table === "coil" ? 15 : 16;
}

export function isBitTable(table: ModbusTable): boolean {
  return table === "coil" || table === "discrete";
}

/** Throws RangeError for what the protocol cannot say. */
export function encodeRequest(request: Request): Uint8Array {
  check(request);
  if (request.kind === "write-many") return encodeWriteMany(request);
  const pdu = new Uint8Array(5);
  pdu[0] = functionOf(request);
  put16(pdu, 1, request.start);
  if (request.kind === "read") put16(pdu, 3, request.count);
  else put16(pdu, 3, request.table === "coil" ? (request.value === 0 ? 0 : 0xff00) : request.value);
  return pdu;
}

function encodeWriteMany(request: Extract<Request, { kind: "write-many" }>): Uint8Array {
  const { values, table } = request;
  const size = table === "coil" ? Math.ceil(values.length / 8) : values.length * 2;
  const pdu = new Uint8Array(6 + size);
  pdu[0] = functionOf(request);
  put16(pdu, 1, request.start);
  put16(pdu, 3, values.length);
  pdu[5] = size;
  values.forEach((value, i) => {
    if (table === "holding") put16(pdu, 6 + i * 2, value);
    else if (value !== 0) pdu[6 + (i >> 3)]! |= 1 << (i & 7);
  });
  return pdu;
}

function check(request: Request): void {
  const { start, table, kind } = request;
  const count = kind === "read" ? request.count : kind === "write-one" ? 1 : request.values.length;
  const most = isBitTable(table)
    ? kind === "read"
      ? protocolLimits.readBits
      : protocolLimits.writeBits
    : kind === "read"
      ? protocolLimits.readRegisters
      : protocolLimits.writeRegisters;
  if (!(count >= 0 && count <= most)) throw new RangeError(`one request takes 0 to ${most} of ${table}, not ${count}`);
  if (!(start >= 0 && start + Math.max(1, count) <= 0x10000))
    throw new RangeError(`${table} ${start} to ${start + count - 1} is outside 0 to 65535`);
}

/** Bytes of data in the reply to a read. */
export function dataBytes(request: Extract<Request, { kind: "read" }>): number {
  return isBitTable(request.table) ? Math.ceil(request.count / 8) : request.count * 2;
}

/** Length of the reply PDU when the device does what it was asked. */
export function replyLength(request: Request): number {
  return request.kind === "read" ? 2 + dataBytes(request) : 5;
}

/** Function byte and what is known of the bytes after it: by this a reply is told from noise and from other replies. */
export function isReplyHead(request: Request, bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== functionOf(request)) return false;
  if (request.kind === "read") return bytes[at + 1] === dataBytes(request);
  const echo = request.kind === "write-one" ? writtenWord(request) : request.values.length;
  return get16(bytes, at + 1) === request.start && get16(bytes, at + 3) === echo;
}

function writtenWord({ table, value }: Extract<Request, { kind: "write-one" }>): number {
  return table === "coil" ? (value === 0 ? 0 : 0xff00) : value & 0xffff;
}

/** The data of a reply PDU, or why it is not the reply to this request. Never throws. */
export function checkReply(
  request: Request,
  pdu: Uint8Array,
): { readonly data: Uint8Array } | { readonly error: LinkErrorCode } {
  const asked = functionOf(request);
  if (pdu.length === 2 && pdu[0] === (asked | 0x80)) return { error: `exception-${pdu[1]!}` };
  if (pdu.length === 0) return { error: "frame" };
  if (!isReplyHead(request, pdu, 0)) return { error: "mismatch" };
  if (pdu.length !== replyLength(request)) return { error: "frame" };
  return { data: pdu.subarray(request.kind === "read" ? 2 : 1) };
}

/** `holding 16-35`, `write of coil 3`: a request as people say it, registers counted from 0. */
export function describeRequest(request: Request): string {
  const { table, start } = request;
  if (request.kind !== "read") return say(writeOf, { table, start });
  return say(readOf, { table, what: request.count > 1 ? `${start}-${start + request.count - 1}` : start });
}

const writeOf = { en: "write of {table} {start}", zh: "写 {table} {start}" } as const;
const readOf = { en: "read of {table} {what}", zh: "读 {table} {what}" } as const;
export const requestSentences: readonly Sentence[] = [writeOf, readOf];

function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value;
}

function get16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}
