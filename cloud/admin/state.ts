import { createHash } from "node:crypto";
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { CloudConfig } from "../config.ts";

/** One file of the cloud's own state: where it lives, and its name in a backup. */
export type StateFile = { readonly name: Name; readonly file: string; readonly database: boolean };

const names = ["cloud.db", "readings.db", "credentials", "tokens"] as const;
type Name = (typeof names)[number];

/**
 * What a cloud keeps itself, in the order of a backup: the ledger before the readings, so that it never claims more than the readings hold.
 * InfluxDB has a backup of its own.
 */
export function stateOf({ cloudFile, store, broker, api }: CloudConfig): readonly StateFile[] {
  return [
    { name: "cloud.db", file: cloudFile, database: true },
    ...(store.kind === "sqlite" ? [{ name: "readings.db", file: store.file, database: true } as const] : []),
    ...(broker.kind === "own" ? [{ name: "credentials", file: broker.credentialsFile, database: false } as const] : []),
    ...(api.tokensFile === undefined ? [] : [{ name: "tokens", file: api.tokensFile, database: false } as const]),
  ];
}

/** Goes up when files of a backup can no longer be read by the version before. */
export const formatVersion = 1;
export const manifestName = "manifest.json";

const manifest = z.strictObject({
  format: z.int().min(1),
  takenAt: z.iso.datetime(),
  host: z.string(),
  store: z.enum(["sqlite", "influx"]),
  files: z.array(z.strictObject({ name: z.enum(names), bytes: z.int(), sha256: z.string() })).min(1),
});
export type Manifest = z.infer<typeof manifest>;

/** The sum that a manifest names a file by. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** Reads the manifest of a backup and compares every file with it. Throws an Error with every fault; changes nothing. */
export async function verifyBackup(folder: string): Promise<Manifest> {
  const path = join(folder, manifestName);
  if (!existsSync(path))
    throw new Error(`${path}: is missing; this folder holds no backup, or one that was cut short and cannot be used`);
  const found = JSON.parse(readFileSync(path, "utf8")) as { format?: unknown };
  if (typeof found.format === "number" && found.format > formatVersion)
    throw new Error(
      `${path}: has format ${found.format}, made by a newer weir-cloud; this one reads up to ${formatVersion}: restore with that version`,
    );
  const checked = manifest.safeParse(found);
  if (!checked.success)
    throw new Error(`${path}: is not a manifest of weir-cloud backup; ${z.prettifyError(checked.error)}`);
  const faults: string[] = [];
  for (const { name, bytes, sha256 } of checked.data.files) {
    const file = join(folder, name);
    if (!existsSync(file)) faults.push(`${file}: is missing`);
    else if (statSync(file).size !== bytes || (await sha256Of(file)) !== sha256)
      faults.push(`${file}: is not what was backed up: its SHA-256 differs from the manifest's; use another copy`);
  }
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return checked.data;
}
