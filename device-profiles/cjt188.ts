import { digitsFrom, sumOf } from "./dlt645.ts";

/** One whole frame of CJ/T 188: `68 T A0…A6 C L DATA CS 16`. */
export type Cjt188Frame = {
  /** Two hex digits: 10 cold water … 20 heat … 30 gas. */
  readonly type: string;
  /** 14 digits, high byte first; the first four are the maker. */
  readonly address: string;
  readonly control: number;
  readonly data: Uint8Array;
  /** Where the next byte stands. */
  readonly end: number;
};

/** Bytes of a frame besides its data. */
export const cjt188Overhead = 13;

/** The whole, sound frame that starts here; undefined when there is none. Reads only what is there, whatever the length byte says. */
export function cjt188FrameAt(bytes: Uint8Array, at: number): Cjt188Frame | undefined {
  if (bytes[at] !== 0x68) return undefined;
  const length = bytes[at + 10];
  if (length === undefined) return undefined;
  const end = at + cjt188Overhead + length;
  if (end > bytes.length || bytes[end - 1] !== 0x16 || bytes[end - 2] !== sumOf(bytes, at, end - 2)) return undefined;
  return {
    type: digitsFrom(bytes, at + 1, 1),
    address: digitsFrom(bytes, at + 2, 7),
    control: bytes[at + 9]!,
    data: bytes.slice(at + 11, end - 2),
    end,
  };
}

/** True when an answer's first two bytes are this identifier, in either order. */
export function isCjt188Identifier(data: Uint8Array, di: string): boolean {
  const [first, second] = [Number.parseInt(di.slice(0, 2), 16), Number.parseInt(di.slice(2), 16)];
  return (data[0] === first && data[1] === second) || (data[0] === second && data[1] === first);
}
