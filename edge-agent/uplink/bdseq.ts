import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { nextBdSeq } from "@weir/wire/sparkplug/edge-session.ts";

/**
 * The bdSeq of each next MQTT session: 0, 1 … 255, 0 …, going on over restarts through a small file. When the file cannot be
 * written, it goes on in memory: a death then may match a session before the restart, nothing worse.
 */
export function openBdSeq(file: string): () => number {
  let last = lastIn(file);
  return () => {
    const bdSeq = nextBdSeq(last);
    last = bdSeq;
    try {
      writeFileSync(`${file}.new`, String(bdSeq));
      renameSync(`${file}.new`, file);
    } catch {
      // A full or read-only disk must not keep the gateway offline.
    }
    return bdSeq;
  };
}

function lastIn(file: string): number | undefined {
  try {
    const last = Number(readFileSync(file, "utf8"));
    return Number.isInteger(last) && last >= 0 && last <= 255 ? last : undefined;
  } catch {
    return undefined;
  }
}
