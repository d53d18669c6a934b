import { type Dlt645Frame, digitsFrom, dlt645FrameAt, dlt645Overhead, sumOf } from "@weir/device-profiles/dlt645.ts";
import type { Reader } from "../driver.ts";
import { digitBytes, frameReader, isAddressed, type Verdict } from "../meter-frames.ts";
import { faultOf } from "./fault.ts";

/** DL/T 645-2007 7.1: control codes of the master. An answer sets 80, a refusal C0, an answer with more to follow A0. */
const read = 0x11;
const readOn = 0x12;
const readAddress = 0x13;
/** DL/T 645-1997. */
const read1997 = 0x01;
const answered = 0x80;
const refused = 0xc0;
const followed = 0xa0;

export type Question =
  | { readonly kind: "read"; readonly di: string }
  /** Number 1 asks for the first frame after the answer. */
  | { readonly kind: "read-on"; readonly di: string; readonly number: number }
  | { readonly kind: "read-address" };

export type Answer = {
  /** Who answered: 12 digits as printed on the meter. */
  readonly address: string;
  /** Behind the identifier; of a later frame without its number. */
  readonly data: Uint8Array;
  readonly more: boolean;
};

/** `68 A0…A5 68 C L DATA CS 16`, 33 added to each byte of data. address: 12 digits, high byte first. */
export function encodeFrame(address: string, control: number, data: Uint8Array): Uint8Array {
  const frame = new Uint8Array(dlt645Overhead + data.length);
  frame[0] = frame[7] = 0x68;
  frame.set(digitBytes(address), 1);
  frame[8] = control;
  frame[9] = data.length;
  frame.set(
    data.map((byte) => byte + 0x33),
    10,
  );
  frame[frame.length - 2] = sumOf(frame, 0, frame.length - 2);
  frame[frame.length - 1] = 0x16;
  return frame;
}

export function encodeQuestion(address: string, question: Question): Uint8Array {
  const data = question.kind === "read-address" ? new Uint8Array() : digitBytes(question.di);
  if (question.kind !== "read-on") return encodeFrame(address, controlOf(question), data);
  return encodeFrame(address, readOn, Uint8Array.from([...data, question.number]));
}

/** Finds the answer to one question among whatever the line gives. find throws a LinkError `exception-…` when the meter said no. */
export function answerReader(address: string, question: Question): Reader<Answer> {
  const control = controlOf(question);
  return frameReader({
    frameAt: dlt645FrameAt,
    judge: (frame) => judge(frame, address, question),
    isDamagedAt: (bytes, at) => isDamagedAt(bytes, at, address, control),
    sent: encodeQuestion(address, question),
    fault: (code) => faultOf(code, address, question),
  });
}

function controlOf(question: Question): number {
  if (question.kind === "read") return question.di.length === 8 ? read : read1997;
  return question.kind === "read-on" ? readOn : readAddress;
}

function judge({ address, control, data }: Dlt645Frame, asked: string, question: Question): Verdict<Answer> {
  const own = controlOf(question);
  if (!isAddressed(asked, address)) return "other";
  if (control === (own | refused)) return data.length === 1 ? { refused: data[0]! } : "other";
  if (control !== (own | answered) && control !== (own | followed)) return "other";
  const more = control === (own | followed);
  if (question.kind === "read-address") return { answer: { address, data, more } };
  const size = question.di.length / 2;
  if (data.length < size || digitsFrom(data, 0, size) !== question.di) return "other";
  if (question.kind === "read") return { answer: { address, data: data.slice(size), more } };
  if (data.length === size || data.at(-1) !== question.number) return "other";
  return { answer: { address, data: data.slice(size, -1), more } };
}

function isDamagedAt(bytes: Uint8Array, at: number, address: string, control: number): boolean {
  const length = bytes[at + 9];
  if (bytes[at + 7] !== 0x68 || length === undefined || !isAddressed(address, digitsFrom(bytes, at + 1, 6)))
    return false;
  if ((bytes[at + 8]! & ~0x60) !== (control | answered)) return false;
  const end = at + dlt645Overhead + length;
  return end <= bytes.length && bytes[end - 1] === 0x16 && sumOf(bytes, at, end - 2) !== bytes[end - 2];
}
