import { type Line, LinkError, lineSettings, type Turn } from "../drivers/driver.ts";
import { msPerByteAt, silenceMs } from "../drivers/line-timing.ts";
import { crc16 } from "../drivers/modbus/crc.ts";
import { frameRtu } from "../drivers/modbus/rtu.ts";

/** What Weir's nodes are looked for and addressed with: a private function to everybody (docs/decisions/0012-commissioning-by-serial.md). */
const fn = 65;
const letters = [0x57, 0x45];
const claim = 4;
const answerBytes = 16;
/** What the client is told of answers that spoilt each other. */
const garbled = Uint8Array.of(fn, ...letters, 0xff);
/** Until an answer begins; a node that keeps an address first writes it. */
const answerMs = 120;
const claimMs = 500;
/** USB adapters hand bytes over every 16 ms. */
const quietMs = 30;

/** True for a request that Weir's commissioning sends to all nodes of a line. */
export function isBySerial(unit: number, pdu: Uint8Array): boolean {
  return unit === 0 && pdu[0] === fn && letters.every((letter, at) => pdu[1 + at] === letter);
}

/** True for those of them that give a node another address. */
export function isClaim(pdu: Uint8Array): boolean {
  return pdu[3] === claim;
}

/**
 * Asks all nodes of a line: the PDU of the one that answered, `garbled` where several spoilt each other, undefined for silence.
 * Rejects with a LinkError when there is no line, or no turn on it in time.
 */
export function askBySerial(line: Line, pdu: Uint8Array, turn: Turn): Promise<Uint8Array | undefined> {
  const { clock, transport } = line;
  const baud = lineSettings(transport)?.baud;
  const frame = frameRtu(0, pdu);
  const ownMs = baud === undefined ? 0 : (frame.length + answerBytes) * msPerByteAt(baud);
  return line.exchange(turn, async (link) => {
    const pause = link.lastByteAt() + (baud === undefined ? 0 : silenceMs(baud)) - clock.monotonic();
    if (pause > 0) await clock.sleep(pause, turn.signal);
    link.discard();
    link.send(frame);
    let came: Uint8Array = new Uint8Array();
    try {
      return await link.receive(
        {
          find: findAnswer,
          spoilt: (bytes) => withoutEcho(bytes, frame).length > 0,
          fault: (bytes) => {
            came = bytes;
            return new LinkError("timeout", "no one node answered");
          },
        },
        { timeoutMs: ownMs + (isClaim(pdu) ? claimMs : answerMs), quietMs, signal: turn.signal },
      );
    } catch (error) {
      if (!(error instanceof LinkError) || error.code !== "timeout") throw error;
      return withoutEcho(came, frame).length > 0 ? garbled : undefined;
    }
  });
}

function findAnswer(bytes: Uint8Array): { value: Uint8Array; end: number } | undefined {
  for (let at = 0; at + answerBytes <= bytes.length; at++) {
    const end = at + answerBytes;
    const isHead = bytes[at] === 0 && isBySerial(0, bytes.subarray(at + 1, end)) && bytes[at + 4]! >= 0x80;
    if (isHead && crc16(bytes, at, end - 2) === (bytes[end - 2]! | (bytes[end - 1]! << 8)))
      return { value: bytes.slice(at + 1, end - 2), end };
  }
  return undefined;
}

/** Some adapters hear themselves. */
function withoutEcho(bytes: Uint8Array, frame: Uint8Array): Uint8Array {
  return frame.every((byte, at) => bytes[at] === byte) ? bytes.subarray(frame.length) : bytes;
}
