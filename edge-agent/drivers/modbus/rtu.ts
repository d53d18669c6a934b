import type { LinkErrorCode, Reader } from "../driver.ts";
import { crc16 } from "./crc.ts";
import { faultOf } from "./fault.ts";
import { functionOf, isReplyHead, type Request, replyLength } from "./pdu.ts";

/** A PDU in its serial frame: unit, PDU, CRC low byte first (Modbus over serial line V1.02, 2.5.1). */
export function frameRtu(unit: number, pdu: Uint8Array): Uint8Array {
  const frame = new Uint8Array(pdu.length + 3);
  frame[0] = unit;
  frame.set(pdu, 1);
  const crc = crc16(frame, 0, pdu.length + 1);
  frame[pdu.length + 1] = crc;
  frame[pdu.length + 2] = crc >> 8;
  return frame;
}

/**
 * Finds the reply to one request among whatever the line gives: every place where unit, function and byte count fit is
 * tried until a CRC fits. Garbage and others' frames before it are passed over.
 * find throws a LinkError `exception-…` when the device said no.
 */
export function rtuReader(unit: number, request: Request): Reader<Uint8Array> {
  return {
    find: (bytes) => {
      for (let at = 0; at + 5 <= bytes.length; at++) {
        if (bytes[at] !== unit) continue;
        if (isException(request, bytes, at) && crcFits(bytes, at, 5))
          throw faultOf(`exception-${bytes[at + 2]!}`, unit, request);
        const length = replyLength(request) + 3;
        if (isReplyHead(request, bytes, at + 1) && crcFits(bytes, at, length)) {
          const data = bytes.slice(at + (request.kind === "read" ? 3 : 2), at + length - 2);
          return { value: data, end: at + length };
        }
      }
      return undefined;
    },
    fault: (bytes) => faultOf(diagnose(bytes, unit, request), unit, request),
    spoilt: (bytes) => diagnose(bytes, unit, request) === "crc",
  };
}

/** Why these bytes hold no reply to the request. */
function diagnose(bytes: Uint8Array, unit: number, request: Request): LinkErrorCode {
  if (bytes.length === 0) return "timeout";
  for (let at = 0; at + 5 <= bytes.length; at++) if (frameLengthAt(bytes, at) > 0) return "mismatch";
  const whole = replyLength(request) + 3;
  for (let at = 0; at + 5 <= bytes.length; at++) {
    if (bytes[at] !== unit) continue;
    if (isException(request, bytes, at)) return "crc";
    if (isReplyHead(request, bytes, at + 1) && at + whole <= bytes.length) return "crc";
  }
  return "frame";
}

/** Length of the good reply frame of any device that starts here, or 0. */
function frameLengthAt(bytes: Uint8Array, at: number): number {
  const fn = bytes[at + 1]!;
  const length = fn & 0x80 ? 5 : fn >= 1 && fn <= 4 ? 5 + bytes[at + 2]! : 8;
  return crcFits(bytes, at, length) ? length : 0;
}

function isException(request: Request, bytes: Uint8Array, at: number): boolean {
  return bytes[at + 1] === (functionOf(request) | 0x80);
}

function crcFits(bytes: Uint8Array, at: number, length: number): boolean {
  const end = at + length;
  if (end > bytes.length) return false;
  return crc16(bytes, at, end - 2) === (bytes[end - 2]! | (bytes[end - 1]! << 8));
}
