import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { type Terminal, UsageError } from "@weir/config/command-line.ts";
import { readConfig } from "../config.ts";
import type { CommandOptions } from "./command.ts";
import { formatVersion, type Manifest, manifestName, sha256Of, stateOf } from "./state.ts";

/** All pages in one step: a copy in several steps begins anew whenever the running cloud writes. */
const allPages = 2 ** 31 - 1;

/**
 * Copies the state of a cloud, running or not, into an empty folder: each database as it was at one moment, the ledger's first. The manifest is
 * written last, so that a copy that was cut short is not taken for a backup. Rejects with an Error; then the folder is as it was.
 */
export async function takeBackup(
  file: string,
  folder: string | undefined,
  { json }: CommandOptions,
  { out }: Terminal,
): Promise<number> {
  if (folder === undefined)
    throw new UsageError("backup takes a folder: weir-cloud backup cloud.yaml /backup/2026-11-24");
  const config = readConfig(file);
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new Error(`${folder}: is not empty; every backup gets a folder of its own`);
  const isNew = !existsSync(folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    const manifest: Manifest = {
      format: formatVersion,
      takenAt: new Date().toISOString(),
      host: config.hostId,
      store: config.store.kind,
      files: [],
    };
    for (const each of stateOf(config)) {
      const to = join(folder, each.name);
      if (!existsSync(each.file)) {
        if (each.database) throw new Error(`${each.file}: is not there; has this cloud ever run?`);
        continue;
      }
      if (each.database) await copyDatabase(each.file, to);
      else copyFileSync(each.file, to);
      sync(to);
      manifest.files.push({ name: each.name, bytes: statSync(to).size, sha256: await sha256Of(to) });
    }
    const path = join(folder, manifestName);
    writeFileSync(`${path}.part`, `${JSON.stringify(manifest, null, 2)}\n`);
    sync(`${path}.part`);
    renameSync(`${path}.part`, path);
    sync(folder);
    const bytes = manifest.files.reduce((sum, each) => sum + each.bytes, 0);
    if (json) out(JSON.stringify({ folder, ...manifest }));
    else
      out(
        `${folder}: ${manifest.files.map(({ name }) => name).join(", ")}; ${(bytes / 1e6).toFixed(1)} MB${config.store.kind === "influx" ? `\nThe readings are in InfluxDB (${config.store.url}), which has a backup of its own: influx backup` : ""}`,
      );
    return 0;
  } catch (error) {
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    if (isNew) rmSync(folder, { recursive: true });
    throw error;
  }
}

async function copyDatabase(from: string, to: string): Promise<void> {
  const source = new DatabaseSync(from, { readOnly: true, timeout: 10_000 });
  try {
    await backup(source, to, { rate: allPages });
  } catch (error) {
    throw new Error(`${from}: cannot be copied to ${to}: ${(error as Error).message}`, { cause: error });
  } finally {
    source.close();
  }
}

function sync(path: string): void {
  const file = openSync(path, "r");
  fsyncSync(file);
  closeSync(file);
}
