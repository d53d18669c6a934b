/** A client's request as it stands in the stream (Modbus messaging on TCP/IP V1.0b, 3.1.3). */
export type ClientFrame = { readonly transaction: number; readonly unit: number; readonly pdu: Uint8Array };

const headBytes = 7;
const longestPdu = 253;

/**
 * The whole frames at the start of what a client has sent, and the bytes behind them. `garbage`: after these frames the stream is no
 * Modbus TCP, and where the next frame would start is not known. Never throws.
 */
export function takeFrames(bytes: Uint8Array): {
  readonly frames: readonly ClientFrame[];
  readonly rest: Uint8Array;
  readonly garbage: boolean;
} {
  const frames: ClientFrame[] = [];
  let at = 0;
  while (bytes.length - at >= headBytes) {
    const length = (bytes[at + 4]! << 8) | bytes[at + 5]!;
    if (bytes[at + 2] !== 0 || bytes[at + 3] !== 0 || length < 2 || length > longestPdu + 1)
      return { frames, rest: bytes.subarray(at), garbage: true };
    const end = at + 6 + length;
    if (end > bytes.length) break;
    const transaction = (bytes[at]! << 8) | bytes[at + 1]!;
    frames.push({ transaction, unit: bytes[at + 6]!, pdu: bytes.slice(at + headBytes, end) });
    at = end;
  }
  return { frames, rest: bytes.subarray(at), garbage: false };
}
