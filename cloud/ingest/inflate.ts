import { gunzipSync, inflateSync } from "node:zlib";
import { compressedOf } from "@weir/wire/sparkplug/compressed.ts";
import { decodePayload } from "@weir/wire/sparkplug/decode.ts";
import type { Payload } from "@weir/wire/sparkplug/payload.ts";

/** As large as a message may be that is not compressed: a few bytes that swell beyond it are refused. */
export const inflatedBytes = 1024 * 1024;

/** The payload itself, or the one that it holds compressed. Never throws. */
export function inflated(payload: Payload): Payload | { readonly error: string } {
  const compressed = compressedOf(payload);
  if (compressed === undefined || "error" in compressed) return compressed ?? payload;
  const { algorithm, body } = compressed;
  try {
    const open = algorithm === "GZIP" ? gunzipSync : inflateSync;
    return decodePayload(open(body, { maxOutputLength: inflatedBytes }));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE") return { error: `holds more than ${inflatedBytes} bytes, compressed` };
    return { error: `is not what ${algorithm} makes: ${message}` };
  }
}
