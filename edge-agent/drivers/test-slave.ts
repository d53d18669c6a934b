/**
 * For tests: a Modbus slave written apart from the driver (bit by bit CRC, its own PDU code), so that a shared mistake
 * cannot hide. Registers that are not in its maps do not exist: exception 2.
 */
export type Slave = {
  readonly unit: number;
  readonly holding: Map<number, number>;
  readonly input: Map<number, number>;
  readonly coil: Map<number, number>;
  readonly discrete: Map<number, number>;
  /** Most registers it gives at once; more is exception 3. */
  most: number;
  /** Every request PDU it got, as hex. */
  readonly asked: string[];
  silent: boolean;
  /** Reads that begin here get no answer. */
  readonly silentAt: Set<number>;
};

export function createSlave(unit: number, holding: Readonly<Record<number, number>> = {}): Slave {
  const entries = Object.entries(holding).map(([register, value]) => [Number(register), value] as const);
  return {
    unit,
    holding: new Map(entries),
    input: new Map(),
    coil: new Map(),
    discrete: new Map(),
    most: 125,
    asked: [],
    silent: false,
    silentAt: new Set(),
  };
}

/** The answer to a request PDU; undefined when the slave keeps silent. */
export function answer(slave: Slave, pdu: Buffer): Buffer | undefined {
  slave.asked.push(pdu.toString("hex"));
  if (slave.silent) return undefined;
  const fn = pdu.readUInt8(0);
  if (pdu.length < 5) return Buffer.from([fn | 0x80, 1]);
  const start = pdu.readUInt16BE(1);
  const word = pdu.readUInt16BE(3);
  if ((fn === 3 || fn === 4) && slave.silentAt.has(start)) return undefined;
  const exception = (code: number) => Buffer.from([fn | 0x80, code]);
  if (fn === 1 || fn === 2) {
    const bits = read(fn === 1 ? slave.coil : slave.discrete, start, word);
    if (!bits) return exception(2);
    const data = Buffer.alloc(Math.ceil(word / 8));
    for (const [i, bit] of bits.entries()) if (bit) data[i >> 3] = data[i >> 3]! | (1 << (i % 8));
    return Buffer.concat([Buffer.from([fn, data.length]), data]);
  }
  if (fn === 3 || fn === 4) {
    if (word > slave.most) return exception(3);
    const words = read(fn === 3 ? slave.holding : slave.input, start, word);
    if (!words) return exception(2);
    const data = Buffer.alloc(word * 2);
    for (const [i, value] of words.entries()) data.writeUInt16BE(value, i * 2);
    return Buffer.concat([Buffer.from([fn, data.length]), data]);
  }
  if (fn === 5 || fn === 6) {
    const map = fn === 5 ? slave.coil : slave.holding;
    if (!map.has(start)) return exception(2);
    map.set(start, fn === 5 ? Number(word === 0xff00) : word);
    return pdu;
  }
  if (fn === 15 || fn === 16) {
    const map = fn === 15 ? slave.coil : slave.holding;
    if (word > 0 && !read(map, start, word)) return exception(2);
    for (let i = 0; i < word; i++)
      map.set(start + i, fn === 15 ? (pdu[6 + (i >> 3)]! >> (i % 8)) & 1 : pdu.readUInt16BE(6 + i * 2));
    return pdu.subarray(0, 5);
  }
  return exception(1);
}

function read(map: ReadonlyMap<number, number>, start: number, count: number): number[] | undefined {
  const values = Array.from({ length: count }, (_, i) => map.get(start + i));
  return values.includes(undefined) ? undefined : (values as number[]);
}

/** The answer frame to an RTU request frame, if it is for this slave and whole. */
export function answerRtu(slave: Slave, frame: Uint8Array): Buffer | undefined {
  const bytes = Buffer.from(frame);
  if (bytes[0] !== slave.unit || slowCrc(bytes) !== 0) return undefined;
  const pdu = answer(slave, bytes.subarray(1, -2));
  return pdu && withCrc(Buffer.concat([Buffer.from([slave.unit]), pdu]));
}

/** The answer frame to one whole Modbus TCP request frame. */
export function answerTcp(slaves: readonly Slave[], frame: Uint8Array): Buffer | undefined {
  const bytes = Buffer.from(frame);
  const slave = slaves.find(({ unit }) => unit === bytes[6]);
  const pdu = slave ? answer(slave, bytes.subarray(7)) : Buffer.from([bytes[7]! | 0x80, 11]);
  if (!pdu) return undefined;
  const head = Buffer.from(bytes.subarray(0, 7));
  head.writeUInt16BE(pdu.length + 1, 4);
  return Buffer.concat([head, pdu]);
}

export function withCrc(bytes: Buffer): Buffer {
  const crc = slowCrc(bytes);
  return Buffer.concat([bytes, Buffer.from([crc & 0xff, crc >> 8])]);
}

function slowCrc(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return crc;
}
