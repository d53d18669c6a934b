/**
 * Random and mutated frames against the codecs of DL/T 645 and CJ/T 188: nothing may be thrown but a meter's own refusal, nothing
 * may hang, and no value may come out that no whole, sound frame among the bytes holds. What is sound is judged here, apart from
 * the codecs. A failure prints its bytes and seed, and ends the run with 1.
 * usage: node bench/fuzz-meters.ts [--seconds 15] [--frames 10000000] [--seed n]     seconds and frames are for each codec
 */
import { decodeField } from "@weir/device-profiles/field.ts";
import { parseFrames } from "@weir/device-profiles/frames.ts";
import * as cjt188 from "@weir/edge-agent/drivers/cjt188/codec.ts";
import * as dlt645 from "@weir/edge-agent/drivers/dlt645/codec.ts";
import type { Reader } from "@weir/edge-agent/drivers/driver.ts";
import { readBudget } from "./fuzz-budget.ts";
import { type Codec, fuzzAll } from "./fuzz-codec.ts";

const sound = (frame: Uint8Array, lengthAt: number, overhead: number) =>
  frame.length === frame[lengthAt]! + overhead &&
  frame.at(-1) === 0x16 &&
  frame.subarray(0, -2).reduce((sum, byte) => (sum + byte) % 256, 0) === frame.at(-2);
const starts = (bytes: Uint8Array, head: readonly number[]) => head.every((byte, i) => bytes[i] === byte);
const equal = (a: Uint8Array, b: Uint8Array) => a.length === b.length && a.every((byte, i) => byte === b[i]);

const electricity = "123456789012";
const question = { kind: "read", di: "00010000" } as const;
const water = { type: "10", address: "78330011223344" };
const waterQuestion = { kind: "read", di: "901F", lowFirst: true, serial: 7 } as const;
const content = Uint8Array.of(0x90, 0x1f, 7, 0, 0x23, 1, 0, 0x2c, 0, 0, 0, 0, 0x2c, 0, 0, 0, 0, 0, 0, 0, 0, 0);

const meters: readonly Meter[] = [
  {
    name: "DL/T 645",
    protocol: "dlt645",
    di: "00010000",
    before: 4,
    reader: dlt645.answerReader(electricity, question),
    overhead: 12,
    seeds: [
      dlt645.encodeFrame(electricity, 0x91, Uint8Array.of(0, 0, 1, 0, 0x56, 0x34, 0x12, 0)),
      dlt645.encodeFrame(electricity, 0xb1, Uint8Array.of(0, 0, 1, 0, 0x68, 0x16, 0x68)),
      dlt645.encodeFrame(electricity, 0xd1, Uint8Array.of(2)),
      dlt645.encodeFrame("000000000001", 0x91, Uint8Array.of(0, 0, 1, 0, 0x26, 0x80, 0x22, 0x11)),
      dlt645.encodeQuestion(electricity, question),
    ],
    holds: (frame, data) =>
      sound(frame, 9, 12) &&
      starts(frame, [0x68, 0x12, 0x90, 0x78, 0x56, 0x34, 0x12, 0x68]) &&
      (frame[8] === 0x91 || frame[8] === 0xb1) &&
      starts(frame.subarray(10), [0x33, 0x33, 0x34, 0x33]) &&
      equal(
        frame.subarray(14, -2).map((byte) => byte - 0x33),
        data,
      ),
  },
  {
    name: "CJ/T 188",
    protocol: "cjt188",
    di: "901F",
    before: 3,
    reader: cjt188.answerReader(water, waterQuestion),
    overhead: 13,
    seeds: [
      cjt188.encodeFrame(water, 0x81, content),
      cjt188.encodeFrame(water, 0x81, Uint8Array.of(0x1f, 0x90, 7, 0x68, 0x16, 0x68)),
      cjt188.encodeFrame(water, 0xc1, Uint8Array.of(7, 0, 0)),
      cjt188.encodeFrame({ ...water, address: "00000805000001" }, 0x81, content),
      cjt188.encodeQuestion(water, waterQuestion),
    ],
    holds: (frame, data) =>
      sound(frame, 10, 13) &&
      frame[0] === 0x68 &&
      starts(frame.subarray(2), [0x44, 0x33, 0x22, 0x11, 0x00, 0x33, 0x78, 0x81]) &&
      (starts(frame.subarray(11), [0x90, 0x1f]) || starts(frame.subarray(11), [0x1f, 0x90])) &&
      equal(frame.subarray(14, -2), data),
  },
];

type Meter = {
  readonly name: string;
  readonly protocol: "dlt645" | "cjt188";
  readonly di: string;
  readonly reader: Reader<{ readonly data: Uint8Array }>;
  /** Whole frames: the right answer, a refusal, another meter's, a request. */
  readonly seeds: readonly Uint8Array[];
  /** Judged anew: do these bytes, a frame from 68 to 16, hold this data as the answer that was asked for? */
  readonly holds: (frame: Uint8Array, data: Uint8Array) => boolean;
  /** Bytes between 68 and 16 besides the data. */
  readonly overhead: number;
  /** What stands in the data of a frame before that of an answer: the identifier and, for CJ/T 188, the serial number. */
  readonly before: number;
};

function codecOf({ name, protocol, di, reader, seeds, holds, overhead, before }: Meter): Codec {
  return {
    ...{ name, reader, seeds, telling: [0x68, 0x16, 0xfe, 0xff, 0x00, 0x33, 0x91, 0xb1, 0xd1, 0x81, 0xc1] },
    holds: (bytes, found) => {
      const { data } = found as { readonly data: Uint8Array };
      const isThere = data.length >= 4 || decodeField(data, { from: 0, format: "XXXXXX.XX" }) === undefined;
      return isThere && holds(bytes.subarray(bytes.length - overhead - before - data.length), data);
    },
    reseal: (bytes, random) => {
      if (bytes.length < overhead) return;
      if (random() < 0.7) bytes[overhead - 3] = bytes.length - overhead;
      bytes[bytes.length - 1] = 0x16;
      bytes[bytes.length - 2] = bytes.slice(0, -2).reduce((sum, each) => (sum + each) % 256, 0);
    },
    asExample: (bytes) => void parseFrames(Buffer.from(bytes).toString("hex"), protocol).dataOf(di),
    refusals: /^exception-/,
    flood: [0x68],
  };
}

fuzzAll(meters.map(codecOf), readBudget());
