/** Reads protobuf wire format (protobuf.dev/programming-guides/encoding). Every read stops at `end` and throws Malformed beyond it. */
export type Reader = { readonly bytes: Uint8Array; readonly view: DataView; pos: number; end: number; depth: number };

/** What is wrong with the bytes, and where. Never leaves decode.ts. */
export class Malformed extends Error {
  readonly offset: number;
  constructor(offset: number, reason: string) {
    super(reason);
    this.offset = offset;
  }
}

export function newReader(bytes: Uint8Array): Reader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytes, view, pos: 0, end: bytes.length, depth: 0 };
}

/** A varint as a number: exact up to 2^53, nearest double above. */
export function readVarint(r: Reader): number {
  const { bytes, end } = r;
  const start = r.pos;
  if (start < end && bytes[start]! < 0x80) {
    r.pos = start + 1;
    return bytes[start]!;
  }
  let pos = start;
  let scale = 1;
  let value = 0;
  for (;;) {
    if (pos >= end) throw new Malformed(start, "number is cut short");
    const byte = bytes[pos++]!;
    if (pos - start === 10 && byte > 1) throw new Malformed(start, "number is longer than 64 bits");
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) break;
    scale *= 128;
  }
  r.pos = pos;
  return value;
}

/** A varint as an unsigned 64-bit integer, exact. */
export function readUint64(r: Reader): bigint {
  const start = r.pos;
  const near = readVarint(r);
  if (near <= Number.MAX_SAFE_INTEGER) return BigInt(near);
  let value = 0n;
  for (let i = r.pos - 1; i >= start; i--) value = (value << 7n) | BigInt(r.bytes[i]! & 0x7f);
  return value;
}

/** A varint cut to its low 32 bits, as protobuf does. */
export function readUint32(r: Reader): number {
  const start = r.pos;
  const near = readVarint(r);
  if (near <= 0xffffffff) return near;
  r.pos = start;
  return Number(BigInt.asUintN(32, readUint64(r)));
}

export function readFloat(r: Reader): number {
  return r.view.getFloat32(advance(r, 4), true);
}

export function readDouble(r: Reader): number {
  return r.view.getFloat64(advance(r, 8), true);
}

/** A copy: what is decoded does not keep the message in memory. */
export function readBytes(r: Reader): Uint8Array {
  const length = readLength(r);
  const start = advance(r, length);
  return r.bytes.slice(start, start + length);
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Recently read short strings by hash: metric names come again with every message, and one copy of each is enough. */
const seen: (string | undefined)[] = new Array(2048).fill(undefined);
const longestCached = 40;

export function readString(r: Reader): string {
  const length = readLength(r);
  const start = advance(r, length);
  const { bytes } = r;
  if (length > longestCached) return decodeUtf8(bytes, start, length);
  let hash = length;
  for (let i = start; i < start + length; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
  const slot = (hash ^ (hash >>> 11)) & 2047;
  const known = seen[slot];
  if (known !== undefined && known.length === length && equalsAscii(known, bytes, start)) return known;
  const text = decodeUtf8(bytes, start, length);
  seen[slot] = text;
  return text;
}

function equalsAscii(text: string, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < text.length; i++) {
    const byte = bytes[start + i]!;
    if (byte >= 0x80 || text.charCodeAt(i) !== byte) return false;
  }
  return true;
}

function decodeUtf8(bytes: Uint8Array, start: number, length: number): string {
  try {
    return utf8.decode(bytes.subarray(start, start + length));
  } catch {
    throw new Malformed(start, "text is not UTF-8");
  }
}

/** Enters a length-delimited message: returns the end to give back to `leave`. */
export function enter(r: Reader, deepest: number): number {
  const length = readLength(r);
  if (++r.depth > deepest) throw new Malformed(r.pos, `messages are nested deeper than ${deepest}`);
  const outerEnd = r.end;
  if (length > outerEnd - r.pos) throw tooShort(r, length);
  r.end = r.pos + length;
  return outerEnd;
}

export function leave(r: Reader, outerEnd: number): void {
  r.end = outerEnd;
  r.depth--;
}

/** Passes over the field whose tag was just read. */
export function skip(r: Reader, tag: number): void {
  switch (tag & 7) {
    case 0:
      readVarint(r);
      return;
    case 1:
      advance(r, 8);
      return;
    case 2:
      advance(r, readLength(r));
      return;
    case 3:
      skipGroup(r, tag);
      return;
    case 5:
      advance(r, 4);
      return;
    default:
      throw new Malformed(r.pos, `wire type ${tag & 7} does not exist`);
  }
}

const deepestGroup = 32;

function skipGroup(r: Reader, tag: number): void {
  const start = r.pos;
  if (++r.depth > deepestGroup) throw new Malformed(start, `groups are nested deeper than ${deepestGroup}`);
  for (;;) {
    if (r.pos >= r.end) throw new Malformed(start, "group has no end");
    const inner = readTag(r);
    if ((inner & 7) === 4) {
      if (inner >>> 3 !== tag >>> 3) throw new Malformed(r.pos, "group ends with another field's number");
      break;
    }
    skip(r, inner);
  }
  r.depth--;
}

/** field number × 8 + wire type. */
export function readTag(r: Reader): number {
  const start = r.pos;
  const tag = readVarint(r);
  if (tag < 8 || tag > 0xffffffff) throw new Malformed(start, `${tag} is not a field tag`);
  return tag;
}

function readLength(r: Reader): number {
  const start = r.pos;
  const length = readVarint(r);
  if (length > 0x7fffffff) throw new Malformed(start, `length ${length} is impossible`);
  return length;
}

/** Moves past n bytes; returns where they start. */
function advance(r: Reader, n: number): number {
  const start = r.pos;
  if (n > r.end - start) throw tooShort(r, n);
  r.pos = start + n;
  return start;
}

function tooShort(r: Reader, need: number): Malformed {
  return new Malformed(r.pos, `needs ${need} bytes, ${r.end - r.pos} are left`);
}
