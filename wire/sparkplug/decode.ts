import { keepUnknown, passOver, type Spans, type Writable } from "./decode-fields.ts";
import { readMetric } from "./decode-metric.ts";
import { limits, type Metric, type Payload } from "./payload.ts";
import { Malformed, newReader, type Reader, readBytes, readString, readTag, readVarint } from "./reader.ts";

/** What is wrong with a payload, with the byte where it went wrong. */
export type DecodeFault = { readonly error: string; readonly offset: number };

/**
 * Sparkplug B payload → values. Never throws: bytes that are not a payload give the reason.
 * Fields that it does not know are kept, and encodePayload writes them back.
 */
export function decodePayload(bytes: Uint8Array): Payload | DecodeFault {
  if (bytes.length > limits.bytes)
    return { error: `byte 0: payload of ${bytes.length} bytes, at most ${limits.bytes} are read`, offset: 0 };
  try {
    return readPayload(newReader(bytes));
  } catch (error) {
    if (error instanceof Malformed) return { error: `byte ${error.offset}: ${error.message}`, offset: error.offset };
    throw error;
  }
}

function readPayload(r: Reader): Payload {
  const metrics: Metric[] = [];
  const payload: Writable<Payload> = { metrics };
  let unknown: Spans | undefined;
  while (r.pos < r.end) {
    const start = r.pos;
    const tag = readTag(r);
    if (tag === ((2 << 3) | 2)) metrics.push(readMetric(r));
    else if (tag === ((1 << 3) | 0)) payload.timestamp = readVarint(r);
    else if (tag === ((3 << 3) | 0)) payload.seq = readVarint(r);
    else if (tag === ((4 << 3) | 2)) payload.uuid = readString(r);
    else if (tag === ((5 << 3) | 2)) payload.body = readBytes(r);
    else unknown = passOver(r, tag, start, unknown);
  }
  keepUnknown(payload, r, unknown);
  return payload;
}
