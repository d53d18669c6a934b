import { nodeLineOver } from "@weir/wire/firmware/node-line.ts";
import type { NodeLine } from "@weir/wire/firmware/reach.ts";
import { type Line, type Link, LinkError, lineSettings, type Reader } from "../drivers/driver.ts";
import { msPerByteAt, silenceMs } from "../drivers/line-timing.ts";
import { crc16 } from "../drivers/modbus/crc.ts";
import { frameRtu } from "../drivers/modbus/rtu.ts";

export type BusLineOptions = {
  readonly line: Line;
  readonly unit: number;
  /** The node's own time-out, for servers that are far away. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
};

/** On a line of this gateway boot485 and a node's image have begun to answer by then: 50 ms, and what an adapter adds. Who is silent costs the line that. */
const nearMs = 150;
/** Longest pause inside a reply, as for any reading (drivers/modbus/ask.ts). */
const quietAfterMs = 50;
/** A serial server keeps its rate to itself: no line in use is slower. */
const unknownBaud = 9600;
/** A guest waits so long for its turn, again and again. */
const turnMs = 5000;

/** One node on a bus that is polled meanwhile. Each exchange is a guest: it goes when the agent itself wants nothing. */
export function createBusLine({ line, unit, timeoutMs, signal }: BusLineOptions): NodeLine {
  const { transport, clock } = line;
  const settings = lineSettings(transport);
  const baud = settings?.baud ?? unknownBaud;
  const silence = silenceMs(baud);
  const answerMs = transport.kind === "serial" ? Math.min(timeoutMs, nearMs) : timeoutMs;

  async function exchange(pdu: Uint8Array, replyLengths: readonly number[]): Promise<Uint8Array | undefined> {
    const frame = frameRtu(unit, pdu);
    const longest = (replyLengths.at(-1) ?? 0) + 3;
    const waitMs = answerMs + (frame.length + longest) * msPerByteAt(baud);
    const job = async (link: Link) => {
      const pause = link.lastByteAt() + silence - clock.monotonic();
      if (pause > 0) await clock.sleep(pause, signal);
      link.discard();
      link.send(frame);
      const quiet = settings && { quietMs: quietAfterMs + silence };
      return link.receive(replyTo(unit, pdu, replyLengths), { timeoutMs: waitMs, signal, ...quiet });
    };
    for (;;) {
      signal.throwIfAborted();
      const turn = { urgent: false, deadline: clock.monotonic() + turnMs, signal, guest: true } as const;
      try {
        return await line.exchange(turn, job);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof LinkError)) throw error;
        if (error.code !== "busy") return undefined;
      }
    }
  }

  const wait = async (ms: number) => {
    await clock.sleep(ms, signal);
    signal.throwIfAborted();
  };
  return nodeLineOver(exchange, { wait, now: clock.monotonic });
}

/** The reply PDU to this request, wherever it begins among what has come. */
export function replyTo(unit: number, asked: Uint8Array, lengths: readonly number[]): Reader<Uint8Array> {
  const shortest = Math.min(...lengths) + 3;
  return {
    find: (bytes) => {
      for (let at = 0; at + shortest <= bytes.length; at++) {
        if (bytes[at] !== unit || (bytes[at + 1]! & 0x7f) !== asked[0]) continue;
        for (const length of lengths) {
          const end = at + length + 3;
          if (end <= bytes.length && isWhole(bytes, at, end)) return { value: bytes.slice(at + 1, end - 2), end };
        }
      }
      return undefined;
    },
    fault: (bytes) =>
      bytes.length === 0
        ? new LinkError("timeout", `unit ${unit}: no answer`)
        : new LinkError("frame", `unit ${unit}: no whole answer`),
    spoilt: (bytes) => bytes.length >= shortest,
  };
}

function isWhole(bytes: Uint8Array, from: number, end: number): boolean {
  return crc16(bytes, from, end - 2) === (bytes[end - 2]! | (bytes[end - 1]! << 8));
}
