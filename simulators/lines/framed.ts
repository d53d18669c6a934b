import { metricOf } from "@weir/device-profiles/metric.ts";
import type { FramePoint, FrameProfile } from "@weir/device-profiles/schema.ts";
import type { Speaker } from "./line-bus.ts";
import type { SpeakerOptions } from "./speakers.ts";

/** Instruments that speak by themselves do so once a second. */
const periodMs = 1000;

/** An instrument with binary frames of its own: answers its request, or speaks by itself where its profile has none. */
export function framedSpeaker({ name, profile, show }: SpeakerOptions): Speaker | undefined {
  if (profile.protocol !== "frame") return undefined;
  const say = () => frameOf(profile, show);
  if (profile.request === undefined) return { name, speak: { everyMs: periodMs, say } };
  const request = pairs(profile.request);
  return {
    name,
    hear: (heard) => {
      const whole = request.every((byte, i) => i >= heard.length || heard[i] === byte);
      if (!whole) return { consumed: 1 };
      return heard.length < request.length ? "more" : { consumed: request.length, reply: say() };
    },
  };
}

/** A whole frame with the values of now; bytes that nothing names are 0. */
export function frameOf({ answer, points }: FrameProfile, show: (metric: string) => number): Uint8Array {
  const { start, end = "", length, fixed, checksum } = answer;
  const tail = pairs(end);
  const sumBytes = checksum ? (wide.test(checksum.kind) ? 2 : 1) : 0;
  const content = Math.max(...points.map(({ at }) => at.from + bytesOf(at.type)));
  const size = typeof length === "number" ? length : content + sumBytes + tail.length;
  const frame = new Uint8Array(size);
  frame.set(pairs(start));
  for (const { from, bytes } of fixed) frame.set(pairs(bytes), from);
  if (typeof length !== "number") put(frame, length, size - length.plus);
  for (const point of points) put(frame, point.at, rawOf(point, show(metricOf(point))));
  frame.set(tail, size - tail.length);
  if (checksum) {
    const place = size - tail.length - sumBytes;
    const counted = frame.subarray(checksum.from, checksum.to ?? place);
    put(
      frame,
      { from: place, type: sumBytes === 2 ? "u16" : "u8", order: checksum.order },
      sums[checksum.kind](counted),
    );
  }
  return frame;
}

const wide = /16/;

type Kind = NonNullable<FrameProfile["answer"]["checksum"]>["kind"];
const total = (bytes: Uint8Array) => bytes.reduce((sum, byte) => sum + byte, 0);
const sums: Readonly<Record<Kind, (bytes: Uint8Array) => number>> = {
  sum8: (bytes) => total(bytes) % 256,
  sum16: (bytes) => total(bytes) % 65_536,
  minus8: (bytes) => (256 - (total(bytes) % 256)) % 256,
  not8: (bytes) => 255 - (total(bytes) % 256),
  xor8: (bytes) => bytes.reduce((sum, byte) => sum ^ byte, 0),
  crc8: (bytes) => divide(bytes, { width: 8, poly: 0x07, start: 0, mirrored: false }),
  "crc8-maxim": (bytes) => divide(bytes, { width: 8, poly: 0x31, start: 0, mirrored: true }),
  "crc16-modbus": (bytes) => divide(bytes, { width: 16, poly: 0x8005, start: 0xffff, mirrored: true }),
  "crc16-ccitt": (bytes) => divide(bytes, { width: 16, poly: 0x1021, start: 0xffff, mirrored: false }),
  "crc16-xmodem": (bytes) => divide(bytes, { width: 16, poly: 0x1021, start: 0, mirrored: false }),
};

type Division = { readonly width: number; readonly poly: number; readonly start: number; readonly mirrored: boolean };

/** Polynomial division bit by bit, high first; mirrored: each byte and the rest turned round. */
function divide(bytes: Uint8Array, { width, poly, start, mirrored }: Division): number {
  let rest = start;
  for (const byte of bytes)
    for (let i = 0; i < 8; i++) {
      const bit = (byte >> (mirrored ? i : 7 - i)) & 1;
      const out = (rest >> (width - 1)) & 1;
      rest = ((rest << 1) & (2 ** width - 1)) ^ (out === bit ? 0 : poly);
    }
  return mirrored ? Number.parseInt(rest.toString(2).padStart(width, "0").split("").reverse().join(""), 2) : rest;
}

function pairs(text: string): readonly number[] {
  return text === "" ? [] : text.split(" ").map((pair) => Number.parseInt(pair, 16));
}

function bytesOf(type: FramePoint["at"]["type"]): number {
  return Number(/\d+/.exec(type)) / 8;
}

/** The raw number that stands for a value: within the type's range, a named state, its bits where they belong. */
function rawOf(point: FramePoint, value: number): number {
  const named = Object.entries(point.states ?? {}).find(([, state]) => state.value === value);
  const raw = named ? Number(named[0]) : (value - point.offset) / point.scale;
  if (point.at.type === "f32") return raw;
  const lowest = point.bit ?? (point.mask === undefined ? 0 : Math.log2(point.mask & -point.mask));
  const bits = 8 * bytesOf(point.at.type);
  const signed = point.at.type.startsWith("i");
  const most = point.at.type.startsWith("bcd") ? 10 ** (bits / 4) - 1 : 2 ** (signed ? bits - 1 : bits) - 1;
  return Math.min(most, Math.max(signed ? -most - 1 : 0, Math.round(raw) * 2 ** lowest));
}

/** Puts a raw number, or bits of it, where it belongs. */
function put(frame: Uint8Array, { from, type, order }: FramePoint["at"], raw: number): void {
  const size = bytesOf(type);
  const bytes = Array.from({ length: size }, (_, i) => byteOf(type, raw, i));
  (order === "little" ? bytes.toReversed() : bytes).forEach((byte, i) => {
    frame[from + i] = frame[from + i]! | byte;
  });
}

/** Byte i of a raw number, high byte first. */
function byteOf(type: FramePoint["at"]["type"], raw: number, i: number): number {
  const size = bytesOf(type);
  if (type === "f32") return Buffer.from(new Float32Array([raw]).buffer).reverse()[i]!;
  if (type.startsWith("bcd"))
    return Number.parseInt(
      String(raw)
        .padStart(2 * size, "0")
        .slice(2 * i, 2 * i + 2),
      16,
    );
  const whole = raw < 0 ? raw + 256 ** size : raw;
  return Math.floor(whole / 256 ** (size - 1 - i)) % 256;
}
