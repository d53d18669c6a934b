import type { Delivery } from "../modbus/bus.ts";
import type { Fault } from "./fault.ts";

/** A reply on its way out, untouched. */
export function plainly(bytes: Uint8Array): Delivery {
  return { bytes, delayMs: 0, overtaken: false, reset: false };
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
    case "reset":
      return { ...delivery, reset: true };
    case "truncate":
      return {
        ...delivery,
        bytes: bytes.slice(0, Math.max(1, bytes.length - (fault.bytes ?? Math.ceil(bytes.length / 2)))),
      };
    case "crc":
      return { ...delivery, bytes: garble(bytes, draw) };
    default:
      return delivery;
  }
}

/** Flips one to three bits, never in such a way that the bytes stay the same. */
function garble(bytes: Uint8Array, draw: () => number): Uint8Array {
  const garbled = Uint8Array.from(bytes);
  const places = new Set<number>();
  const flips = 1 + Math.floor(draw() * 3);
  for (let i = 0; i < flips; i++) places.add(Math.floor(draw() * bytes.length * 8));
  for (const place of places) garbled[place >> 3]! ^= 1 << (place & 7);
  return garbled;
}
