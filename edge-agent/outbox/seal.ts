import { crc32 } from "node:zlib";
import { type Packed, unpack } from "./pack.ts";

/** What a row of the file says: whose record it is, where it stands, and its body. */
export type Sealed = Packed & {
  readonly offset: number;
  readonly device: string | null;
  readonly appendedAt: number;
  readonly samples: number;
  /** As text; none in quarantine. */
  readonly clock?: string | null;
};

/** CRC-32 of all that a row says: a bit that flips in a device's name must not make a reading of another device. */
export function sealOf({ offset, device, appendedAt, samples, stored, deflated, clock = null }: Sealed): number {
  return crc32(stored, crcOf([offset, device, appendedAt, samples, deflated, clock]));
}

/** CRC-32 of a few columns. */
export function crcOf(columns: readonly unknown[]): number {
  return crc32(JSON.stringify(columns));
}

/** Whether a row is as it was written, whatever its columns hold now. */
export const isSound = (row: Sealed & { readonly crc: number }): boolean =>
  row.stored instanceof Uint8Array && sealOf(row) === row.crc;

/** The body of a row, or undefined when the row is not as it was written. */
export function openRow(row: Sealed & { readonly crc: number }): Uint8Array | undefined {
  return isSound(row) ? unpack(row) : undefined;
}
