import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";

/** How far an outbox has come. */
export type Place = { readonly epoch: number; readonly next: number };

const length = 20;

/**
 * `<file>.mark`: the offset that came next after the last commit, written behind each commit and never synced by itself. It can lag behind
 * the database and never runs ahead of what had become durable there; so where it is ahead, commits have been lost that were promised:
 * SQLite itself takes a damaged or cut log for one that ends there. What cannot be read or written goes without: it is a witness, no more.
 */
export function openMark(file: string) {
  let descriptor: number | undefined;
  const withFile = <T>(work: (descriptor: number) => T): T | undefined => {
    try {
      descriptor ??= openSync(`${file}.mark`, constants.O_RDWR | constants.O_CREAT);
      return work(descriptor);
    } catch {
      return undefined;
    }
  };
  return {
    /** undefined when there is none, or it is damaged. */
    read: (): Place | undefined =>
      withFile((from) => {
        const bytes = Buffer.alloc(length);
        if (readSync(from, bytes, 0, length, 0) < length || crc32(bytes.subarray(0, 16)) !== bytes.readUInt32LE(16))
          return undefined;
        return { epoch: Number(bytes.readBigUInt64LE(0)), next: Number(bytes.readBigUInt64LE(8)) };
      }),
    write({ epoch, next }: Place): void {
      const bytes = Buffer.alloc(length);
      bytes.writeBigUInt64LE(BigInt(epoch), 0);
      bytes.writeBigUInt64LE(BigInt(next), 8);
      bytes.writeUInt32LE(crc32(bytes.subarray(0, 16)), 16);
      withFile((to) => writeSync(to, bytes, 0, length, 0));
    },
    close(): void {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}
