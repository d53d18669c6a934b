import type { Framing, Introduction, Sighting } from "../discover.ts";
import { crc16 } from "./crc.ts";
import { frameTcp } from "./mbap.ts";
import { frameRtu } from "./rtu.ts";

const readDeviceIdentification = 0x2b;
const mei = 0x0e;
const reportServerId = 0x11;
/** V1.1b3, 6.21: objects of basic identification. */
const objects: Readonly<Record<number, string>> = { 0: "vendor", 1: "product", 2: "revision" };

/** Read device identification (43/14, basic) and report server id (17): both only read (V1.1b3, 6.13 and 6.21). */
export function introductions({ unit = 1 }: Sighting, { kind }: Framing): readonly Introduction[] {
  return [
    introduction(kind, unit, [readDeviceIdentification, mei, 1, 0], identificationLength, readIdentification),
    introduction(kind, unit, [reportServerId], (pdu) => 2 + (pdu[1] ?? 0), readServerId),
  ];
}

/** lengthOf: of the PDU that starts here; NaN while that cannot be told. */
function introduction(
  kind: Framing["kind"],
  unit: number,
  request: readonly number[],
  lengthOf: (pdu: Uint8Array) => number,
  read: (pdu: Uint8Array) => Readonly<Record<string, string>>,
): Introduction {
  const pdu = Uint8Array.from(request);
  const fn = pdu[0]!;
  const transaction = (fn << 8) | unit;
  const take = (answer: Uint8Array) => (answer[0] === fn ? read(answer) : {});
  return {
    frame: kind === "tcp" ? frameTcp(transaction, unit, pdu) : frameRtu(unit, pdu),
    longestAnswer: 100,
    read: (bytes) => {
      const found = kind === "tcp" ? tcpPdu(bytes, transaction) : rtuPdu(bytes, unit, fn, lengthOf);
      return found && take(found);
    },
  };
}

function tcpPdu(bytes: Uint8Array, transaction: number): Uint8Array | undefined {
  for (let at = 0; at + 8 <= bytes.length; ) {
    const end = at + 6 + ((bytes[at + 4]! << 8) | bytes[at + 5]!);
    if (end > bytes.length) return undefined;
    if (((bytes[at]! << 8) | bytes[at + 1]!) === transaction) return bytes.slice(at + 7, end);
    at = end;
  }
  return undefined;
}

function rtuPdu(
  bytes: Uint8Array,
  unit: number,
  fn: number,
  lengthOf: (pdu: Uint8Array) => number,
): Uint8Array | undefined {
  for (let at = 0; at + 5 <= bytes.length; at++) {
    if (bytes[at] !== unit || (bytes[at + 1]! & 0x7f) !== fn) continue;
    const pdu = bytes.subarray(at + 1);
    const length = (pdu[0]! & 0x80) !== 0 ? 2 : lengthOf(pdu);
    const end = at + 1 + length;
    if (end + 2 <= bytes.length && crc16(bytes, at, end) === (bytes[end]! | (bytes[end + 1]! << 8)))
      return pdu.slice(0, length);
  }
  return undefined;
}

/** `2B 0E 01 conformity more next count`, then for each object its number, length and text. */
function identificationLength(pdu: Uint8Array): number {
  let at = 7;
  for (let left = pdu[6] ?? Number.NaN; left > 0; left--) at += 2 + (pdu[at + 1] ?? Number.NaN);
  return pdu.length < 7 ? Number.NaN : at;
}

function readIdentification(pdu: Uint8Array): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (let at = 7, left = pdu[6] ?? 0; left > 0 && at + 2 <= pdu.length; left--) {
    const name = objects[pdu[at]!];
    const text = textOf(pdu.subarray(at + 2, at + 2 + pdu[at + 1]!));
    if (name && text) texts[name] = text;
    at += 2 + pdu[at + 1]!;
  }
  return texts;
}

/** What the bytes are is up to the maker (6.13); text among them is worth showing. */
function readServerId(pdu: Uint8Array): Readonly<Record<string, string>> {
  const text = textOf(pdu.subarray(2));
  return text.length >= 3 ? { "server id": text } : {};
}

function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : " "))
    .join("")
    .replace(/\s+/g, " ")
    .trim();
}
