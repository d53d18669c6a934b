import { LinkError, type LinkErrorCode } from "../driver.ts";
import type { Question } from "./codec.ts";

/** A LinkError that names meter, question and what to check next. */
export function faultOf(code: LinkErrorCode, address: string, question: Question): LinkError {
  return new LinkError(code, `meter ${address}, ${questionText(question)}: ${adviceOn(code)}`);
}

/** The meter answers and has no such data: bit 1 of the error byte. */
export function isRefusal(code: LinkErrorCode): boolean {
  const error = /^exception-(\d+)$/.exec(code)?.[1];
  return error !== undefined && (Number(error) & 2) !== 0;
}

function questionText(question: Question): string {
  if (question.kind === "read-address") return "read of the address";
  return question.kind === "read" ? `read of ${question.di}` : `read of ${question.di}, frame ${question.number}`;
}

function adviceOn(code: LinkErrorCode): string {
  const error = /^exception-(\d+)$/.exec(code)?.[1];
  if (error === undefined) return advices[code] ?? "see the meter's manual";
  const bits = errorBits.filter(([bit]) => (Number(error) & bit) !== 0).map(([, text]) => text);
  return bits.length > 0 ? bits.join("; ") : "the meter refuses without a reason; see its manual";
}

const advices: Partial<Record<LinkErrorCode, string>> = {
  timeout:
    "no answer; check power and the 12 digits of the address, then wiring (A/B), baud rate and parity (meters ship with 2400 or 9600, even), or the serial server in between",
  crc: "the answer fails its checksum; check screen, termination and earth, and that no second master is on the line",
  frame: "the answer is cut short or is no DL/T 645 frame; check baud rate and parity, or raise the timeout",
  mismatch: "an answer to something else; look for a second master, or check the identifier in the profile",
};

/** DL/T 645-2007, error byte. */
const errorBits: readonly (readonly [bit: number, text: string])[] = [
  [0x01, "the meter reports another error; look at its display"],
  [0x02, "the meter has no such data; check the identifier in the profile and the edition of the standard"],
  [0x04, "the meter wants a password or does not allow it"],
  [0x08, "the meter cannot change its baud rate"],
  [0x10, "more yearly time zones than the meter has"],
  [0x20, "more daily time slots than the meter has"],
  [0x40, "more tariffs than the meter has"],
];
