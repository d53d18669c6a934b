/** Modbus application protocol V1.1b3 from the server's side: function codes 1 to 6, 15 and 16. */
export type Table = "coil" | "discrete" | "input" | "holding";

/** 1 illegal function, 2 illegal data address, 3 illegal data value, 4 device failure, 6 busy, 11 gateway target silent. */
export type Exception = 1 | 2 | 3 | 4 | 5 | 6 | 8 | 10 | 11;

/** What stands behind an address on a bus. Bits are 0 or 1, registers 0 to 0xFFFF. */
export type Unit = {
  /** `count` bits or registers from `start`. Count is within the protocol's limits, or 0: some probes take that as a command. */
  read(table: Table, start: number, count: number): ArrayLike<number> | { readonly exception: Exception };
  /** All of them or, with an exception, none. */
  write(
    table: "coil" | "holding",
    start: number,
    values: readonly number[],
  ): { readonly exception: Exception } | undefined;
};

export type Request =
  | {
      readonly kind: "read";
      readonly code: number;
      readonly table: Table;
      readonly start: number;
      readonly count: number;
    }
  | {
      readonly kind: "write";
      readonly code: number;
      readonly table: "coil" | "holding";
      readonly start: number;
      readonly values: readonly number[];
    };

const readTables: Readonly<Record<number, Table>> = { 1: "coil", 2: "discrete", 3: "holding", 4: "input" };

/** Request bytes from the function code on → request, or the exception that the standard answers them with. Never throws. */
export function parseRequest(pdu: Uint8Array): Request | { readonly exception: Exception } {
  const code = pdu[0] ?? 0;
  const view = new DataView(pdu.buffer, pdu.byteOffset, pdu.byteLength);
  const table = readTables[code];
  if (table === undefined && code !== 5 && code !== 6 && code !== 15 && code !== 16) return { exception: 1 };
  if (pdu.length < 5) return { exception: 3 };
  const start = view.getUint16(1);
  const second = view.getUint16(3);

  if (table !== undefined) {
    const most = code <= 2 ? 2000 : 125;
    if (pdu.length !== 5 || second > most || (second === 0 && code <= 2)) return { exception: 3 };
    if (start + second > 0x10000) return { exception: 2 };
    return { kind: "read", code, table, start, count: second };
  }
  if (code === 5) {
    if (pdu.length !== 5 || (second !== 0 && second !== 0xff00)) return { exception: 3 };
    return { kind: "write", code, table: "coil", start, values: [second === 0 ? 0 : 1] };
  }
  if (code === 6) {
    if (pdu.length !== 5) return { exception: 3 };
    return { kind: "write", code, table: "holding", start, values: [second] };
  }
  const bytes = code === 15 ? Math.ceil(second / 8) : second * 2;
  if (second > (code === 15 ? 1968 : 123) || pdu[5] !== bytes || pdu.length !== 6 + bytes) return { exception: 3 };
  if (start + second > 0x10000) return { exception: 2 };
  const values = Array.from({ length: second }, (_, i) =>
    code === 15 ? (pdu[6 + (i >> 3)]! >> (i & 7)) & 1 : view.getUint16(6 + 2 * i),
  );
  return { kind: "write", code, table: code === 15 ? "coil" : "holding", start, values };
}

/** Answers one request out of a unit: reply bytes from the function code on, exceptions included. */
export function answer(pdu: Uint8Array, unit: Unit): Uint8Array {
  const request = parseRequest(pdu);
  if ("exception" in request) return exceptionReply(pdu[0] ?? 0, request.exception);
  if (request.kind === "write") {
    const refused = unit.write(request.table, request.start, request.values);
    return refused ? exceptionReply(request.code, refused.exception) : pdu.slice(0, 5);
  }
  const found = unit.read(request.table, request.start, request.count);
  if ("exception" in found) return exceptionReply(request.code, found.exception);
  return request.code <= 2 ? bitsReply(request.code, found) : wordsReply(request.code, found);
}

export function exceptionReply(code: number, exception: Exception): Uint8Array {
  return Uint8Array.of(code | 0x80, exception);
}

function bitsReply(code: number, bits: ArrayLike<number>): Uint8Array {
  const reply = new Uint8Array(2 + Math.ceil(bits.length / 8));
  reply[0] = code;
  reply[1] = reply.length - 2;
  for (let i = 0; i < bits.length; i++) if (bits[i]) reply[2 + (i >> 3)]! |= 1 << (i & 7);
  return reply;
}

function wordsReply(code: number, words: ArrayLike<number>): Uint8Array {
  const reply = new Uint8Array(2 + words.length * 2);
  reply[0] = code;
  reply[1] = words.length * 2;
  for (let i = 0; i < words.length; i++) {
    reply[2 + 2 * i] = words[i]! >> 8;
    reply[3 + 2 * i] = words[i]! & 0xff;
  }
  return reply;
}
