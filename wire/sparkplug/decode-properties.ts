import { keepUnknown, passOver, type Raw, readScalar, type Spans, setValue, type Writable } from "./decode-fields.ts";
import { limits, type MetaData, type Property, type PropertySet } from "./payload.ts";
import { enter, leave, Malformed, type Reader, readString, readTag, readUint32, readVarint } from "./reader.ts";

/** Metric field 9 and property field 9. */
export function readPropertySet(r: Reader): PropertySet {
  const outerEnd = enter(r, limits.depth);
  const at = r.pos;
  const keys: string[] = [];
  const values: Property[] = [];
  let unknown: Spans | undefined;
  while (r.pos < r.end) {
    const start = r.pos;
    const tag = readTag(r);
    if (tag === ((1 << 3) | 2)) keys.push(readString(r));
    else if (tag === ((2 << 3) | 2)) values.push(readProperty(r));
    else unknown = passOver(r, tag, start, unknown);
  }
  leave(r, outerEnd);
  // [tck-id-payloads-propertyset-values-array-size]
  if (keys.length !== values.length)
    throw new Malformed(at, `property set has ${keys.length} keys and ${values.length} values`);
  const properties = Object.fromEntries(keys.map((key, i) => [key, values[i]!]));
  keepUnknown(properties, r, unknown);
  return properties;
}

function readProperty(r: Reader): Property {
  const outerEnd = enter(r, limits.depth);
  const property: Writable<Property> = { type: 0, value: null };
  let isNull = false;
  let raw: Raw | undefined;
  let unknown: Spans | undefined;
  while (r.pos < r.end) {
    const start = r.pos;
    const tag = readTag(r);
    if (tag === ((1 << 3) | 0)) property.type = readUint32(r);
    else if (tag === ((2 << 3) | 0)) isNull = readVarint(r) !== 0;
    else if (tag === ((9 << 3) | 2)) raw = { field: "propertyset", raw: readPropertySet(r) };
    else if (tag === ((10 << 3) | 2)) raw = { field: "propertysets", raw: readPropertySetList(r) };
    else {
      const scalar = readScalar(r, tag, 3);
      if (scalar) raw = scalar;
      else unknown = passOver(r, tag, start, unknown);
    }
  }
  leave(r, outerEnd);
  if (raw && !isNull) setValue(property, property.type, raw);
  keepUnknown(property, r, unknown);
  return property;
}

function readPropertySetList(r: Reader): readonly PropertySet[] {
  const outerEnd = enter(r, limits.depth);
  const sets: PropertySet[] = [];
  let unknown: Spans | undefined;
  while (r.pos < r.end) {
    const start = r.pos;
    const tag = readTag(r);
    if (tag === ((1 << 3) | 2)) sets.push(readPropertySet(r));
    else unknown = passOver(r, tag, start, unknown);
  }
  leave(r, outerEnd);
  keepUnknown(sets, r, unknown);
  return sets;
}

/** Metric field 8. */
export function readMetaData(r: Reader): MetaData {
  const outerEnd = enter(r, limits.depth);
  const metadata: Writable<MetaData> = {};
  let unknown: Spans | undefined;
  while (r.pos < r.end) {
    const start = r.pos;
    const tag = readTag(r);
    switch (tag) {
      case (1 << 3) | 0:
        metadata.isMultiPart = readVarint(r) !== 0;
        break;
      case (2 << 3) | 2:
        metadata.contentType = readString(r);
        break;
      case (3 << 3) | 0:
        metadata.size = readVarint(r);
        break;
      case (4 << 3) | 0:
        metadata.seq = readVarint(r);
        break;
      case (5 << 3) | 2:
        metadata.fileName = readString(r);
        break;
      case (6 << 3) | 2:
        metadata.fileType = readString(r);
        break;
      case (7 << 3) | 2:
        metadata.md5 = readString(r);
        break;
      case (8 << 3) | 2:
        metadata.description = readString(r);
        break;
      default:
        unknown = passOver(r, tag, start, unknown);
    }
  }
  leave(r, outerEnd);
  keepUnknown(metadata, r, unknown);
  return metadata;
}
