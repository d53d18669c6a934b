/** One whole frame of DL/T 645: `68 A0…A5 68 C L DATA CS 16`. */
export type Dlt645Frame = {
  /** 12 digits as printed on the meter, high byte first; `AA` is any. */
  readonly address: string;
  readonly control: number;
  /** Without the 33 that is added to each byte on the line. */
  readonly data: Uint8Array;
  /** Where the next byte stands. */
  readonly end: number;
};

/** Bytes of a frame besides its data. */
export const dlt645Overhead = 12;

/** The whole, sound frame that starts here; undefined when there is none. Reads only what is there, whatever the length byte says. */
export function dlt645FrameAt(bytes: Uint8Array, at: number): Dlt645Frame | undefined {
  if (bytes[at] !== 0x68 || bytes[at + 7] !== 0x68) return undefined;
  const length = bytes[at + 9];
  if (length === undefined) return undefined;
  const end = at + dlt645Overhead + length;
  if (end > bytes.length || bytes[end - 1] !== 0x16 || bytes[end - 2] !== sumOf(bytes, at, end - 2)) return undefined;
  return {
    address: digitsFrom(bytes, at + 1, 6),
    control: bytes[at + 8]!,
    data: bytes.slice(at + 10, end - 2).map((byte) => byte - 0x33),
    end,
  };
}

/** Sum of bytes[from, to) modulo 256: the checksum of DL/T 645 and CJ/T 188, counted from the first 68. */
export function sumOf(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += bytes[i]!;
  return sum & 0xff;
}

/** So many bytes, low byte first, as the digits that people write: high byte first. */
export function digitsFrom(bytes: Uint8Array, at: number, count: number): string {
  let text = "";
  for (let i = at + count - 1; i >= at; i--) text += bytes[i]!.toString(16).toUpperCase().padStart(2, "0");
  return text;
}
