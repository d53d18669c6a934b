/**
 * Random and mutated frames against the codecs of DL/T 645 and CJ/T 188: nothing may be thrown but a meter's own refusal, nothing
 * may hang, and no value may come out that no whole, sound frame among the bytes holds. What is sound is judged here, apart from
 * the codecs. A failure prints its bytes and seed, and ends the run with 1.
 * usage: node bench/fuzz-meters.ts [--seconds 15] [--frames 10000000] [--seed n]     seconds and frames are for each codec
 */
import { parseArgs } from "node:util";
import { decodeField } from "@weir/device-profiles/field.ts";
import { parseFrames } from "@weir/device-profiles/frames.ts";
import * as cjt188 from "@weir/edge-agent/drivers/cjt188/codec.ts";
import * as dlt645 from "@weir/edge-agent/drivers/dlt645/codec.ts";
import { LinkError, type Reader } from "@weir/edge-agent/drivers/driver.ts";
import { createRandom } from "./random.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "15" },
    frames: { type: "string", default: "10000000" },
    seed: { type: "string", default: String(Date.now() % 2 ** 32) },
  },
});
const seed = Number(values.seed);
const most = Number(values.frames);
const budgetMs = Number(values.seconds) * 1000;

type Found = { readonly data: Uint8Array };
type Codec = {
  readonly name: string;
  readonly reader: Reader<Found>;
  /** Whole frames: the right answer, a refusal, another meter's, a request. */
  readonly seeds: readonly Uint8Array[];
  /** Judged anew: do these bytes, a frame from 68 to 16, hold this data as the answer that was asked for? */
  readonly holds: (frame: Uint8Array, data: Uint8Array) => boolean;
  /** Bytes between 68 and 16 besides the data. */
  readonly overhead: number;
  readonly protocol: "dlt645" | "cjt188";
};

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

const codecs: readonly Codec[] = [
  {
    name: "DL/T 645",
    protocol: "dlt645",
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

const telling = [0x68, 0x16, 0xfe, 0xff, 0x00, 0x33, 0x91, 0xb1, 0xd1, 0x81, 0xc1];
const format = "XXXXXX.XX";

function fuzz({ name, reader, seeds, holds, overhead, protocol }: Codec) {
  const random = createRandom(seed);
  const below = (count: number) => Math.floor(random() * count);
  const byte = () => (random() < 0.3 ? telling[below(telling.length)]! : below(256));
  const counts = { frames: 0, values: 0, refusals: 0, nothing: 0 };

  function mutated(): Uint8Array {
    const bytes = [...seeds[below(seeds.length)]!];
    if (random() < 0.3) bytes.push(...seeds[below(seeds.length)]!);
    for (let changes = below(4); changes > 0; changes--) {
      const at = below(bytes.length + 1);
      const what = below(4);
      if (what === 0) bytes[Math.min(at, bytes.length - 1)] = byte();
      else if (what === 1) bytes.splice(at, 1 + below(4));
      else if (what === 2) bytes.splice(at, 0, ...Array.from({ length: 1 + below(6) }, byte));
      else bytes.length = Math.max(1, at);
    }
    if (random() < 0.2) reseal(bytes);
    return Uint8Array.from(bytes);
  }

  /** Gives a mutated frame a checksum that fits, so that what lies behind the checksum is tried too. */
  function reseal(bytes: number[]): void {
    if (bytes.length < overhead) return;
    if (random() < 0.7) bytes[overhead - 3] = bytes.length - overhead;
    bytes[bytes.length - 1] = 0x16;
    bytes[bytes.length - 2] = bytes.slice(0, -2).reduce((sum, each) => (sum + each) % 256, 0);
  }

  function fail(bytes: Uint8Array, why: string): never {
    console.error(`${name}, seed ${seed}, frame ${counts.frames}: ${why}\n${Buffer.from(bytes).toString("hex")}`);
    process.exit(1);
  }

  const startedAt = performance.now();
  const until = startedAt + budgetMs;
  while (counts.frames < most && (counts.frames % 4096 !== 0 || performance.now() < until)) {
    const bytes = random() < 0.25 ? Uint8Array.from({ length: below(80) }, byte) : mutated();
    counts.frames++;
    try {
      const found = reader.find(bytes);
      if (!found) {
        counts.nothing++;
        if (!(reader.fault(bytes) instanceof LinkError)) fail(bytes, "no LinkError says what is wrong");
        reader.spoilt?.(bytes);
      } else {
        counts.values++;
        const frame = bytes.subarray(found.end - overhead - bytesOf(found.value.data, protocol), found.end);
        if (!holds(frame, found.value.data)) fail(bytes, "a value that no sound frame holds");
        const value = decodeField(found.value.data, { from: 0, format });
        if (value !== undefined && found.value.data.length < 4) fail(bytes, "a value of bytes that are not there");
      }
    } catch (error) {
      if (!(error instanceof LinkError && error.code.startsWith("exception-"))) fail(bytes, `throws ${error}`);
      counts.refusals++;
    }
    if (counts.frames % 64 === 0) captured(bytes);
  }

  function captured(bytes: Uint8Array): void {
    try {
      parseFrames(Buffer.from(bytes).toString("hex"), protocol).dataOf(protocol === "dlt645" ? "00010000" : "901F");
    } catch (error) {
      if (!(error instanceof RangeError)) fail(bytes, `as an example it throws ${error}`);
    }
  }

  const seconds = (performance.now() - startedAt) / 1000;
  return { name, ...counts, "frames/s": Math.round(counts.frames / seconds), s: Number(seconds.toFixed(1)) };
}

/** Data of the whole frame: identifier and, for CJ/T 188, serial number stand before what the reader gives. */
function bytesOf(data: Uint8Array, protocol: Codec["protocol"]): number {
  return data.length + (protocol === "dlt645" ? 4 : 3);
}

/** The worst that a line can do to a search: as many starts as an inbox holds, byte by byte. */
function flood({ name, reader }: Codec) {
  const bytes = new Uint8Array(16_384).fill(0x68);
  const startedAt = performance.now();
  for (let length = 1; length <= bytes.length; length += 16) reader.find(bytes.subarray(0, length));
  const looks = performance.now() - startedAt;
  reader.fault(bytes);
  return {
    name,
    "1024 looks, ms": Math.round(looks),
    "diagnosis, ms": Math.round(performance.now() - startedAt - looks),
  };
}

console.log(`seed ${seed}`);
console.table(codecs.map(fuzz));
console.log("16 KiB of 68, the start of every frame");
console.table(codecs.map(flood));
