import { readFileSync } from "node:fs";
import type { Damage } from "./damage.ts";
import { crcOf } from "./seal.ts";
import { writeDurably } from "./write-durably.ts";

const kept = 50;

/**
 * What is to be told of damage to an outbox, in `<file>.damage`: apart from the file that may be damaged next. A line of JSON each,
 * with its checksum, oldest first, the newest fifty. What cannot be read is left out.
 */
export function readReports(file: string): readonly Damage[] {
  return linesOf(file).map((line) => (JSON.parse(line) as { readonly damage: Damage }).damage);
}

/** Durable when it returns. */
export function addReports(file: string, added: readonly Damage[]): void {
  const lines = added.map((damage) => JSON.stringify({ damage, crc: crcOf([damage]) }));
  const all = [...linesOf(file), ...lines].slice(-kept);
  writeDurably(`${file}.damage`, `${all.join("\n")}\n`);
}

function linesOf(file: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(`${file}.damage`, "utf8");
  } catch {
    return [];
  }
  return text.split("\n").filter(isWhole);
}

function isWhole(line: string): boolean {
  try {
    const { damage, crc } = JSON.parse(line) as { readonly damage: Damage; readonly crc: number };
    return crcOf([damage]) === crc;
  } catch {
    return false;
  }
}
