import { type Cjt188Frame, cjt188FrameAt, cjt188Overhead, isCjt188Identifier } from "@weir/device-profiles/cjt188.ts";
import { digitsFrom, sumOf } from "@weir/device-profiles/dlt645.ts";
import type { Reader } from "../driver.ts";
import { digitBytes, frameReader, isAddressed, type Verdict } from "../meter-frames.ts";
import { faultOf } from "./fault.ts";

/** CJ/T 188-2004 7.2: control codes of the master. An answer sets 80, a refusal C0. */
const read = 0x01;
const readAddress = 0x03;
const answered = 0x80;
const refused = 0xc0;
const addressIdentifier = "810A";

/** Which meter: type code T and 14 digits, high byte first, `AA` for any. */
export type Meter = { readonly type: string; readonly address: string };

/** di: as the standard prints it. lowFirst: 901F goes out as 1F 90. serial: 0 to 255, echoed by the meter. */
export type Question = {
  readonly kind: "read" | "read-address";
  readonly di: string;
  readonly lowFirst: boolean;
  readonly serial: number;
};

/** data: behind identifier and serial number. */
export type Answer = { readonly address: string; readonly type: string; readonly data: Uint8Array };

/** `68 T A0…A6 C L DATA CS 16`. */
export function encodeFrame({ type, address }: Meter, control: number, data: Uint8Array): Uint8Array {
  const frame = new Uint8Array(cjt188Overhead + data.length);
  frame[0] = 0x68;
  frame[1] = Number.parseInt(type, 16);
  frame.set(digitBytes(address), 2);
  frame[9] = control;
  frame[10] = data.length;
  frame.set(data, 11);
  frame[frame.length - 2] = sumOf(frame, 0, frame.length - 2);
  frame[frame.length - 1] = 0x16;
  return frame;
}

/** The question that any meter answers with its own address, alone on its line. */
export function addressQuestion(lowFirst: boolean, serial: number): Question {
  return { kind: "read-address", di: addressIdentifier, lowFirst, serial };
}

export function encodeQuestion(meter: Meter, { kind, di, lowFirst, serial }: Question): Uint8Array {
  const identifier = digitBytes(di);
  if (!lowFirst) identifier.reverse();
  return encodeFrame(meter, kind === "read" ? read : readAddress, Uint8Array.from([...identifier, serial]));
}

/** Finds the answer to one question among whatever the line gives. find throws a LinkError `exception-…` when the meter said no. */
export function answerReader(meter: Meter, question: Question): Reader<Answer> {
  return frameReader({
    frameAt: cjt188FrameAt,
    judge: (frame) => judge(frame, meter, question),
    isDamagedAt: (bytes, at) => isDamagedAt(bytes, at, meter, question),
    sent: encodeQuestion(meter, question),
    fault: (code) => faultOf(code, meter, question),
  });
}

/** Serial number and type are not compared: meters are known that do not repeat them, and address and identifier suffice. */
function judge({ type, address, control, data }: Cjt188Frame, meter: Meter, { kind, di }: Question): Verdict<Answer> {
  const own = kind === "read" ? read : readAddress;
  if (!isAddressed(meter.address, address)) return "other";
  if (control === (own | refused)) return { refused: data.at(-1) ?? 0 };
  if (control !== (own | answered) || data.length < 3 || !isCjt188Identifier(data, di)) return "other";
  return { answer: { address, type, data: data.slice(3) } };
}

function isDamagedAt(bytes: Uint8Array, at: number, { address }: Meter, { kind }: Question): boolean {
  const length = bytes[at + 10];
  if (length === undefined || !isAddressed(address, digitsFrom(bytes, at + 2, 7))) return false;
  if ((bytes[at + 9]! & ~0x40) !== ((kind === "read" ? read : readAddress) | answered)) return false;
  const end = at + cjt188Overhead + length;
  return end <= bytes.length && bytes[end - 1] === 0x16 && sumOf(bytes, at, end - 2) !== bytes[end - 2];
}
