/**
 * Random and mutated bytes against the codecs of SDI-12 and of framed binary instruments: nothing may be thrown but a wrong check,
 * nothing may hang, and no value may come out that no whole, sound answer among the bytes holds. What is sound is judged here,
 * apart from the codecs. A failure prints its bytes and seed, and ends the run with 1.
 * usage: node bench/fuzz-instruments.ts [--seconds 15] [--frames 10000000] [--seed n]     seconds and frames are for each codec
 */
import { shapeOf } from "@weir/device-profiles/binary-frame.ts";
import type { FrameProfile } from "@weir/device-profiles/schema.ts";
import { parseDialogue } from "@weir/device-profiles/sdi12.ts";
import { frameReader } from "@weir/edge-agent/drivers/frame/codec.ts";
import { identityReader, promiseReader, valuesReader } from "@weir/edge-agent/drivers/sdi12/codec.ts";
import { readBudget } from "./fuzz-budget.ts";
import { type Codec, fuzzAll } from "./fuzz-codec.ts";
import { sdi12Check } from "./sdi12-check.ts";

const text = (line: string) => Uint8Array.from(Buffer.from(line, "latin1"));
const hex = (pairs: string) => Uint8Array.from(Buffer.from(pairs.replaceAll(" ", ""), "hex"));
const equal = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  a.length === b.length && Array.from(a).every((byte, i) => byte === b[i]);

/** The last line of these bytes without its end, without what an adapter or a break may leave before it. */
function lastLine(bytes: Uint8Array, command: string): string {
  const lines = Buffer.from(bytes).toString("latin1").split("\n");
  const line = lines.at(-2)!.replace(/\r$/, "");
  const echo = line.indexOf(command);
  let from = echo < 0 ? 0 : echo + command.length;
  while (from < line.length && (line.charCodeAt(from) < 33 || line.charCodeAt(from) > 126)) from++;
  return line.slice(from);
}

/** Values of an answer, character by character; undefined where it is none. */
function valuesOf(line: string): readonly number[] | undefined {
  const found: string[] = [];
  for (const character of line) {
    if (character === "+" || character === "-") found.push(character);
    else if (found.length === 0 || !"0123456789.".includes(character)) return undefined;
    else found[found.length - 1] += character;
  }
  const sound = found.every((each) => /\d/.test(each) && each.split(".").length <= 2 && each.length <= 11);
  return sound ? found.map(Number) : undefined;
}

const isAnswer = (crc: boolean) => (bytes: Uint8Array, found: unknown) => {
  const line = lastLine(bytes, "0D0!");
  if (line === "0") return equal(found as number[], []);
  const body = crc ? line.slice(0, -3) : line;
  if (body[0] !== "0" || (crc && sdi12Check(body) !== line.slice(-3))) return false;
  const expected = valuesOf(body.slice(1));
  return expected !== undefined && equal(expected, found as number[]);
};

const sdiSeeds = [
  "0+3.14OqZ",
  "0+3.14+2.718+1.414Ipz",
  "0+3.14-2.718",
  "0",
  "000103",
  "00053",
  "013ACMEINC SNS1001.0",
  "0D0!0-1",
  "1+7",
].map((line) => text(`${line}\r\n`));
/** What all codecs of SDI-12 are fed and may say. */
const sdi = {
  seeds: sdiSeeds,
  telling: [...text("0123456789+-.!?ADIMC\r\n\0\r\n00++")],
  refusals: /^crc$/,
  flood: [10],
  asExample: (bytes: Uint8Array) => void parseDialogue(`0C! 000103 0D0! ${Buffer.from(bytes).toString("latin1")}`),
};

/** A frame's parts, as its codec is told and as it is judged here. */
function framed(
  name: string,
  answer: Pick<FrameProfile["answer"], "start" | "length"> & Partial<FrameProfile["answer"]>,
  seeds: readonly string[],
  sound: (frame: Uint8Array) => boolean,
  reseal: (frame: number[]) => void,
): Codec {
  const request = hex(seeds.at(-1)!);
  const whole = { fixed: [], checksum: undefined, end: undefined, ...answer };
  return {
    name,
    reader: frameReader({ shape: shapeOf(whole), request, model: name }),
    seeds: seeds.map(hex),
    refusals: /^crc$/,
    flood: [...hex(`${answer.start} ${answer.start}`).subarray(0, 2)],
    telling: [...hex(seeds.join("").replaceAll(" ", "")).subarray(0, 6), 0, 255, 1],
    holds: (bytes, found) => {
      const frame = found as Uint8Array;
      return equal(bytes.subarray(-frame.length), frame) && sound(frame) && !equal(frame, request);
    },
    reseal,
  };
}

const sum = (bytes: ArrayLike<number>, from: number, to: number) =>
  Array.from(bytes)
    .slice(from, to)
    .reduce((total, byte) => total + byte, 0);

const codecs: readonly Codec[] = [
  {
    name: "SDI-12 values, checked",
    reader: valuesReader("0", "D0", true),
    ...{ ...sdi, holds: isAnswer(true) },
    reseal: (bytes) => {
      const body = Buffer.from(bytes.filter((byte) => byte !== 10 && byte !== 13)).toString("latin1");
      bytes.splice(0, bytes.length, ...text(`${body}${sdi12Check(body)}\r\n`));
    },
  },
  {
    name: "SDI-12 values",
    reader: valuesReader("0", "D0", false),
    ...{ ...sdi, holds: isAnswer(false) },
  },
  {
    name: "SDI-12 promises",
    reader: promiseReader("0", "M"),
    ...sdi,
    holds: (bytes, found) => {
      const line = lastLine(bytes, "0M!");
      const { seconds, values } = found as { seconds: number; values: number };
      return line === `0${String(seconds).padStart(3, "0")}${values}`;
    },
  },
  {
    name: "SDI-12 identities",
    reader: identityReader("0"),
    ...sdi,
    holds: (bytes) => {
      const line = lastLine(bytes, "0I!");
      return line.startsWith("0") && line.length >= 20 && line.length <= 33;
    },
  },
  framed(
    "frame of 4 bytes, sum",
    { start: "FF", length: 4, checksum: { kind: "sum8", from: 0, order: "big" } },
    ["FF 07 A1 A7", "FF 01 18 18", "FF 07 A1 A8", "55 AA"],
    (frame) => frame.length === 4 && frame[0] === 0xff && sum(frame, 0, 3) % 256 === frame[3],
    (bytes) => {
      if (bytes.length >= 4) bytes[3] = sum(bytes, 0, 3) % 256;
    },
  ),
  framed(
    "frame with end and fixed bytes",
    {
      start: "AA C0",
      length: 10,
      checksum: { kind: "sum8", from: 2, order: "big" },
      end: "AB",
      fixed: [{ from: 6, bytes: "A1" }],
    },
    ["AA C0 D4 04 3A 0A A1 60 1D AB", "AA C0 00 00 AA C0 A1 AB AB AB", "AA B4 04 00 AB"],
    (frame) =>
      equal(frame.subarray(0, 2), hex("AA C0")) &&
      frame.length === 10 &&
      frame[6] === 0xa1 &&
      frame[9] === 0xab &&
      sum(frame, 2, 8) % 256 === frame[8],
    (bytes) => {
      if (bytes.length >= 10) bytes[8] = sum(bytes, 2, 8) % 256;
    },
  ),
  framed(
    "frame that tells its length",
    {
      start: "42 4D",
      length: { from: 2, type: "u16", order: "big", plus: 4, max: 40 },
      checksum: { kind: "sum16", from: 0, order: "big" },
    },
    ["42 4D 00 04 E1 00 01 74", "42 4D 00 20 42 4D 00 04 E1 00 01 74", "42 4D 00 02 00 91", "42 4D E2 00 00 01 71"],
    (frame) =>
      frame.length === 4 + 256 * frame[2]! + frame[3]! &&
      frame.length <= 40 &&
      equal(frame.subarray(0, 2), hex("42 4D")) &&
      sum(frame, 0, frame.length - 2) === 256 * frame.at(-2)! + frame.at(-1)!,
    (bytes) => {
      if (bytes.length < 6) return;
      [bytes[2], bytes[3]] = [0, bytes.length - 4];
      const total = sum(bytes, 0, bytes.length - 2);
      bytes.splice(-2, 2, Math.floor(total / 256) % 256, total % 256);
    },
  ),
];

fuzzAll(codecs, readBudget());
