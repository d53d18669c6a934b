import type { NmeaAddress, NmeaProfile } from "../schema.ts";
import type { Dialect, Message } from "./dialect.ts";
import { inUnit, plainNumber } from "./units.ts";

/** `$WIMWV,350.0,R,16.8,N,A*1A`: talker WI, id MWV. A maker's own sentence has talker P and its whole name as id. */
export type Sentence = { readonly talker: string; readonly id: string; readonly fields: readonly string[] };

/** The standard allows 82 characters; makers' own sentences are longer. */
const longest = 255;

/** Fields that hold the unit of another, and the field that must be A: the sentences that NMEA 0183 lays out. */
type Layout = { readonly units?: Readonly<Record<number, number>>; readonly status?: number };
const pairs = (...fields: readonly number[]) => Object.fromEntries(fields.map((field) => [field, field + 1]));
const layouts: Readonly<Record<string, Layout>> = {
  MWV: { units: { 3: 4 }, status: 5 },
  MWD: { units: pairs(1, 3, 5, 7) },
  VWR: { units: pairs(1, 3, 5, 7) },
  VWT: { units: pairs(1, 3, 5, 7) },
  MDA: { units: pairs(1, 3, 5, 7, 11, 13, 15, 17, 19) },
  MTW: { units: pairs(1) },
  MTA: { units: pairs(1) },
  MMB: { units: pairs(1, 3) },
  DBT: { units: pairs(1, 3, 5) },
  DBS: { units: pairs(1, 3, 5) },
  DBK: { units: pairs(1, 3, 5) },
  VHW: { units: pairs(1, 3, 5, 7) },
  RMC: { status: 2 },
};

/** Exclusive or of the characters between $ and *. */
export function nmeaChecksum(body: string): string {
  let sum = 0;
  for (let i = 0; i < body.length; i++) sum ^= body.charCodeAt(i);
  return sum.toString(16).toUpperCase().padStart(2, "0");
}

/** The sentence in a line, whatever stands before its $. damaged: its checksum is wrong, or missing where one is required. */
export function parseSentence(line: string, checksum: "required" | "optional"): Sentence | "damaged" | undefined {
  const from = Math.max(line.lastIndexOf("$"), line.lastIndexOf("!")) + 1;
  if (from === 0 || line.length - from > longest) return undefined;
  const text = line.slice(from).trimEnd();
  const star = text.indexOf("*");
  const body = star < 0 ? text : text.slice(0, star);
  const [address = "", ...fields] = body.split(",");
  if (!/^(P[A-Z0-9]{2,9}|[A-Z0-9]{5})$/.test(address) || fields.length === 0) return undefined;
  if (star < 0 ? checksum === "required" : text.slice(star + 1).toUpperCase() !== nmeaChecksum(body)) return "damaged";
  return address.startsWith("P")
    ? { talker: "P", id: address, fields }
    : { talker: address.slice(0, 2), id: address.slice(2), fields };
}

/** The field that holds the unit letter of a value; undefined when neither the standard nor the profile says. */
export function unitFieldOf({ sentence, field, unit }: NmeaAddress): number | undefined {
  return unit ?? (field === undefined ? undefined : layouts[sentence]?.units?.[field]);
}

/** Which sentence a value is in, as people write it: `MWV 2=R`, `XDR C TEMP`. */
export function sentencePlace({ sentence, where = {}, transducer, name }: NmeaAddress): string {
  const told = Object.entries(where).map(([field, text]) => `${field}=${text}`);
  return [sentence, ...told, transducer, name].filter((part) => part !== undefined && part !== "").join(" ");
}

/** talker: only what this one says counts; undefined for any. */
export function nmeaDialect({ checksum }: Pick<NmeaProfile, "checksum">, talker?: string): Dialect<NmeaAddress> {
  return {
    take: (line, at) => {
      const sentence = parseSentence(line, checksum);
      if (sentence === "damaged") return line.includes(at.sentence) ? "damaged" : undefined;
      if (sentence === undefined || sentence.id !== at.sentence) return undefined;
      if (talker !== undefined && sentence.talker !== talker && sentence.talker !== "P") return undefined;
      for (const [field, text] of Object.entries(at.where ?? {}))
        if (sentence.fields[Number(field) - 1] !== text) return undefined;
      return at.transducer === undefined ? messageOf(sentence) : transducerIn(sentence, at);
    },
  };
}

function messageOf({ id, fields }: Sentence): Message<NmeaAddress> {
  return {
    rawAt: (at) => {
      const text = fields[(at.field ?? 0) - 1];
      if (text === undefined) return undefined;
      const status = at.status ?? layouts[id]?.status;
      if (status !== undefined && fields[status - 1] !== "A") return Number.NaN;
      return numberOf(text, fields[(unitFieldOf(at) ?? 0) - 1], at);
    },
  };
}

/** XDR: type, value, unit and name, as often as there are transducers. */
function transducerIn({ fields }: Sentence, { transducer, name }: NmeaAddress): Message<NmeaAddress> | undefined {
  for (let i = 0; i + 3 < fields.length + 1; i += 4) {
    if (fields[i] !== transducer || (name !== undefined && (fields[i + 3] ?? "") !== name)) continue;
    return { rawAt: (at) => numberOf(fields[i + 1] ?? "", fields[i + 2], at) };
  }
  return undefined;
}

function numberOf(text: string, letter: string | undefined, { as }: NmeaAddress): number {
  const value = plainNumber(text.trim());
  return as === undefined ? value : inUnit(value, letter ?? "", as);
}
