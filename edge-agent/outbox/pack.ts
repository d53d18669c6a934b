import { deflateRawSync, inflateRawSync } from "node:zlib";

/** A body as it lies on disk: deflated (RFC 1951) when that is smaller. */
export type Packed = { readonly stored: Uint8Array; readonly deflated: boolean };

/** Shorter bodies do not repay the call. */
const worthDeflating = 160;

export function pack(body: Uint8Array): Packed {
  if (body.length >= worthDeflating) {
    const stored = deflateRawSync(body, sizedFor(body.length));
    if (stored.length < body.length) return { stored, deflated: true };
  }
  return { stored: body, deflated: false };
}

/** zlib's own settings are for streams: for a record of a kilobyte they take 16 KB for the result and 260 KB of state, at each call. */
export function sizedFor(length: number) {
  const windowBits = Math.min(15, Math.max(9, Math.ceil(Math.log2(length))));
  return { chunkSize: length, windowBits, memLevel: windowBits - 7 };
}

/** The body again. Throws for bytes that `pack` did not make. */
export function unpack({ stored, deflated }: Packed): Uint8Array {
  return deflated ? inflateRawSync(stored) : stored;
}
