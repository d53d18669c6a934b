import { lookAt, type Shape } from "@weir/device-profiles/binary-frame.ts";
import type { LinkErrorCode, Reader } from "../driver.ts";
import { faultOf } from "./fault.ts";

export type FrameSearch = {
  readonly shape: Shape;
  /** What was sent, which adapters may echo; undefined when the instrument speaks by itself. */
  readonly request: Uint8Array | undefined;
  /** For words. */
  readonly model: string;
};

/**
 * Finds the first whole, sound frame that is not our own request. Every byte may be a start: garbage, false starts and lengths
 * that promise more than comes hide no frame behind them.
 */
export function frameReader({ shape, request, model }: FrameSearch): Reader<Uint8Array> {
  function isEcho(bytes: Uint8Array, at: number, end: number): boolean {
    return request?.length === end - at && request.every((byte, i) => bytes[at + i] === byte);
  }

  function diagnose(bytes: Uint8Array): LinkErrorCode {
    const heard = withoutEcho(bytes, request);
    if (heard.length === 0) return "timeout";
    for (let at = heard.indexOf(shape.start[0]!); at >= 0; at = heard.indexOf(shape.start[0]!, at + 1))
      if (lookAt(heard, at, shape) === "damaged") return "crc";
    return "frame";
  }

  return {
    find: (bytes) => {
      for (let at = bytes.indexOf(shape.start[0]!); at >= 0; at = bytes.indexOf(shape.start[0]!, at + 1)) {
        const look = lookAt(bytes, at, shape);
        if (typeof look !== "object") continue;
        if (isEcho(bytes, at, look.end)) at = look.end - 1;
        else return { value: bytes.slice(at, look.end), end: look.end };
      }
      return undefined;
    },
    fault: (bytes) => faultOf(diagnose(bytes), model, request !== undefined),
    // Whoever speaks by itself does so again.
    ...(request && { spoilt: (bytes: Uint8Array) => diagnose(bytes) === "crc" }),
  };
}

function withoutEcho(bytes: Uint8Array, sent: Uint8Array | undefined): Uint8Array {
  if (!sent) return bytes;
  for (let at = 0; at + sent.length <= bytes.length; at++) {
    if (!sent.every((byte, i) => bytes[at + i] === byte)) continue;
    return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + sent.length)]);
  }
  return bytes;
}
