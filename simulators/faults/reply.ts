import type { Delivery } from "../lines/delivery.ts";
import type { Fault } from "./fault.ts";

/** A reply on its way out, untouched. */
export function plainly(bytes: Uint8Array): Delivery {
  return { bytes, delayMs: 0, overtaken: false, reset: false, echo: false, byteGapMs: 0 };
}

/**
 * What a fault makes of a reply on its way out. Pure; faults are applied one after another. draw gives numbers in [0, 1).
 * Faults of values and exceptions leave a reply alone: they work before there are bytes.
 */
export function spoilReply(delivery: Delivery, fault: Fault, draw: () => number): Delivery {
  const { bytes } = delivery;
  if (bytes === undefined) return delivery;
  switch (fault.fault) {
    case "silence":
      return { ...delivery, bytes: undefined };
    case "slow":
      return { ...delivery, delayMs: delivery.delayMs + fault.ms };
    case "late":
      return { ...delivery, delayMs: delivery.delayMs + fault.ms, overtaken: true };
    case "echo":
      return { ...delivery, echo: true };
    case "trickle":
      return { ...delivery, byteGapMs: fault.ms };
    case "reset":
      return { ...delivery, reset: true };
    case "truncate":
      return {
        ...delivery,
        bytes: bytes.slice(0, Math.max(1, bytes.length - (fault.bytes ?? Math.ceil(bytes.length / 2)))),
      };
    case "garbage":
      return { ...delivery, bytes: Uint8Array.from([...anyBytes(fault.bytes, draw), ...bytes]) };
    case "crc":
      return { ...delivery, bytes: garble(bytes, draw) };
    default:
      return delivery;
  }
}

function anyBytes(count: number, draw: () => number): readonly number[] {
  return Array.from({ length: count }, () => Math.floor(draw() * 256));
}

/** Flips bits of one byte: neither a CRC nor a sum modulo 256 can stay right then. */
function garble(bytes: Uint8Array, draw: () => number): Uint8Array {
  const garbled = Uint8Array.from(bytes);
  garbled[Math.floor(draw() * bytes.length)]! ^= 1 + Math.floor(draw() * 255);
  return garbled;
}
