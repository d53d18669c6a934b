import { checksumOf, checksumSize } from "./checksum.ts";
import type { FrameAddress, FrameProfile } from "./schema.ts";

/** What frames of an instrument look like, ready for searching. */
export type Shape = {
  readonly start: Uint8Array;
  readonly end: Uint8Array;
  readonly fixed: readonly { readonly from: number; readonly bytes: Uint8Array }[];
  readonly length: FrameProfile["answer"]["length"];
  readonly checksum: FrameProfile["answer"]["checksum"];
  /** Bytes that a frame has at least and at most. */
  readonly least: number;
  readonly most: number;
};

/** What stands where a frame might start. cut: the bytes end before it does. damaged: all of it is there, its checksum is wrong. */
export type Look = { readonly end: number } | "cut" | "damaged" | "none";

export function shapeOf({ start, end = "", fixed, length, checksum }: FrameProfile["answer"]): Shape {
  const [first, last] = [hexBytes(start), hexBytes(end)];
  const behind = typeof length === "number" ? 0 : length.from + (length.type === "u8" ? 1 : 2);
  const around = Math.max(first.length, behind) + (checksum ? checksumSize(checksum.kind) : 0) + last.length;
  return {
    start: first,
    end: last,
    fixed: fixed.map(({ from, bytes }) => ({ from, bytes: hexBytes(bytes) })),
    length,
    checksum,
    least: typeof length === "number" ? length : around,
    most: typeof length === "number" ? length : length.max,
  };
}

/** Is there a whole, sound frame at this byte? Reads only what is there and never beyond `most`, whatever a length byte says. */
export function lookAt(bytes: Uint8Array, at: number, shape: Shape): Look {
  const { start, end, fixed, length, checksum, least, most } = shape;
  const here = bytes.length - at;
  for (let i = 0; i < start.length; i++) {
    if (i >= here) return "cut";
    if (bytes[at + i] !== start[i]) return "none";
  }
  let size = least;
  if (typeof length !== "number") {
    const told = decodeBytes(bytes, at, length);
    if (told === undefined) return "cut";
    size = told + length.plus;
    if (size < least || size > most) return "none";
  }
  if (size > here) return "cut";
  const stop = at + size;
  if (!holds(bytes, stop - end.length, end)) return "none";
  for (const { from, bytes: given } of fixed)
    if (from + given.length > size || !holds(bytes, at + from, given)) return "none";
  if (checksum) {
    const place = stop - end.length - checksumSize(checksum.kind);
    const to = checksum.to === undefined ? place : Math.min(at + checksum.to, place);
    const type = checksumSize(checksum.kind) === 1 ? "u8" : "u16";
    const given = decodeBytes(bytes, at, { from: place - at, type, order: checksum.order });
    if (given !== checksumOf(checksum.kind, bytes, at + checksum.from, to)) return "damaged";
  }
  return { end: stop };
}

function holds(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

/** `FF 01 86` → its bytes. */
export function hexBytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
}

const sizes: Readonly<Record<FrameAddress["type"], number>> = {
  ...{ u8: 1, i8: 1, bcd8: 1, u16: 2, i16: 2, bcd16: 2, u24: 3, i24: 3, u32: 4, i32: 4, f32: 4, bcd32: 4 },
};

/** How many bytes a value of this type takes. */
export function typeBytes(type: FrameAddress["type"]): number {
  return sizes[type];
}

/** The value in a frame. Pure. undefined: the frame ends before it. NaN: a bcd digit above 9. */
export function decodeFrameField(frame: Uint8Array, at: FrameAddress): number | undefined {
  return decodeBytes(frame, 0, at);
}

const four = new DataView(new ArrayBuffer(4));

function decodeBytes(bytes: Uint8Array, base: number, { from, type, order }: FrameAddress): number | undefined {
  const size = sizes[type];
  const first = base + from;
  if (first + size > bytes.length) return undefined;
  const byteAt = (i: number) => bytes[order === "big" ? first + i : first + size - 1 - i]!;
  let value = 0;
  if (type.startsWith("bcd")) {
    for (let i = 0; i < size; i++) {
      const byte = byteAt(i);
      if (byte >> 4 > 9 || (byte & 15) > 9) return Number.NaN;
      value = value * 100 + (byte >> 4) * 10 + (byte & 15);
    }
    return value;
  }
  for (let i = 0; i < size; i++) value = value * 256 + byteAt(i);
  if (type === "f32") {
    four.setUint32(0, value);
    return four.getFloat32(0);
  }
  return type.startsWith("i") && value >= 2 ** (8 * size - 1) ? value - 2 ** (8 * size) : value;
}

/**
 * Captured bytes in hex, a request among them → the first frame of this profile. Pure.
 * Throws RangeError when there is none, saying what to do.
 */
export function parseBinaryFrame(text: string, profile: Pick<FrameProfile, "answer">): { readonly frame: Uint8Array } {
  const digits = text.replace(/0x|[\s,:|-]/gi, "");
  if (!/^([0-9a-f]{2})+$/i.test(digits))
    throw new RangeError("a frame is pairs of hex digits, from its start bytes to its end");
  const bytes = hexBytes(digits);
  const shape = shapeOf(profile.answer);
  const seen = new Set<Look>();
  for (let at = 0; at < bytes.length; at++) {
    const look = lookAt(bytes, at, shape);
    if (typeof look === "object") return { frame: bytes.slice(at, look.end) };
    seen.add(look);
  }
  const start = `${profile.answer.start} at its start`;
  if (seen.has("damaged"))
    throw new RangeError(`the frame with ${start} fails its checksum; copy the whole frame, or check kind and from`);
  if (seen.has("cut")) throw new RangeError(`the frame with ${start} is cut short; copy it up to its end`);
  throw new RangeError(`no frame with ${start} and the right length and end is here; copy whole frames`);
}
