/** What authenticates firmware to a node, by serial number: 16 bytes each, the newest first. Which one it has, it proves. */
export type NodeKeys = ReadonlyMap<number, readonly Uint8Array[]>;

export const formatNodeKey = (serial: number, key: Uint8Array): string =>
  `${serial} ${Array.from(key, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;

/**
 * Lines `<serial number> <32 hexadecimal digits>`; the last one of a number is its newest; empty ones and those that begin with `#` say nothing. Throws
 * one Error that lists every fault as `file:line: what is wrong`, and none of the keys.
 */
export function parseNodeKeys(text: string, file: string): NodeKeys {
  const keys = new Map<number, readonly Uint8Array[]>();
  const faults: string[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [, serial, key] = /^(\d{1,10}) ([0-9a-f]{32})$/.exec(line.trim()) ?? [];
    if (serial === undefined || Number(serial) > 0xfffffffe)
      faults.push(`${file}:${index + 1}: not \`<serial number> <32 hexadecimal digits>\``);
    else {
      const bytes = Uint8Array.from(key!.match(/../g)!, (pair) => Number.parseInt(pair, 16));
      keys.set(Number(serial), [bytes, ...(keys.get(Number(serial)) ?? [])]);
    }
  }
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return keys;
}
