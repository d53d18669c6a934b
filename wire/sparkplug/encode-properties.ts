import {
  toRaw,
  writeBooleanField,
  writeNumberField,
  writeScalar,
  writeStringField,
  writeUnknown,
} from "./encode-fields.ts";
import type { MetaData, Property, PropertySet } from "./payload.ts";
import { close, open, type Writer, writeVarint } from "./writer.ts";

/** The set as field `number` of the message being written. */
export function writePropertySet(w: Writer, number: number, set: PropertySet): void {
  writeVarint(w, number * 8 + 2);
  const opened = open(w);
  for (const key of Object.keys(set)) writeStringField(w, 1, key);
  for (const property of Object.values(set)) writeProperty(w, property);
  writeUnknown(w, set);
  close(w, opened);
}

function writeProperty(w: Writer, property: Property): void {
  writeVarint(w, (2 << 3) | 2);
  const opened = open(w);
  if (property.type !== 0) writeNumberField(w, 1, property.type);
  if (property.value === null) writeBooleanField(w, 2, true);
  else writePropertyValue(w, property);
  writeUnknown(w, property);
  close(w, opened);
}

function writePropertyValue(w: Writer, property: Property): void {
  const raw = toRaw(property.type, property.value, property.field);
  if (raw.field === "propertyset") writePropertySet(w, 9, raw.raw as PropertySet);
  else if (raw.field === "propertysets") writePropertySetList(w, raw.raw as readonly PropertySet[]);
  else writeScalar(w, 3, raw);
}

function writePropertySetList(w: Writer, sets: readonly PropertySet[]): void {
  writeVarint(w, (10 << 3) | 2);
  const opened = open(w);
  for (const set of sets) writePropertySet(w, 1, set);
  writeUnknown(w, sets);
  close(w, opened);
}

/** Metric field 8. */
export function writeMetaData(w: Writer, metadata: MetaData): void {
  writeVarint(w, (8 << 3) | 2);
  const opened = open(w);
  writeBooleanField(w, 1, metadata.isMultiPart);
  writeStringField(w, 2, metadata.contentType);
  writeNumberField(w, 3, metadata.size);
  writeNumberField(w, 4, metadata.seq);
  writeStringField(w, 5, metadata.fileName);
  writeStringField(w, 6, metadata.fileType);
  writeStringField(w, 7, metadata.md5);
  writeStringField(w, 8, metadata.description);
  writeUnknown(w, metadata);
  close(w, opened);
}
