import { crc16 } from "../modbus.ts";

/** What the nodes of a line are asked by serial number, whatever address they have: nodes/commission.c. */
export type BySerial =
  /** Whose serial number has these bits? */
  | { readonly what: "find"; readonly mask: number; readonly value: number }
  /** Answers, and then keeps silent to `find` until `unmute`. */
  | { readonly what: "mute"; readonly serial: number }
  | { readonly what: "unmute" }
  /** Nobody answers to this: whatever comes is no node. */
  | { readonly what: "nobody" }
  /** Takes this address for good, and answers with the one it has then. */
  | { readonly what: "claim"; readonly serial: number; readonly address: number };

/** One node's answer. `serial` is noSerial where it has none yet. */
export type Answer = { readonly serial: number; readonly address: number; readonly hardwareClass: number };

/** What a question brought: nobody, one node, or something that is no whole answer: several at once, or noise. */
export type Heard = "silence" | "garbled" | Answer;

/** What a node without a serial number says; it is nobody's. */
export const noSerial = 0xffffffff;

/** The private function, and the letters behind it, so that no other use of that function is taken for ours. */
const head = [0, 65, 0x57, 0x45] as const;
const codes = { nobody: 0, find: 1, mute: 2, unmute: 3, claim: 4 } as const;
const answerBit = 0x80;

/** Bytes of an answer: head, what, serial number, address, hardware class, moment, CRC. */
export const answerBytes = 16;

/** The frame to send, CRC included: to the broadcast address with a function that other instruments do not have, so that they pass it over. */
export function encodeBySerial(request: BySerial): Uint8Array {
  const body = [...head, codes[request.what], ...bodyOf(request)];
  const crc = crc16(body);
  return Uint8Array.from([...body, crc & 0xff, crc >> 8]);
}

function bodyOf(request: BySerial): readonly number[] {
  switch (request.what) {
    case "find":
      return [...bytesOf(request.mask), ...bytesOf(request.value)];
    case "mute":
      return bytesOf(request.serial);
    case "unmute":
    case "nobody":
      return [];
    case "claim":
      return [...bytesOf(request.serial), request.address];
  }
}

/** What came after a request. Pure; never throws. Only the one whole answer to this very request is an answer. */
export function decodeBySerial(bytes: Uint8Array, { what }: BySerial): Heard {
  if (bytes.length === 0) return "silence";
  const whole =
    bytes.length === answerBytes &&
    head.every((byte, at) => bytes[at] === byte) &&
    bytes[4] === (codes[what] | answerBit) &&
    crc16([...bytes]) === 0;
  if (!whole) return "garbled";
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return { serial: view.getUint32(5), address: bytes[9]!, hardwareClass: view.getUint16(10) };
}

const bytesOf = (number: number): readonly number[] => [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff);
