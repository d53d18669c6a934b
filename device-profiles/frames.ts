import { type Cjt188Frame, cjt188FrameAt, cjt188Overhead, isCjt188Identifier } from "./cjt188.ts";
import { type Dlt645Frame, digitsFrom, dlt645FrameAt, dlt645Overhead, sumOf } from "./dlt645.ts";
import type { Profile } from "./schema.ts";

/** What captured frames hold: the data behind an identifier, or undefined when no answer among them has it. */
export type Frames = { readonly dataOf: (di: string) => Uint8Array | undefined };

/** A protocol whose values are asked for by data identifier. */
export type MeterProtocol = Extract<Profile["protocol"], "dlt645" | "cjt188">;

/**
 * Captured frames in hex, from 68 to 16, wake-up bytes and requests among them → what the answers hold. Pure.
 * Throws RangeError for damaged frames and for none at all, saying what to do.
 */
export function parseFrames(text: string, protocol: MeterProtocol): Frames {
  const digits = text.replace(/0x|[\s,:|-]/gi, "");
  if (!/^([0-9a-f]{2})+$/i.test(digits)) throw new RangeError("frames are pairs of hex digits, from 68 to 16");
  const bytes = Uint8Array.from(Buffer.from(digits, "hex"));
  const frames = protocol === "dlt645" ? split(bytes, dlt645FrameAt, dlt645Overhead, 9) : [];
  const others = protocol === "cjt188" ? split(bytes, cjt188FrameAt, cjt188Overhead, 10) : [];
  return { dataOf: (di) => (protocol === "dlt645" ? dlt645Data(frames, di) : cjt188Data(others, di)) };
}

function dlt645Data(frames: readonly Dlt645Frame[], di: string): Uint8Array | undefined {
  const size = di.length / 2;
  const controls = size === 4 ? [0x91, 0xb1] : [0x81, 0xa1];
  const own = frames.filter(({ data }) => data.length >= size && digitsFrom(data, 0, size) === di);
  const first = own.find(({ control }) => controls.includes(control));
  if (!first) return undefined;
  const rest = own.filter(({ control }) => control === 0x92 || control === 0xb2);
  return Uint8Array.from([...first.data.subarray(size), ...rest.flatMap(({ data }) => [...data.subarray(size, -1)])]);
}

function cjt188Data(frames: readonly Cjt188Frame[], di: string): Uint8Array | undefined {
  return frames.find(({ control, data }) => control === 0x81 && isCjt188Identifier(data, di))?.data.subarray(3);
}

function split<Frame extends { readonly end: number }>(
  bytes: Uint8Array,
  frameAt: (bytes: Uint8Array, at: number) => Frame | undefined,
  overhead: number,
  lengthAt: number,
): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] === 0xfe) {
      at++;
      continue;
    }
    const frame = frameAt(bytes, at);
    if (!frame) throw new RangeError(faultAt(bytes, at, overhead, lengthAt));
    frames.push(frame);
    at = frame.end;
  }
  return frames;
}

function faultAt(bytes: Uint8Array, at: number, overhead: number, lengthAt: number): string {
  const where = `byte ${at + 1}`;
  if (bytes[at] !== 0x68) return `${where} is ${hex(bytes[at]!)}, a frame begins with 68; copy whole frames`;
  const length = bytes[at + lengthAt];
  const end = at + overhead + (length ?? 0);
  if (length === undefined || end > bytes.length)
    return `the frame at ${where} is cut short; copy it up to the 16 at its end`;
  if (bytes[end - 1] !== 0x16) return `the frame at ${where} has ${hex(bytes[end - 1]!)} where its 16 should be`;
  return `the checksum of the frame at ${where} is ${hex(bytes[end - 2]!)}, its bytes need ${hex(sumOf(bytes, at, end - 2))}`;
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, "0");
}
