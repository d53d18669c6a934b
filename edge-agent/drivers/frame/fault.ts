import { LinkError, type LinkErrorCode } from "../driver.ts";

/** A LinkError that names the instrument and what to check next. */
export function faultOf(code: LinkErrorCode, model: string, asked: boolean): LinkError {
  const advice = asked ? { ...advices, ...whenAsked }[code] : { ...advices, ...whenListening }[code];
  return new LinkError(code, `${model}: ${advice ?? "see the instrument's manual"}`);
}

const advices: Partial<Record<LinkErrorCode, string>> = {
  crc: "a frame came whose checksum is wrong; check screen, cable length and earth, and checksum in the profile",
  frame:
    "bytes came, but no whole frame among them; check baud rate and parity, whether TX and RX are swapped, and answer in the profile",
};
const whenAsked: Partial<Record<LinkErrorCode, string>> = {
  timeout:
    "no answer; check power, wiring (TX to RX), baud rate, and that the instrument is set to answer and not to speak by itself",
};
const whenListening: Partial<Record<LinkErrorCode, string>> = {
  timeout:
    "nothing was heard; check power, wiring (TX to RX), that the instrument is set to speak by itself, and that timeout is longer than its period",
};
