import type { Port } from "../port.ts";
import { answerBytes, decodeBySerial, encodeBySerial } from "./by-serial.ts";
import type { AskAll } from "./search.ts";

export type LineOptions = {
  readonly port: Port;
  /** Bits a second, for the time that bytes take. */
  readonly baud: number;
  /** How long an answer may take to begin, ms: the node's silence and whatever is between it and here. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
};

/** USB adapters hand bytes over every 16 ms; an answer has ended when nothing came for longer. */
const quietMs = 30;
/** To write its EEPROM takes a node up to a quarter of a second. */
const claimMs = 400;

/** Asks all nodes of the line behind a port. An adapter that hears itself is known by its first question. */
export function createAskAll({ port, baud, waitMs, signal }: LineOptions): AskAll {
  const msOf = (bytes: number) => (bytes * 11_000) / baud;
  const silenceMs = Math.ceil(Math.max(1.75, msOf(3.5))) + 1;
  let echoes: boolean | undefined;

  return async (request) => {
    const frame = encodeBySerial(request);
    await port.wait(silenceMs, signal);
    await port.discard();
    await port.write(frame);
    const untilSent = msOf(frame.length);
    if (echoes) await port.read(frame.length, untilSent + waitMs, signal);
    const claim = request.what === "claim" ? claimMs : 0;
    const first = await port.read(1, (echoes ? 0 : untilSent) + waitMs + claim, signal);
    const rest = first.length === 0 ? first : await port.read(answerBytes - 1, msOf(answerBytes) + quietMs, signal);
    const bytes = Uint8Array.from([...first, ...rest]);
    echoes ??= bytes.length === frame.length && bytes.every((byte, at) => byte === frame[at]);
    if (rest.length === answerBytes - 1 || rest.length === 0) return decodeBySerial(bytes, request);
    while ((await port.read(256, quietMs, signal)).length > 0);
    return "garbled";
  };
}
