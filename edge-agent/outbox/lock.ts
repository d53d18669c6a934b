import { DatabaseSync } from "node:sqlite";
import { OutboxError } from "./outbox.ts";

const busy = 5;

/**
 * Keeps every other process from writing to this outbox: an exclusive SQLite lock on `<file>.lock`, which the kernel releases
 * when the process ends, however it ends. Readers of the outbox are not kept out. Throws OutboxError `in-use` when another
 * process holds it. Where the lock file cannot be made at all (a read-only disk) nothing can be written either: no lock then.
 */
export function lockOutbox(file: string): { release(): void } {
  let sqlite: DatabaseSync | undefined;
  try {
    sqlite = new DatabaseSync(`${file}.lock`);
    sqlite.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    sqlite?.close();
    if (((error as { errcode?: number }).errcode ?? 0) % 256 === busy)
      throw new OutboxError(
        "in-use",
        `${file}: another process is writing to this outbox; stop it first, or give this agent its own path`,
        {
          cause: error,
        },
      );
    return { release: () => {} };
  }
  const held = sqlite;
  return { release: () => held.close() };
}
