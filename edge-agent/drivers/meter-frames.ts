import type { Hearing, Sighting } from "./discover.ts";
import type { LinkError, LinkErrorCode, Reader } from "./driver.ts";
import { withoutEcho } from "./echo.ts";

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

/** Everybody who is to be heard in these bytes; `broken` where bytes belong to no whole frame, wake-up bytes apart. Pure. */
export function hearFrames<Frame extends { readonly end: number }>(
  bytes: Uint8Array,
  frameAt: (bytes: Uint8Array, at: number) => Frame | undefined,
  sightingOf: (frame: Frame) => Sighting | undefined,
): Hearing {
  const seen: Sighting[] = [];
  let broken = false;
  for (let at = 0; at < bytes.length; ) {
    const frame = bytes[at] === start ? frameAt(bytes, at) : undefined;
    const sighting = frame && sightingOf(frame);
    if (sighting) seen.push(sighting);
    else if (!frame && bytes[at] !== wakeUp) broken = true;
    at = frame ? frame.end : at + 1;
  }
  return { seen, broken };
}

/** The hundred addresses that fix two more of the low digits of one whose high digits are AA; none when all are fixed. */
export function prefixes(address: string): readonly string[] {
  const fixed = address.replaceAll("A", "");
  const wild = address.length - fixed.length;
  if (wild === 0) return [];
  return Array.from({ length: 100 }, (_, i) => "A".repeat(wild - 2) + String(i).padStart(2, "0") + fixed);
}
