import { dataBytes, functionOf, isBitTable, protocolLimits, type Request } from "../drivers/modbus/pdu.ts";

/** What a client wants, or the exception code to answer it with: nothing of it has been sent then. */
export type Opened = { readonly request: Request } | { readonly exception: number };

const tables = [undefined, "coil", "discrete", "holding", "input"] as const;
const illegalFunction = 1;
const illegalAddress = 2;
const illegalValue = 3;

/**
 * Takes a client's request PDU apart: functions 1 to 6, 15 and 16. Exception 1 for others, 2 for what lies beyond register 65535,
 * 3 for a count or length that the protocol does not know; so is a read of none, which some probes take as a command. Never throws.
 */
export function openRequest(pdu: Uint8Array): Opened {
  const fn = pdu[0] ?? 0;
  if (![1, 2, 3, 4, 5, 6, 15, 16].includes(fn)) return { exception: illegalFunction };
  if (pdu.length < 5) return { exception: illegalValue };
  const start = get16(pdu, 1);
  const word = get16(pdu, 3);
  const table = tables[fn];
  if (table !== undefined) {
    const most = isBitTable(table) ? protocolLimits.readBits : protocolLimits.readRegisters;
    if (pdu.length !== 5 || word < 1 || word > most) return { exception: illegalValue };
    return within(start, word) ?? { request: { kind: "read", table, start, count: word } };
  }
  if (fn === 5 || fn === 6) {
    if (pdu.length !== 5 || (fn === 5 && word !== 0 && word !== 0xff00)) return { exception: illegalValue };
    if (fn === 6) return { request: { kind: "write-one", table: "holding", start, value: word } };
    return { request: { kind: "write-one", table: "coil", start, value: word === 0 ? 0 : 1 } };
  }
  const coils = fn === 15;
  const size = coils ? Math.ceil(word / 8) : 2 * word;
  const most = coils ? protocolLimits.writeBits : protocolLimits.writeRegisters;
  if (word < 1 || word > most || pdu[5] !== size || pdu.length !== 6 + size) return { exception: illegalValue };
  const values = Array.from({ length: word }, (_, i) =>
    coils ? (pdu[6 + (i >> 3)]! >> (i & 7)) & 1 : get16(pdu, 6 + 2 * i),
  );
  return within(start, word) ?? { request: { kind: "write-many", table: coils ? "coil" : "holding", start, values } };
}

function within(start: number, count: number): Opened | undefined {
  return start + count > 0x10000 ? { exception: illegalAddress } : undefined;
}

/** The reply PDU for what the instrument answered to the request. */
export function replyTo(request: Request, data: Uint8Array): Uint8Array {
  const head = request.kind === "read" ? [functionOf(request), dataBytes(request)] : [functionOf(request)];
  return Uint8Array.from([...head, ...data]);
}

/** The reply PDU that says no. */
export function exceptionTo(pdu: Uint8Array, code: number): Uint8Array {
  return Uint8Array.of((pdu[0] ?? 0) | 0x80, code);
}

/** Functions that change something in an instrument; 21 to 23 are named only to be counted as what they are. 65 gives nodes their addresses. */
export function isWrite(pdu: Uint8Array): boolean {
  return [5, 6, 15, 16, 21, 22, 23, 65].includes(pdu[0] ?? 0);
}

function get16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}
