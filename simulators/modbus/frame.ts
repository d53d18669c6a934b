import { crc16 } from "./crc.ts";

const readDeviceIdentification = 0x2b;

/** One request taken off a stream: `header` is what the reply must repeat, `length` how many bytes it took. */
export type Taken = {
  readonly unit: number;
  readonly pdu: Uint8Array;
  readonly header: number;
  readonly length: number;
};

/** How requests and replies are wrapped on a stream. */
export type Framing = {
  /** The request at the head of the buffer; `more` while it is not complete; `noise` when it can never become one. */
  take(buffer: Uint8Array): Taken | "more" | "noise";
  wrap(unit: number, pdu: Uint8Array, header: number): Uint8Array;
};

/** Modbus messaging on TCP/IP V1.0b, 3.1.3: transaction, protocol 0, length, unit, PDU. */
export const tcpFraming: Framing = {
  take(buffer) {
    if (buffer.length < 8) return "more";
    const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    const length = view.getUint16(4);
    if (view.getUint16(2) !== 0 || length < 2 || length > 254) return "noise";
    if (buffer.length < 6 + length) return "more";
    return { unit: buffer[6]!, pdu: buffer.slice(7, 6 + length), header: view.getUint16(0), length: 6 + length };
  },
  wrap(unit, pdu, transaction) {
    const frame = new Uint8Array(7 + pdu.length);
    const view = new DataView(frame.buffer);
    view.setUint16(0, transaction);
    view.setUint16(4, pdu.length + 1);
    frame[6] = unit;
    frame.set(pdu, 7);
    return frame;
  },
};

/** Modbus over serial line V1.02, 2.5.1: unit, PDU, CRC with its low byte first. */
export const rtuFraming: Framing = {
  take(buffer) {
    if (buffer.length < 2) return "more";
    const code = buffer[1]!;
    if (code === 15 || code === 16) {
      if (buffer.length < 7) return "more";
      return takeRtu(buffer, 9 + buffer[6]!);
    }
    return takeRtu(buffer, code === readDeviceIdentification ? 7 : 8);
  },
  wrap(unit, pdu) {
    const frame = new Uint8Array(pdu.length + 3);
    frame[0] = unit;
    frame.set(pdu, 1);
    const crc = crc16(frame.subarray(0, pdu.length + 1));
    frame[pdu.length + 1] = crc & 0xff;
    frame[pdu.length + 2] = crc >> 8;
    return frame;
  },
};

/** A request of an unknown function may be of any length; those that masters send are 4 or 8 bytes long. */
function takeRtu(buffer: Uint8Array, length: number): Taken | "more" | "noise" {
  const known = buffer[1]! <= 6 || buffer[1] === 15 || buffer[1] === 16;
  if (!known && buffer.length === 4 && isSound(buffer)) return taken(buffer, 4);
  if (buffer.length < length) return "more";
  return isSound(buffer.subarray(0, length)) ? taken(buffer, length) : "noise";
}

function isSound(frame: Uint8Array): boolean {
  const crc = crc16(frame.subarray(0, -2));
  return frame.at(-2) === (crc & 0xff) && frame.at(-1) === crc >> 8;
}

function taken(buffer: Uint8Array, length: number): Taken {
  return { unit: buffer[0]!, pdu: buffer.slice(1, length - 2), header: 0, length };
}
