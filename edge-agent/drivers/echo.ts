/** What came without the first copy of what was sent: an adapter may echo it. */
export function withoutEcho(bytes: Uint8Array, sent: Uint8Array): Uint8Array {
  if (sent.length === 0) return bytes;
  for (let at = 0; at + sent.length <= bytes.length; at++) {
    if (!sent.every((byte, i) => bytes[at + i] === byte)) continue;
    return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + sent.length)]);
  }
  return bytes;
}
