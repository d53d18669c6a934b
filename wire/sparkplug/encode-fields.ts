import type { Raw } from "./decode-fields.ts";
import { unknownFields, type ValueField } from "./payload.ts";
import { fieldOf, rawValue, rawValueIn } from "./values.ts";
import {
  type Writer,
  writeBytes,
  writeDouble,
  writeFloat,
  writeRaw,
  writeString,
  writeUint64,
  writeVarint,
} from "./writer.ts";

/** Checks the value against its type. Throws RangeError naming the value that the type cannot hold. */
export function toRaw(type: number, value: unknown, field: ValueField | undefined): Raw {
  if (field !== undefined) return { field, raw: rawValueIn(field, type, value) };
  const prescribed = fieldOf(type);
  if (prescribed === undefined) throw new RangeError(`datatype ${type} does not exist`);
  return { field: prescribed, raw: rawValue(type, value) };
}

/** Writes one of the six scalar fields, which stand in the same order in every message of the schema, from number `first`. */
export function writeScalar(w: Writer, first: number, { field, raw }: Raw): void {
  const tag = first * 8;
  switch (field) {
    case "int":
      writeVarint(w, tag);
      writeVarint(w, raw as number);
      break;
    case "long":
      writeVarint(w, tag + 8);
      writeUint64(w, raw as bigint);
      break;
    case "float":
      writeVarint(w, tag + 2 * 8 + 5);
      writeFloat(w, raw as number);
      break;
    case "double":
      writeVarint(w, tag + 3 * 8 + 1);
      writeDouble(w, raw as number);
      break;
    case "boolean":
      writeVarint(w, tag + 4 * 8);
      writeVarint(w, raw ? 1 : 0);
      break;
    case "string":
      writeVarint(w, tag + 5 * 8 + 2);
      writeString(w, raw as string);
      break;
    default:
      throw new RangeError(`a ${field} cannot stand here`);
  }
}

export function writeStringField(w: Writer, number: number, text: string | undefined): void {
  if (text === undefined) return;
  writeVarint(w, number * 8 + 2);
  writeString(w, text);
}

export function writeBytesField(w: Writer, number: number, bytes: Uint8Array | undefined): void {
  if (bytes === undefined) return;
  writeVarint(w, number * 8 + 2);
  writeBytes(w, bytes);
}

export function writeNumberField(w: Writer, number: number, value: number | undefined): void {
  if (value === undefined) return;
  writeVarint(w, number * 8);
  writeVarint(w, value);
}

export function writeBooleanField(w: Writer, number: number, value: boolean | undefined): void {
  if (value !== undefined) writeNumberField(w, number, value ? 1 : 0);
}

/** Writes back the fields that decode kept without knowing them. */
export function writeUnknown(w: Writer, message: object): void {
  const bytes = (message as { readonly [unknownFields]?: Uint8Array })[unknownFields];
  if (bytes !== undefined) writeRaw(w, bytes);
}
