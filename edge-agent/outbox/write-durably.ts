import { closeSync, fsyncSync, openSync, renameSync, writeSync } from "node:fs";

/** Puts a whole new text in a file's place: who reads it sees the old one or this one. On disk when it returns; throws with the old one in place. */
export function writeDurably(file: string, text: string): void {
  const to = openSync(`${file}.new`, "w");
  try {
    writeSync(to, text);
    fsyncSync(to);
  } finally {
    closeSync(to);
  }
  renameSync(`${file}.new`, file);
}
