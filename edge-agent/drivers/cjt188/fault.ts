import { LinkError, type LinkErrorCode } from "../driver.ts";
import type { Meter, Question } from "./codec.ts";

/** A LinkError that names meter, question and what to check next. */
export function faultOf(code: LinkErrorCode, { address }: Meter, { kind, di }: Question): LinkError {
  const advice = advices[code] ?? "the meter refuses; check identifier and meter_type in the profile";
  const question = kind === "read" ? `read of ${di}` : "read of the address";
  return new LinkError(code, `meter ${address}, ${question}: ${advice}`);
}

/** The meter answers and refuses: its answer to an identifier that it does not have. */
export function isRefusal(code: LinkErrorCode): boolean {
  return code.startsWith("exception-");
}

const advices: Partial<Record<LinkErrorCode, string>> = {
  timeout:
    "no answer; check power, the 14 digits of the address, meter_type and di_order, then wiring (A/B or M-Bus), baud rate and parity (2400, even), or the serial server in between",
  crc: "the answer fails its checksum; check screen, termination and earth, and that no second master is on the line",
  frame: "the answer is cut short or is no CJ/T 188 frame; check baud rate and parity, or raise the timeout",
  mismatch: "an answer to something else; look for a second master, or check the identifier in the profile",
};
