import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { formatNodeKey, type NodeKeys, parseNodeKeys } from "@weir/wire/firmware/node-keys.ts";
import type { NodeLine } from "@weir/wire/firmware/reach.ts";
import type { Emit } from "../events.ts";

/** One node on a line, and whoever works on it. */
export type LineWork = { readonly line: NodeLine; readonly unit: number; readonly emit: Emit };

export const newChallenge = (): Uint8Array => Uint8Array.from(randomBytes(8));
export const newNodeKey = (): Uint8Array => Uint8Array.from(randomBytes(16));

/** The keys of nodes in a file, none while there is no such file. Throws with every line that is none. */
export function readNodeKeys(file: string): NodeKeys {
  return existsSync(file) ? parseNodeKeys(readFileSync(file, "utf8"), file) : new Map();
}

/** Adds a key to the file; when it returns, the key survives a power cut. */
export function keepNodeKey(file: string, serial: number, key: Uint8Array): void {
  const handle = openSync(file, "a", 0o600);
  try {
    writeSync(handle, `${formatNodeKey(serial, key)}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
