import { closeSync, copyFileSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Terminal, UsageError } from "@weir/config/command-line.ts";
import { readConfig } from "../config.ts";
import { markRestored } from "../ledger/book.ts";
import type { CommandOptions } from "./command.ts";
import { stateOf, verifyBackup } from "./state.ts";

/**
 * Puts a backup in place of the state of a cloud that does not run. Verifies the backup first; what is there now is moved aside, into a folder
 * beside it, and nothing is deleted. Rejects with an Error that says what is wrong; then nothing has been changed.
 */
export async function restoreBackup(
  file: string,
  folder: string | undefined,
  { json }: CommandOptions,
  { out }: Terminal,
): Promise<number> {
  if (folder === undefined)
    throw new UsageError("restore takes the folder of a backup: weir-cloud restore cloud.yaml /backup/2026-11-24");
  const config = readConfig(file);
  const manifest = await verifyBackup(folder);
  if (manifest.store !== config.store.kind)
    throw new Error(
      `${folder}: was taken of a cloud whose store is ${manifest.store}, and ${file} says ${config.store.kind}; restore with the store it was taken of`,
    );
  const state = stateOf(config);
  const backed = new Set<string>(manifest.files.map(({ name }) => name));
  for (const { name } of manifest.files)
    if (!state.some((each) => each.name === name))
      throw new Error(`${folder}: holds ${name}, which ${file} does not name a place for`);
  for (const each of state) if (each.database) assertAlone(each.file);
  for (const { name, database } of state) if (database && backed.has(name)) assertSound(join(folder, name));

  const takenAt = Date.parse(manifest.takenAt);
  const restoredAt = Date.now();
  const aside = join(
    dirname(config.cloudFile),
    `before-restore-${new Date(restoredAt).toISOString().replaceAll(":", "")}`,
  );
  for (const each of state) {
    if (!backed.has(each.name)) continue;
    for (const present of [each.file, `${each.file}-wal`, `${each.file}-shm`].filter(existsSync)) {
      mkdirSync(aside, { recursive: true, mode: 0o700 });
      renameSync(present, join(aside, basename(present)));
    }
    mkdirSync(dirname(each.file), { recursive: true });
    copyFileSync(join(folder, each.name), each.file);
    const copied = openSync(each.file, "r");
    fsyncSync(copied);
    closeSync(copied);
  }
  markRestored(config.cloudFile, { at: takenAt, restoredAt, storeKept: manifest.store === "influx" });
  const moved = existsSync(aside) ? aside : null;
  if (json) out(JSON.stringify({ folder, takenAt: manifest.takenAt, files: [...backed], aside: moved }));
  else
    out(
      [
        `restored ${[...backed].join(", ")} as of ${manifest.takenAt}`,
        ...(moved ? [`what was there is in ${moved}`] : []),
        manifest.store === "influx"
          ? "Readings are in InfluxDB, which was not touched. Delivery by day misses what came after the backup."
          : "Readings that were stored after the backup are lost; the console names how many of each gateway, once it has connected.",
      ].join("\n"),
    );
  return 0;
}

/** Throws while another program has the database open: leaving write-ahead mode needs it alone, and the cloud goes back to it. */
function assertAlone(file: string): void {
  if (!existsSync(file)) return;
  try {
    const db = new DatabaseSync(file, { timeout: 0 });
    try {
      db.exec("PRAGMA journal_mode = DELETE");
    } finally {
      db.close();
    }
  } catch (error) {
    if ((error as Error).message.includes("locked"))
      throw new Error(`${file}: is in use; stop the cloud (or whatever else has it open) first`, { cause: error });
    // A damaged file is no reason not to restore: it is moved aside like any other.
  }
}

function assertSound(file: string): void {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const [row] = db.prepare("PRAGMA quick_check(1)").all();
    if (row?.quick_check !== "ok")
      throw new Error(`${file}: is damaged: ${String(row?.quick_check)}; use another backup`);
  } finally {
    db.close();
  }
}
