/** Writes protobuf wire format into a buffer that grows. */
export type Writer = { bytes: Uint8Array; view: DataView; pos: number };

export function newWriter(size: number): Writer {
  const bytes = new Uint8Array(size);
  return { bytes, view: new DataView(bytes.buffer), pos: 0 };
}

/** Makes sure that n more bytes fit. */
export function reserve(w: Writer, n: number): void {
  if (w.pos + n <= w.bytes.length) return;
  const bigger = new Uint8Array(Math.max(w.bytes.length * 2, w.pos + n));
  bigger.set(w.bytes.subarray(0, w.pos));
  w.bytes = bigger;
  w.view = new DataView(bigger.buffer);
}

const groupOf28Bits = 2 ** 28;

/** n: an integer from 0 to 2^64 (as near as a double comes). */
export function writeVarint(w: Writer, n: number): void {
  if (n > Number.MAX_SAFE_INTEGER) {
    writeUint64(w, BigInt(Math.min(n, 2 ** 64 - 2048)));
    return;
  }
  reserve(w, 10);
  const { bytes } = w;
  let pos = w.pos;
  let rest = n;
  if (rest >= groupOf28Bits) {
    const high = Math.floor(rest / groupOf28Bits);
    const low = rest - high * groupOf28Bits;
    bytes[pos++] = low | 0x80;
    bytes[pos++] = (low >>> 7) | 0x80;
    bytes[pos++] = (low >>> 14) | 0x80;
    bytes[pos++] = (low >>> 21) | 0x80;
    rest = high;
  }
  while (rest > 127) {
    bytes[pos++] = rest | 0x80;
    rest >>>= 7;
  }
  bytes[pos++] = rest;
  w.pos = pos;
}

export function writeUint64(w: Writer, n: bigint): void {
  let rest = BigInt.asUintN(64, n);
  if (rest <= BigInt(Number.MAX_SAFE_INTEGER)) {
    writeVarint(w, Number(rest));
    return;
  }
  reserve(w, 10);
  for (; rest > 127n; rest >>= 7n) w.bytes[w.pos++] = Number(rest & 127n) | 0x80;
  w.bytes[w.pos++] = Number(rest);
}

export function writeFloat(w: Writer, value: number): void {
  reserve(w, 4);
  w.view.setFloat32(w.pos, value, true);
  w.pos += 4;
}

export function writeDouble(w: Writer, value: number): void {
  reserve(w, 8);
  w.view.setFloat64(w.pos, value, true);
  w.pos += 8;
}

/** The bytes alone, without tag or length. */
export function writeRaw(w: Writer, bytes: Uint8Array): void {
  reserve(w, bytes.length);
  w.bytes.set(bytes, w.pos);
  w.pos += bytes.length;
}

export function writeBytes(w: Writer, bytes: Uint8Array): void {
  writeVarint(w, bytes.length);
  writeRaw(w, bytes);
}

const utf8 = new TextEncoder();

export function writeString(w: Writer, text: string): void {
  if (!writeAscii(w, text)) writeBytes(w, utf8.encode(text));
}

/** The short way for what almost every string here is. false, and nothing written, for other text. */
function writeAscii(w: Writer, text: string): boolean {
  const { length } = text;
  if (length > 127) return false;
  reserve(w, 1 + length);
  const { bytes } = w;
  const start = w.pos;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) return false;
    bytes[start + 1 + i] = unit;
  }
  bytes[start] = length;
  w.pos = start + 1 + length;
  return true;
}

/** Opens a length-delimited message. Returns what `close` needs. */
export function open(w: Writer): number {
  reserve(w, 1);
  return w.pos++;
}

/** Writes the length of what came since `open`; moves it up when the length takes more than the one byte kept for it. */
export function close(w: Writer, opened: number): void {
  const length = w.pos - opened - 1;
  if (length < 128) {
    w.bytes[opened] = length;
    return;
  }
  const shift = length < 2 ** 14 ? 1 : length < 2 ** 21 ? 2 : length < 2 ** 28 ? 3 : 4;
  const end = w.pos;
  reserve(w, shift + 10);
  w.bytes.copyWithin(opened + 1 + shift, opened + 1, end);
  w.pos = opened;
  writeVarint(w, length);
  w.pos = end + shift;
}
