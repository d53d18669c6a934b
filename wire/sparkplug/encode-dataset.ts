import { toRaw, writeNumberField, writeScalar, writeStringField, writeUnknown } from "./encode-fields.ts";
import type { DataSet, RawValue } from "./payload.ts";
import { close, open, type Writer, writeVarint } from "./writer.ts";

/** Metric field 17. */
export function writeDataSet(w: Writer, dataset: DataSet): void {
  writeVarint(w, (17 << 3) | 2);
  const opened = open(w);
  writeNumberField(w, 1, dataset.columns.length);
  for (const column of dataset.columns) writeStringField(w, 2, column);
  for (const type of dataset.types) writeNumberField(w, 3, type);
  for (const row of dataset.rows) {
    writeVarint(w, (4 << 3) | 2);
    const rowOpened = open(w);
    for (const [i, value] of row.entries()) writeElement(w, dataset.types[i] ?? 0, value);
    writeUnknown(w, row);
    close(w, rowOpened);
  }
  writeUnknown(w, dataset);
  close(w, opened);
}

function writeElement(w: Writer, type: number, value: unknown): void {
  writeVarint(w, (1 << 3) | 2);
  const opened = open(w);
  const element: RawValue = typeof value === "object" && value !== null ? (value as RawValue) : { value };
  if (element.value !== null) writeScalar(w, 1, toRaw(type, element.value, element.field));
  writeUnknown(w, element);
  close(w, opened);
}
