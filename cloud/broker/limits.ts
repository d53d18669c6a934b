import type { Socket } from "node:net";
import type { Clock } from "@weir/wire/clock.ts";

/**
 * Follows the fixed headers of an MQTT 3.1.1 byte stream (§2.2) and tells of a packet that is too large as soon as its length is
 * known, before a parser would collect it. Call with each chunk; false means the stream must be ended. Pure apart from its state.
 */
export function packetSizeGuard(maxBytes: number): (chunk: Uint8Array) => boolean {
  let body = 0;
  let lengthBytes = -1;
  let length = 0;
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (body > 0) {
        const skipped = Math.min(body, chunk.length - at);
        body -= skipped;
        at += skipped;
      } else if (lengthBytes < 0) {
        lengthBytes = 0;
        length = 0;
        at++;
      } else {
        const byte = chunk[at++] as number;
        length += (byte & 0x7f) * 128 ** lengthBytes++;
        if (length > maxBytes || lengthBytes > 4) return false;
        if (byte < 0x80) {
          body = length;
          lengthBytes = -1;
        }
      }
    }
    return true;
  };
}

/** Puts the guard between a socket and whoever reads it by `read()`, as Aedes does. Calls refuse once, and the socket is gone. */
export function guardSocket(socket: Socket, maxBytes: number, refuse: () => void): void {
  const fits = packetSizeGuard(maxBytes);
  const read = socket.read.bind(socket);
  socket.read = (size?: number) => {
    const chunk: Uint8Array | null = read(size);
    if (chunk === null || fits(chunk)) return chunk;
    refuse();
    socket.destroy();
    return null;
  };
}

/** A token bucket per key: up to `burst` at once, `perSecond` in the long run. Returns whether one more may pass now. */
export function rateLimit(
  { perSecond, burst }: { readonly perSecond: number; readonly burst: number },
  clock: Clock,
): (key: string) => boolean {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return (key) => {
    const now = clock.monotonic();
    const bucket = buckets.get(key) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    buckets.delete(key);
    buckets.set(key, { tokens: tokens < 1 ? tokens : tokens - 1, at: now });
    if (buckets.size > 10_000)
      for (const oldest of buckets.keys()) {
        buckets.delete(oldest);
        break;
      }
    return tokens >= 1;
  };
}
