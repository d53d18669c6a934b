import { readFileSync, renameSync, writeFileSync } from "node:fs";

/**
 * The bdSeq of each next MQTT session: 0, 1 … 255, 0 …, going on over restarts through a small file. When the file cannot be
 * written, it goes on in memory: a death then may match a session before the restart, nothing worse.
 */
export function openBdSeq(file: string): () => number {
  let next = lastIn(file) + 1;
  return () => {
    const bdSeq = next % 256;
    next = bdSeq + 1;
    try {
      writeFileSync(`${file}.new`, String(bdSeq));
      renameSync(`${file}.new`, file);
    } catch {
      // A full or read-only disk must not keep the gateway offline.
    }
    return bdSeq;
  };
}

function lastIn(file: string): number {
  try {
    const last = Number(readFileSync(file, "utf8"));
    return Number.isInteger(last) && last >= 0 && last <= 255 ? last : -1;
  } catch {
    return -1;
  }
}
