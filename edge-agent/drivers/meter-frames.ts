import type { LinkError, LinkErrorCode, Reader } from "./driver.ts";

/** What a frame of the protocol is to the one who asked: the answer, a refusal, or somebody else's business. */
export type Verdict<T> = { readonly answer: T } | { readonly refused: number } | "other";

export type FrameSearch<Frame extends { readonly end: number }, T> = {
  /** The whole, sound frame that starts here. */
  readonly frameAt: (bytes: Uint8Array, at: number) => Frame | undefined;
  readonly judge: (frame: Frame) => Verdict<T>;
  /** True where a damaged answer of ours starts: everything of it is there but its checksum is wrong. */
  readonly isDamagedAt: (bytes: Uint8Array, at: number) => boolean;
  /** What was sent: an adapter may echo it. */
  readonly sent: Uint8Array;
  readonly fault: (code: LinkErrorCode) => LinkError;
};

const start = 0x68;
const wakeUp = 0xfe;

/**
 * Finds the answer among whatever the line gives: every 68 is tried until a frame holds together and is the answer. Garbage,
 * echoes and others' frames are passed over; no length byte is believed before its frame is there and its checksum fits.
 */
export function frameReader<Frame extends { readonly end: number }, T>(search: FrameSearch<Frame, T>): Reader<T> {
  const { frameAt, judge, isDamagedAt, sent, fault } = search;

  function diagnose(bytes: Uint8Array): LinkErrorCode {
    const heard = withoutEcho(bytes, sent);
    if (heard.every((byte) => byte === wakeUp)) return "timeout";
    let others = false;
    for (let at = 0; at < heard.length; at++) {
      if (heard[at] !== start) continue;
      if (isDamagedAt(heard, at)) return "crc";
      others ||= frameAt(heard, at) !== undefined;
    }
    return others ? "mismatch" : "frame";
  }

  return {
    find: (bytes) => {
      for (let at = bytes.indexOf(start); at >= 0; at = bytes.indexOf(start, at)) {
        const frame = frameAt(bytes, at);
        const verdict = frame ? judge(frame) : "other";
        if (frame && verdict !== "other") {
          if ("refused" in verdict) throw fault(`exception-${verdict.refused}`);
          return { value: verdict.answer, end: frame.end };
        }
        at = frame ? frame.end : at + 1;
      }
      return undefined;
    },
    fault: (bytes) => fault(diagnose(bytes)),
    spoilt: (bytes) => diagnose(bytes) === "crc",
  };
}

function withoutEcho(bytes: Uint8Array, sent: Uint8Array): Uint8Array {
  for (let at = 0; at + sent.length <= bytes.length; at++) {
    if (!sent.every((byte, i) => bytes[at + i] === byte)) continue;
    return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + sent.length)]);
  }
  return bytes;
}

/** Digits as people write them, high byte first → bytes low byte first; `AA` stays AA. */
export function digitBytes(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits, "hex")).reverse();
}

/** True when an answer from `found` may be the one that was asked for: equal, byte by byte, but where `AA` was asked. */
export function isAddressed(asked: string, found: string): boolean {
  if (asked.length !== found.length) return false;
  for (let i = 0; i < asked.length; i += 2) {
    const byte = asked.slice(i, i + 2);
    if (byte !== "AA" && byte !== found.slice(i, i + 2)) return false;
  }
  return true;
}
