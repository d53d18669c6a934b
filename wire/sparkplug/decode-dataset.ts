import { keepUnknown, passOver, type Raw, readScalar, type Spans, setValue, type Writable } from "./decode-fields.ts";
import { type DataSet, limits, type RawValue, unknownFields } from "./payload.ts";
import { enter, leave, type Reader, readString, readTag, readUint32, readVarint } from "./reader.ts";

/** Metric field 17. The stated number of columns is passed over: the columns themselves are counted. */
export function readDataSet(r: Reader): DataSet {
  const outerEnd = enter(r, limits.depth);
  const columns: string[] = [];
  const types: number[] = [];
  const rows: Element[][] = [];
  let unknown: Spans | undefined;
  while (r.pos < r.end) {
    const start = r.pos;
    const tag = readTag(r);
    if (tag === ((1 << 3) | 0)) readVarint(r);
    else if (tag === ((2 << 3) | 2)) columns.push(readString(r));
    else if (tag === ((3 << 3) | 0)) types.push(readUint32(r));
    else if (tag === ((3 << 3) | 2)) readPackedTypes(r, types);
    else if (tag === ((4 << 3) | 2)) rows.push(readRow(r));
    else unknown = passOver(r, tag, start, unknown);
  }
  leave(r, outerEnd);
  const dataset = { columns, types, rows: rows.map((row) => typeRow(row, types)) };
  keepUnknown(dataset, r, unknown);
  return dataset;
}

/** An element before the column types are known: they may stand after the rows. */
type Element = { readonly scalar?: Raw; [unknownFields]?: Uint8Array };

function readRow(r: Reader): Element[] {
  const outerEnd = enter(r, limits.depth);
  const row: Element[] = [];
  let unknown: Spans | undefined;
  while (r.pos < r.end) {
    const start = r.pos;
    const tag = readTag(r);
    if (tag === ((1 << 3) | 2)) row.push(readElement(r));
    else unknown = passOver(r, tag, start, unknown);
  }
  leave(r, outerEnd);
  keepUnknown(row, r, unknown);
  return row;
}

function readElement(r: Reader): Element {
  const outerEnd = enter(r, limits.depth);
  let scalar: Raw | undefined;
  let unknown: Spans | undefined;
  while (r.pos < r.end) {
    const start = r.pos;
    const tag = readTag(r);
    const read = readScalar(r, tag, 1);
    if (read) scalar = read;
    else unknown = passOver(r, tag, start, unknown);
  }
  leave(r, outerEnd);
  const element: Element = scalar ? { scalar } : {};
  keepUnknown(element, r, unknown);
  return element;
}

function typeRow(row: readonly Element[] & { [unknownFields]?: Uint8Array }, types: readonly number[]): unknown[] {
  const typed = row.map((element, i) => typeElement(element, types[i] ?? 0));
  return row[unknownFields] ? Object.assign(typed, { [unknownFields]: row[unknownFields] }) : typed;
}

function typeElement(element: Element, type: number): unknown {
  const { scalar } = element;
  const unknown = element[unknownFields];
  if (!scalar && !unknown) return null;
  const value: Writable<RawValue> = { value: null };
  if (scalar) setValue(value, type, scalar);
  if (unknown) return { ...value, [unknownFields]: unknown };
  return value.field === undefined ? value.value : value;
}

function readPackedTypes(r: Reader, types: number[]): void {
  const outerEnd = enter(r, limits.depth);
  while (r.pos < r.end) types.push(readUint32(r));
  leave(r, outerEnd);
}
