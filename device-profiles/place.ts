import { typeBytes } from "./binary-frame.ts";
import { fieldBytes } from "./field.ts";
import type { Address } from "./schema.ts";
import { sentencePlace } from "./text/nmea.ts";

/** What an instrument may be found not to have, as people write it: `holding 0034`, `02010100`, `M1`, `byte 12`, `MWV 2=R`. */
export function placeOf(at: Address): string {
  if ("table" in at) return `${at.table} ${formatRegister(at.register)}`;
  if ("di" in at) return at.di;
  if ("sentence" in at) return sentencePlace(at);
  if ("message" in at) return at.message;
  return "command" in at ? at.command : `byte ${at.from}`;
}

/** A register number as we print it on the wire's side: `0034`. */
export function formatRegister(register: number): string {
  return register.toString(16).toUpperCase().padStart(4, "0");
}

/** How many bits a raw whole number has; undefined when it is none. */
export function bitsOf(at: Address): number | undefined {
  if ("table" in at) return { u16: 16, i16: 16, u32: 32, i32: 32 }[at.type as "u16"];
  if ("di" in at) return at.bytes === undefined ? undefined : 8 * fieldBytes(at);
  if ("number" in at) return at.number === "hex" ? 32 : undefined;
  return "type" in at && /^[ui]/.test(at.type) ? 8 * typeBytes(at.type) : undefined;
}
