import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const sectorBytes = 512;
/** What power.c appends to a file's name. */
const durable = ".durable";
const source = join(import.meta.dirname, "power.c");

/** Programs with this environment have a disk that forgets what it was not asked to keep (power.c). Throws where there is no C compiler. */
export function openForgetfulDisk() {
  const folder = mkdtempSync(join(tmpdir(), "weir-power-"));
  const library = join(folder, "power.so");
  execFileSync("cc", ["-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, source, "-ldl", "-lpthread"]);
  return { environment: { LD_PRELOAD: library }, remove: () => rmSync(folder, { recursive: true }) };
}

/**
 * Leaves the SQLite files of a folder as a power cut does: each sector is as it was at the last sync, or, drawn, as it was
 * written since. Nothing may have them open.
 */
export function loseUnsynced(folder: string, draw: () => number): void {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    if (name.endsWith(".db-shm")) rmSync(file);
    if (!/\.db(-wal|-journal)?$/.test(name)) continue;
    if (!existsSync(file + durable)) rmSync(file);
    else writeFileSync(file, torn(readFileSync(file + durable), readFileSync(file), draw));
  }
  keepAsItIs(folder);
}

/** All that the SQLite files of a folder hold is durable: for when another program has changed them. Nothing may have them open. */
export function keepAsItIs(folder: string): void {
  for (const name of readdirSync(folder).filter((each) => each.endsWith(durable))) {
    const file = join(folder, name.slice(0, -durable.length));
    if (existsSync(file)) copyFileSync(file, join(folder, name));
    else rmSync(join(folder, name));
  }
}

function torn(synced: Buffer, written: Buffer, draw: () => number): Buffer {
  const left = Buffer.from(draw() < 0.5 ? synced : Buffer.concat([synced, written.subarray(synced.length)]));
  for (let at = 0; at < Math.min(left.length, written.length); at += sectorBytes) {
    const sector = written.subarray(at, Math.min(at + sectorBytes, left.length));
    if (sector.compare(left, at, at + sector.length) !== 0 && draw() < 0.5) sector.copy(left, at);
  }
  return left;
}
