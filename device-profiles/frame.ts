import type { ModbusTable } from "./schema.ts";

/** What a technician's capture holds: an answer with its table and words, or its first register too when the request stands before it. */
export type Answer = { readonly table: ModbusTable; readonly first?: number; readonly words: readonly number[] };

const tableOf: Readonly<Record<number, ModbusTable>> = { 1: "coil", 2: "discrete", 3: "holding", 4: "input" };

/** Modbus application protocol V1.1b3, chapter 7. */
const exceptions: Readonly<Record<number, string>> = {
  1: "illegal function: the device does not know this table",
  2: "illegal data address: the device has no such register",
  3: "illegal data value: too many registers at once, or a wrong value",
  4: "device failure",
  5: "acknowledge: the device needs longer",
  6: "device busy: ask again later",
  10: "gateway path unavailable",
  11: "gateway target failed to respond: check the unit number and the wiring behind the gateway",
};

/**
 * A captured Modbus RTU answer, alone or after its request (Modbus over serial line V1.02, 2.5.1) → its words. Pure.
 * Throws RangeError for damaged, foreign and exception frames, saying what to do.
 */
export function readFrame(bytes: Uint8Array): Answer {
  const request = bytes.length > 8 && isRequest(bytes.subarray(0, 8)) ? bytes.subarray(0, 8) : undefined;
  const answer = request ? bytes.subarray(8) : bytes;
  if (!request && bytes.length === 8 && isRequest(bytes) && bytes[2] !== 3)
    throw new RangeError(
      "this is a request, not an answer; copy the device's answer, or the request followed by the answer",
    );
  if (answer.length < 5)
    throw new RangeError(`${answer.length} bytes are no whole frame; copy it from the address to the CRC`);
  const crc = crc16(answer.subarray(0, -2));
  const given = answer.at(-2)! | (answer.at(-1)! << 8);
  if (crc !== given)
    throw new RangeError(
      `the CRC is ${lowFirst(given)}, the bytes before it need ${lowFirst(crc)}; copy the whole frame, or check wiring, termination and baud rate`,
    );
  const code = answer[1]!;
  if (code & 0x80) {
    const reason = exceptions[answer[2]!] ?? "a code of the maker";
    throw new RangeError(`the device answered with exception ${answer[2]}: ${reason}`);
  }
  const table = tableOf[code];
  if (!table) throw new RangeError(`function ${code} reads no values; capture an answer to function 1, 2, 3 or 4`);
  const data = answer.subarray(3, -2);
  if (answer[2] !== data.length)
    throw new RangeError(`the frame says ${answer[2]} data bytes and has ${data.length}; copy the whole frame`);
  if (request && (request[0] !== answer[0] || request[1] !== code))
    throw new RangeError("the answer is not from the unit and function of the request before it; copy a matching pair");
  const bits = table === "coil" || table === "discrete";
  const count = request ? word(request, 4) : undefined;
  const words = bits ? bitsOf(data).slice(0, count) : wordsOf(data);
  return { table, words, ...(request ? { first: word(request, 2) } : {}) };
}

/** CRC-16/MODBUS (Modbus over serial line V1.02, 6.2.2). */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}

function isRequest(bytes: Uint8Array): boolean {
  return bytes[1]! in tableOf && crc16(bytes.subarray(0, 6)) === (bytes[6]! | (bytes[7]! << 8));
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

function wordsOf(data: Uint8Array): number[] {
  if (data.length % 2 !== 0)
    throw new RangeError(`${data.length} data bytes are no whole registers; copy the whole frame`);
  return Array.from({ length: data.length / 2 }, (_, i) => word(data, 2 * i));
}

function bitsOf(data: Uint8Array): number[] {
  return Array.from({ length: data.length * 8 }, (_, i) => (data[i >> 3]! >> (i & 7)) & 1);
}

function lowFirst(crc: number): string {
  return [crc & 0xff, crc >> 8].map((byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ");
}
