import { formatRegister } from "./place.ts";
import { tables } from "./schema/modbus.ts";
import type { ModbusTable } from "./schema.ts";

/** What stands in a device: per table, register (from 0, as on the wire) → word; coils and discrete inputs hold 0 or 1. */
export type Registers = Readonly<Record<ModbusTable, ReadonlyMap<number, number>>>;

/**
 * `holding 0000: 43 66 33 33 | input 0034: 41 C8 00 00 | coil 0000: 1 0 1` → the words per table. Pure.
 * The first register is in hex; words are hex bytes as on the wire, with or without spaces; a bit is 0 or 1.
 * Throws RangeError that names the part and what would be right.
 */
export function parseRegisters(text: string): Registers {
  const image: Record<ModbusTable, Map<number, number>> = {
    coil: new Map(),
    discrete: new Map(),
    input: new Map(),
    holding: new Map(),
  };
  for (const part of text.split(/[|\n]/)) {
    if (part.trim() === "") continue;
    const { table, first, words } = parsePart(part.trim());
    words.forEach((word, i) => {
      const register = first + i;
      if (register > 0xffff) throw new RangeError(`"${part.trim()}": runs past register FFFF`);
      if (image[table].has(register))
        throw new RangeError(`"${part.trim()}": ${table} ${formatRegister(register)} is given twice; give it once`);
      image[table].set(register, word);
    });
  }
  return image;
}

/** The bytes of `count` registers from `first`, or undefined when one of them is not there. */
export function bytesAt(words: ReadonlyMap<number, number>, first: number, count: number): Uint8Array | undefined {
  const bytes = new Uint8Array(count * 2);
  for (let i = 0; i < count; i++) {
    const word = words.get(first + i);
    if (word === undefined) return undefined;
    bytes[2 * i] = word >> 8;
    bytes[2 * i + 1] = word & 0xff;
  }
  return bytes;
}

function parsePart(part: string): { table: ModbusTable; first: number; words: number[] } {
  const match = /^(\S+)\s+(?:0x)?([0-9a-f]{1,4})\s*:\s*(.*)$/is.exec(part);
  if (!match)
    throw new RangeError(`"${part}": write table, first register in hex, colon, bytes: input 0034: 41 C8 00 00`);
  const [, name = "", first = "", body = ""] = match;
  const table = tables.find((known) => known === name.toLowerCase());
  if (!table) throw new RangeError(`"${part}": no table "${name}"; use ${tables.join(", ")}`);
  const words = table === "coil" || table === "discrete" ? parseBits(part, body) : parseWords(part, body);
  if (words.length === 0) throw new RangeError(`"${part}": holds nothing after the colon`);
  return { table, first: Number.parseInt(first, 16), words };
}

function parseBits(part: string, body: string): number[] {
  if (!/^[01\s]*$/.test(body)) throw new RangeError(`"${part}": a bit is 0 or 1`);
  return [...body.replace(/\s/g, "")].map(Number);
}

function parseWords(part: string, body: string): number[] {
  if (!/^(\s*[0-9a-f]{2})*\s*$/i.test(body))
    throw new RangeError(`"${part}": bytes are pairs of hex digits: 41 C8 00 00`);
  const digits = body.replace(/\s/g, "");
  if (digits.length % 4 !== 0)
    throw new RangeError(`"${part}": ${digits.length / 2} bytes; a register has two, so their number must be even`);
  return (digits.match(/.{4}/g) ?? []).map((word) => Number.parseInt(word, 16));
}
