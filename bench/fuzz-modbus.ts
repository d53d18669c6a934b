/**
 * Random and mutated frames against the Modbus readers, RTU and TCP, of registers, of bits and of a write's echo: nothing may be
 * thrown but a device's refusal or a LinkError for a stream that is no Modbus any more, nothing may hang, and no data may come out
 * that no whole, sound reply among the bytes holds. What is sound is judged here, apart from the codecs. A failure prints its bytes and seed.
 * usage: node bench/fuzz-modbus.ts [--seconds 15] [--frames 10000000] [--seed n]     seconds and frames are for each codec
 */
import { frameTcp, tcpReader } from "@weir/edge-agent/drivers/modbus/mbap.ts";
import { encodeRequest, type Request } from "@weir/edge-agent/drivers/modbus/pdu.ts";
import { frameRtu, rtuReader } from "@weir/edge-agent/drivers/modbus/rtu.ts";
import { readBudget } from "./fuzz-budget.ts";
import { type Codec, fuzzAll } from "./fuzz-codec.ts";

const unit = 17;
const transaction = 0x1234;

/** Bit by bit, as the polynomial is written (Modbus over serial line V1.02, 6.2.2). */
function crcOf(bytes: readonly number[] | Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}

type Question = {
  readonly name: string;
  readonly request: Request;
  /** The reply PDU up to its data, and how many bytes of data follow; a write's echo is data whole. */
  readonly head: readonly number[];
  readonly size: number;
  /** The data that must come out, where the question fixes it. */
  readonly echo?: readonly number[];
};

const questions: readonly Question[] = [
  {
    name: "registers",
    request: { kind: "read", table: "holding", start: 0x0010, count: 4 },
    head: [3, 8],
    size: 8,
  },
  { name: "bits", request: { kind: "read", table: "coil", start: 3, count: 11 }, head: [1, 2], size: 2 },
  {
    name: "a write",
    request: { kind: "write-many", table: "holding", start: 0x0101, values: [1, 2] },
    head: [16],
    size: 4,
    echo: [1, 1, 0, 2],
  },
];

const equal = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  a.length === b.length && Array.from(a).every((each, i) => each === b[i]);

function replyOf({ head, size, echo }: Question): Uint8Array {
  return Uint8Array.of(...head, ...(echo ?? Array.from({ length: size }, (_, i) => 0x11 * (i + 1))));
}

/** Its own data, from its head to its end; undefined where these bytes are no reply to the question. */
function dataOf({ head, size, echo }: Question, pdu: Uint8Array): Uint8Array | undefined {
  if (pdu.length !== head.length + size || !equal(pdu.subarray(0, head.length), head)) return undefined;
  const data = pdu.subarray(head.length);
  return echo && !equal(data, echo) ? undefined : data;
}

const rtu = (question: Question): Codec => {
  const { request, head, size } = question;
  const length = 1 + head.length + size + 2;
  const other: Request = { kind: "read", table: "input", start: 0, count: 1 };
  return {
    name: `RTU, ${question.name}`,
    reader: rtuReader(unit, request),
    seeds: [
      frameRtu(unit, replyOf(question)),
      frameRtu(unit, Uint8Array.of(head[0]! | 0x80, 2)),
      frameRtu(unit + 1, replyOf(question)),
      frameRtu(unit, Uint8Array.of(4, 2, 0, 7)),
      frameRtu(unit, encodeRequest(request)),
      frameRtu(unit, encodeRequest(other)),
    ],
    telling: [unit, head[0]!, head[0]! | 0x80, size, 0, 1, 0xff],
    holds: (bytes, found) => {
      const frame = bytes.subarray(bytes.length - length);
      const crc = frame.at(-2)! | (frame.at(-1)! << 8);
      const data = dataOf(question, frame.subarray(1, -2));
      return frame[0] === unit && crcOf(frame.subarray(0, -2)) === crc && !!data && equal(data, found as Uint8Array);
    },
    reseal: (bytes) => {
      if (bytes.length < 3) return;
      const crc = crcOf(bytes.slice(0, -2));
      bytes.splice(-2, 2, crc & 0xff, crc >> 8);
    },
    refusals: /^exception-\d+$/,
    flood: [unit, ...head],
  };
};

const tcp = (question: Question): Codec => {
  const { request, head, size } = question;
  const length = 7 + head.length + size;
  return {
    name: `TCP, ${question.name}`,
    reader: tcpReader(transaction, unit, request),
    seeds: [
      frameTcp(transaction, unit, replyOf(question)),
      frameTcp(transaction, unit, Uint8Array.of(head[0]! | 0x80, 2)),
      frameTcp(transaction - 1, unit, replyOf(question)),
      frameTcp(transaction, unit + 1, replyOf(question)),
      frameTcp(transaction, unit, encodeRequest(request)),
    ],
    telling: [0x12, 0x34, 0, unit, head[0]!, head[0]! | 0x80, size, 0xff],
    holds: (bytes, found) => {
      const frame = bytes.subarray(bytes.length - length);
      const data = dataOf(question, frame.subarray(7));
      return (
        equal(frame.subarray(0, 7), [0x12, 0x34, 0, 0, 0, length - 6, unit]) &&
        !!data &&
        equal(data, found as Uint8Array)
      );
    },
    reseal: (bytes) => {
      if (bytes.length < 8) return;
      bytes.splice(2, 4, 0, 0, (bytes.length - 6) >> 8, (bytes.length - 6) & 0xff);
    },
    refusals: /^(exception-\d+|frame|mismatch)$/,
    flood: [0, 1, 0, 0, 0, 2, unit, 3],
  };
};

fuzzAll([...questions.map(rtu), ...questions.map(tcp)], readBudget());
