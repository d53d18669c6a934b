/** A whole line among bytes: without its end, one character a byte; `end` is where the next begins. */
export type WholeLine = { readonly text: string; readonly end: number };

/** Longer ones are nobody's: garbage, or binary. */
export const longestLine = 512;

const carriageReturn = 0x0d;
const lineFeed = 0x0a;

/**
 * The whole lines in bytes, in their order, empty and overlong ones left out. ends: the characters that end a line; undefined:
 * a carriage return, a line feed, or both.
 */
export function* wholeLines(bytes: Uint8Array, ends?: string): Generator<WholeLine> {
  const last = ends?.charCodeAt(ends.length - 1);
  for (let from = 0, at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (last === undefined ? byte !== carriageReturn && byte !== lineFeed : byte !== last) continue;
    const length = at + 1 - from - (ends?.length ?? 1);
    if (ends !== undefined && (length < 0 || textOf(bytes, at + 1 - ends.length, at + 1) !== ends)) continue;
    if (length > 0 && length <= longestLine) yield { text: textOf(bytes, from, from + length), end: at + 1 };
    from = at + 1;
  }
}

/** Where the last whole line ends. */
export function endOfLines(bytes: Uint8Array, ends?: string): number {
  if (ends === undefined) return Math.max(bytes.lastIndexOf(carriageReturn), bytes.lastIndexOf(lineFeed)) + 1;
  const last = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).lastIndexOf(ends, undefined, "latin1");
  return last < 0 ? 0 : last + ends.length;
}

function textOf(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("latin1");
}
