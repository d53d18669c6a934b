import { LinkError, type LinkErrorCode } from "../driver.ts";

/** A LinkError that names sensor, command and what to check next. */
export function faultOf(code: LinkErrorCode, address: string, body: string): LinkError {
  return new LinkError(code, `sensor ${address}, ${address}${body}!: ${advices[code] ?? "see the sensor's manual"}`);
}

/** The sensor has no values behind this command: `a0000`, or an address and nothing more. */
export const nothingThere: LinkErrorCode = "exception-0";

/** The sensor answers and has no such command. */
export function isRefusal(code: LinkErrorCode): boolean {
  return code === nothingThere;
}

const advices: Partial<Record<LinkErrorCode, string>> = {
  timeout:
    "no answer; check 12 V on the sensor, its address (ask ?! with no other sensor on the line), that the adapter makes the break that wakes sensors up, and its baud rate and parity (1200 7E1, or the adapter's own)",
  crc: "the answer fails its check characters; check cable length, earth and a sensor that talks out of turn; a sensor before SDI-12 1.3 has none: then crc: false",
  frame:
    "what came is no SDI-12 answer; check baud rate, data bits and parity of the adapter (7E1 read as 8N1 gives such noise)",
  mismatch: "an answer of another sensor; look for two sensors with one address, or a second recorder on the line",
  [nothingThere]: "the sensor has no values behind this command; check commands in the profile against its manual",
};
