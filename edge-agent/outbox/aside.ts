import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname } from "node:path";

/** More damaged files than these are not kept: a dying card must not fill itself with them. */
const keptAside = 3;
/** What may stand beside an outbox file and belongs to it. */
const parts = ["-shm", "-wal", ".page-1", ""];

/** The name that a damaged file will get: `<file>.damaged-<n>`, n being one more than ever used here. */
export function nameAside(file: string): string {
  return `${file}.damaged-${(numbersOf(file).at(-1) ?? 0) + 1}`;
}

/** Renames the file, and what belongs to it, to that name; older ones beyond three are deleted. */
export function putAside(file: string, aside: string): void {
  for (const old of numbersOf(file).slice(0, -(keptAside - 1)))
    for (const part of parts) rmSync(`${file}.damaged-${old}${part}`, { force: true });
  for (const part of parts) if (existsSync(`${file}${part}`)) renameSync(`${file}${part}`, `${aside}${part}`);
}

/** The numbers in use, ascending. */
function numbersOf(file: string): readonly number[] {
  const prefix = `${basename(file)}.damaged-`;
  return readdirSync(dirname(file))
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
    .sort((a, b) => a - b);
}

/** A new file built beside the old one, for the time in which both are there. */
export const besideOf = (file: string): string => `${file}.new`;

export function removeBeside(file: string): void {
  for (const part of parts) rmSync(`${besideOf(file)}${part}`, { force: true });
}

/** The new file takes the old one's place; also where a process died after it had put the old one aside. */
export function takePlace(file: string): void {
  if (!existsSync(file) && existsSync(besideOf(file))) renameSync(besideOf(file), file);
}
