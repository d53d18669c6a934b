import { closeSync, openSync, readSync } from "node:fs";
import { causes } from "./causes.ts";
import { damaged } from "./damage.ts";

/**
 * What the header of every outbox file says in the same words (SQLite database file format, 1.3): name, page size, versions and fractions;
 * then schema format, text encoding, our own version and auto-vacuum. SQLite itself believes most of it, whatever it says.
 */
const parts = [
  { at: 0, bytes: "53514c69746520666f726d6174203300 1000 0202 00 40 20 20" },
  { at: 44, bytes: "00000004" },
  { at: 56, bytes: "00000001 00000004 00000001" },
].map(({ at, bytes }) => ({ at, bytes: Buffer.from(bytes.replaceAll(" ", ""), "hex") }));

const headerBytes = 100;
/** A file that has not been checkpointed since it was made is one page, with the first part only. */
const pageBytes = 4096;

/** Throws a damage error when the header of the file is not that of an outbox. A file that is not there, or empty, is none yet. */
export function checkHead(file: string): void {
  const head = Buffer.alloc(pageBytes + 1);
  const length = readStart(file, head);
  if (length === 0) return;
  const known = length > pageBytes ? parts : parts.slice(0, 1);
  const isSound = known.every(({ at, bytes }) => head.subarray(at, at + bytes.length).equals(bytes));
  if (length < headerBytes || !isSound) throw damaged(causes.head.en);
}

function readStart(file: string, into: Buffer): number {
  let from: number;
  try {
    from = openSync(file, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
  try {
    return readSync(from, into, 0, into.length, 0);
  } finally {
    closeSync(from);
  }
}
