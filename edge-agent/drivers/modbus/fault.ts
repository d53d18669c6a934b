import { LinkError, type LinkErrorCode } from "../driver.ts";
import { describeRequest, type Request } from "./pdu.ts";

/** A LinkError that names unit, request and what to check next. */
export function faultOf(code: LinkErrorCode, unit: number, request: Request): LinkError {
  const advice = advices[code] ?? "see the instrument's manual for this exception";
  return new LinkError(code, `unit ${unit}, ${describeRequest(request)}: ${advice}`);
}

const advices: Partial<Record<LinkErrorCode, string>> = {
  timeout: "no answer; check power and unit number, then wiring (A/B), baud rate and parity, or the gateway in between",
  crc: "the answer fails its CRC; check screen, termination and earth, and that no second master is on the line",
  frame: "the answer is cut short or is no Modbus frame; check baud rate and parity, or raise the timeout",
  mismatch: "an answer to something else; look for a second master or two devices with one unit number",
  "exception-1": "the device does not offer this function; check the table in the profile (input or holding)",
  "exception-2": "the device has no such register; check the register and the profile's base (0 or 1)",
  "exception-3": "the device refuses the count or the value; try a smaller registers_per_read, or check the limits",
  "exception-4": "the device failed while doing it; look at its own display or fault register",
  "exception-5": "the device needs more time; poll it less often",
  "exception-6": "the device is busy; raise its gap or poll it less often",
  "exception-8": "the device found its memory damaged",
  "exception-10": "the gateway has no path to this unit; check its routing table",
  "exception-11": "the gateway is there, the device behind it is silent; check its power, unit number and wiring",
};

/** The device answers and will not do this: it has no such function, register or count. */
export function isRefusal(code: LinkErrorCode): boolean {
  return code === "exception-1" || code === "exception-2" || code === "exception-3";
}

/** No sign of life from the device itself; a gateway may have said so. */
export function isSilence(code: LinkErrorCode): boolean {
  return code === "timeout" || code === "exception-10" || code === "exception-11";
}
