import { crc32, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import {
  newReader,
  type Reader,
  readBytes,
  readDouble,
  readFloat,
  readString,
  readTag,
  readVarint,
  skip,
} from "@weir/wire/sparkplug/reader.ts";
import {
  newWriter,
  reserve,
  type Writer,
  writeBytes,
  writeDouble,
  writeFloat,
  writeRaw,
  writeString,
  writeVarint,
} from "@weir/wire/sparkplug/writer.ts";
import type { Entry } from "./outbox.ts";

/** Many records as they lie on disk together: compressed (RFC 8878), with a CRC-32 of the stored bytes. */
export type Block = { readonly stored: Uint8Array; readonly crc: number };

/** More than a block of our own ever holds: what claims more is damage. */
const mostBytes = 2 ** 26;

/**
 * Records, ascending by offset → a block. Like lies beside like: the bodies without their times and doubles, the times, the doubles; a
 * double is kept as an integer and a power of ten where that is exact. The block has been opened again and compared when it is
 * returned; throws where it does not give the records back.
 */
export function packBlock(records: readonly Entry[]): Block {
  const attempt = (whole: ReadonlySet<number>) => {
    const stored = zstdCompressSync(writeStreams(records, whole));
    const block = { stored, crc: crc32(stored) };
    const again = openBlock(block) ?? [];
    const altered = records.flatMap((record, index) => (isSame(record, again[index]) ? [] : [record.offset]));
    return { block, altered };
  };
  const cut = attempt(new Set());
  if (cut.altered.length === 0) return cut.block;
  const { block, altered } = attempt(new Set(cut.altered));
  if (altered.length > 0) throw new Error(`a block does not give back the records ${altered.join(" ")}`);
  return block;
}

/** The records again, or undefined when the bytes on disk are not the ones that were written. */
export function openBlock({ stored, crc }: Block): Entry[] | undefined {
  if (!(stored instanceof Uint8Array) || crc32(stored) !== crc) return undefined;
  try {
    const { buffer, byteOffset, length } = zstdDecompressSync(stored, { maxOutputLength: mostBytes });
    return readStreams(newReader(new Uint8Array(buffer, byteOffset, length)));
  } catch {
    return undefined;
  }
}

/** Times and doubles that were taken out of bodies, and what is left of those. */
type Streams<T> = {
  readonly skeletons: T;
  readonly times: T;
  readonly scales: T;
  readonly values: T;
  /** How far the last body's time was from its append. */
  lag: number;
};

const bodyTimeTag = 1 << 3;
const metricTag = (2 << 3) | 2;
const timeTag = 3 << 3;
const isFixed64 = (tag: number) => (tag & 7) === 1;

/** `whole`: offsets of records whose bodies are to be left as they are. */
function writeStreams(records: readonly Entry[], whole: ReadonlySet<number>): Uint8Array {
  const [index, skeletons, times, scales, values] = [13, 17, 12, 13, 15].map((bits) => newWriter(2 ** bits)) as [
    Writer,
    Writer,
    Writer,
    Writer,
    Writer,
  ];
  const devices = [...new Set(records.map(({ device }) => device))].filter((device) => device !== null);
  const numbers = new Map<string | null, number>(devices.map((device, n) => [device, n + 1]));
  writeVarint(index, devices.length);
  for (const device of devices) writeString(index, device);
  writeVarint(index, records.length);
  const streams = { skeletons, times, scales, values, lag: 0 };
  let [offset, appendedAt] = [0, 0];
  for (const record of records) {
    const cut = !whole.has(record.offset);
    writeVarint(index, record.offset - offset);
    writeVarint(index, zigzag(record.appendedAt - appendedAt));
    writeVarint(index, numbers.get(record.device) ?? 0);
    writeVarint(index, record.samples * 4 + Number(record.urgent ?? false) * 2 + Number(cut));
    ({ offset, appendedAt } = record);
    const from = skeletons.pos;
    if (cut) cutBody(record.body, appendedAt, streams);
    else writeRaw(skeletons, record.body);
    writeVarint(index, skeletons.pos - from);
  }
  const all = newWriter(2 ** 18);
  for (const { bytes, pos } of [index, skeletons, times, scales, values]) writeBytes(all, bytes.subarray(0, pos));
  return all.bytes.subarray(0, all.pos);
}

/** Spreads a body over the streams. One that is not of the usual form gets garbled: packBlock finds that out. */
function cutBody(body: Uint8Array, appendedAt: number, to: Streams<Writer>): void {
  const r = newReader(body);
  let from = 0;
  let bodyTime = appendedAt;
  const copy = () => copyBytes(to.skeletons, body, from, r.pos);
  const cutTime = (base: number): number => {
    copy();
    const time = readVarint(r);
    writeVarint(to.times, zigzag(time - base));
    from = r.pos;
    return time;
  };
  try {
    while (r.pos < r.end) {
      const tag = readTag(r);
      if (tag === bodyTimeTag) {
        bodyTime = cutTime(appendedAt + to.lag);
        to.lag = bodyTime - appendedAt;
      } else if (tag !== metricTag) skip(r, tag);
      else
        for (const end = readVarint(r) + r.pos; r.pos < end; ) {
          const inner = readTag(r);
          if (inner === timeTag) cutTime(bodyTime);
          else if (isFixed64(inner)) {
            copy();
            writeValue(to, readDouble(r));
            from = r.pos;
          } else skip(r, inner);
        }
    }
  } catch {
    r.pos = r.end;
  }
  copy();
}

function readStreams(r: Reader): Entry[] {
  const [index, skeletons, times, scales, values] = Array.from({ length: 5 }, () => newReader(readBytes(r))) as [
    Reader,
    Reader,
    Reader,
    Reader,
    Reader,
  ];
  const devices = Array.from({ length: readVarint(index) }, () => readString(index));
  const streams = { skeletons, times, scales, values, lag: 0 };
  const records: Entry[] = [];
  let [offset, appendedAt] = [0, 0];
  for (let left = readVarint(index); left > 0; left -= 1) {
    offset += readVarint(index);
    appendedAt += unzigzag(readVarint(index));
    const device = devices[readVarint(index) - 1] ?? null;
    const marks = readVarint(index);
    skeletons.end = skeletons.pos + readVarint(index);
    const cut = marks % 2 === 1;
    const body = cut ? joinBody(appendedAt, streams) : skeletons.bytes.slice(skeletons.pos, skeletons.end);
    skeletons.pos = skeletons.end;
    const urgent = marks % 4 >= 2;
    records.push({ offset, appendedAt, device, samples: Math.floor(marks / 4), body, ...(urgent && { urgent }) });
  }
  return records;
}

const scratch = newWriter(2 ** 12);

function joinBody(appendedAt: number, from: Streams<Reader>): Uint8Array {
  const r = from.skeletons;
  const w = scratch;
  w.pos = 0;
  let copied = r.pos;
  let bodyTime = appendedAt;
  const copy = () => {
    copyBytes(w, r.bytes, copied, r.pos);
    copied = r.pos;
  };
  const joinTime = (base: number): number => {
    copy();
    const time = base + unzigzag(readVarint(from.times));
    writeVarint(w, time);
    return time;
  };
  while (r.pos < r.end) {
    const tag = readTag(r);
    if (tag === bodyTimeTag) {
      bodyTime = joinTime(appendedAt + from.lag);
      from.lag = bodyTime - appendedAt;
    } else if (tag !== metricTag) skip(r, tag);
    else {
      const length = readVarint(r);
      copy();
      for (const end = w.pos + length; w.pos + r.pos - copied < end; ) {
        const inner = readTag(r);
        if (inner === timeTag) joinTime(bodyTime);
        else if (isFixed64(inner)) {
          copy();
          writeDouble(w, readValue(from));
        } else skip(r, inner);
      }
    }
  }
  copy();
  return w.bytes.slice(0, w.pos);
}

/** Powers of ten below, then these two. */
const [asFloat, asDouble] = [8, 9];
const powers = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000];
const largest = 2 ** 51;

function writeValue({ scales, values }: Streams<Writer>, value: number): void {
  for (let scale = 0; scale < powers.length; scale += 1) {
    const whole = Math.round(value * powers[scale]!);
    if (Math.abs(whole) >= largest || Number.isNaN(whole)) break;
    if (whole / powers[scale]! !== value) continue;
    writeVarint(scales, scale);
    writeVarint(values, zigzag(whole));
    return;
  }
  const isFloat = Math.fround(value) === value;
  writeVarint(scales, isFloat ? asFloat : asDouble);
  if (isFloat) writeFloat(values, value);
  else writeDouble(values, value);
}

function readValue({ scales, values }: Streams<Reader>): number {
  const scale = readVarint(scales);
  if (scale === asDouble) return readDouble(values);
  return scale === asFloat ? readFloat(values) : unzigzag(readVarint(values)) / powers[scale]!;
}

/** For the few bytes between two numbers this is several times as fast as a view of them. */
function copyBytes(w: Writer, bytes: Uint8Array, from: number, to: number): void {
  reserve(w, to - from);
  const { bytes: target } = w;
  let { pos } = w;
  for (let at = from; at < to; at += 1) target[pos++] = bytes[at]!;
  w.pos = pos;
}

/** Small integers of either sign as small ones from 0 on. */
const zigzag = (n: number): number => (n < 0 ? -2 * n - 1 : 2 * n);
const unzigzag = (n: number): number => (n % 2 === 1 ? -(n + 1) / 2 : n / 2);

function isSame(a: Entry, b: Entry | undefined): boolean {
  return (
    b !== undefined &&
    a.offset === b.offset &&
    a.device === b.device &&
    a.appendedAt === b.appendedAt &&
    a.samples === b.samples &&
    (a.urgent ?? false) === (b.urgent ?? false) &&
    Buffer.compare(a.body, b.body) === 0
  );
}
