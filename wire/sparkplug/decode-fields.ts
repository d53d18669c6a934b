import { unknownFields, type ValueField } from "./payload.ts";
import { type Reader, readDouble, readFloat, readString, readUint32, readUint64, readVarint, skip } from "./reader.ts";
import { fieldOf, typedValue } from "./values.ts";

export type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Where unknown fields stand in the message being read: start and end, start and end … */
export type Spans = number[];

/** Passes over a field that the message does not know and notes where it stands. */
export function passOver(r: Reader, tag: number, start: number, spans: Spans | undefined): Spans {
  skip(r, tag);
  if (spans === undefined) return [start, r.pos];
  if (spans[spans.length - 1] === start) spans[spans.length - 1] = r.pos;
  else spans.push(start, r.pos);
  return spans;
}

/** Hangs the unknown fields on the message they came with. */
export function keepUnknown(message: object, r: Reader, spans: Spans | undefined): void {
  if (spans === undefined) return;
  let size = 0;
  for (let i = 0; i < spans.length; i += 2) size += spans[i + 1]! - spans[i]!;
  const bytes = new Uint8Array(size);
  let at = 0;
  for (let i = 0; i < spans.length; i += 2) {
    bytes.set(r.bytes.subarray(spans[i]!, spans[i + 1]!), at);
    at += spans[i + 1]! - spans[i]!;
  }
  (message as { [unknownFields]?: Uint8Array })[unknownFields] = bytes;
}

/** What a value field held, before its type is looked at. */
export type Raw = { readonly field: ValueField; readonly raw: unknown };

/**
 * Reads the value when the tag is one of the six scalar fields int, long, float, double, boolean, string, which stand in this order in every
 * message of the schema, from field number `first`. undefined, and nothing read, when it is not.
 */
export function readScalar(r: Reader, tag: number, first: number): Raw | undefined {
  switch (tag - first * 8) {
    case 0:
      return { field: "int", raw: readUint32(r) };
    case (1 << 3) | 0:
      return { field: "long", raw: readUint64(r) };
    case (2 << 3) | 5:
      return { field: "float", raw: readFloat(r) };
    case (3 << 3) | 1:
      return { field: "double", raw: readDouble(r) };
    case (4 << 3) | 0:
      return { field: "boolean", raw: readVarint(r) !== 0 };
    case (5 << 3) | 2:
      return { field: "string", raw: readString(r) };
    default:
      return undefined;
  }
}

/** Gives the message its value by type, and names the field where type and field disagree. */
export function setValue(message: { value?: unknown; field?: ValueField }, type: number, { field, raw }: Raw): void {
  const typed = typedValue(type, field, raw);
  message.value = typed === undefined ? raw : typed;
  if (typed === undefined || fieldOf(type) !== field) message.field = field;
}
