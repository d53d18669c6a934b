import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { dirname } from "node:path";

const ballastBytes = 4 * 2 ** 20;

/**
 * A file that does nothing but take space, to be thrown overboard when the disk is full: even forgetting records needs a
 * little room for SQLite's log, and without it receipts could not free the disk. `<file>.ballast`, 4 MiB.
 */
export function createBallast(file: string) {
  const path = `${file}.ballast`;
  return {
    /** Takes the space, where plenty is left. A disk that does not give it goes without. */
    take(): void {
      try {
        const { bavail, bsize } = statfsSync(dirname(path));
        if (existsSync(path) || bavail * bsize < 8 * ballastBytes) return;
        const descriptor = openSync(path, "w");
        try {
          writeSync(descriptor, new Uint8Array(ballastBytes));
          fsyncSync(descriptor);
        } finally {
          closeSync(descriptor);
        }
      } catch {
        rmSync(path, { force: true });
      }
    },
    /** Gives the space back; true when there was any. */
    drop(): boolean {
      const held = existsSync(path);
      rmSync(path, { force: true });
      return held;
    },
  };
}
