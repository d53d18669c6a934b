import { nodeLineOver } from "@weir/wire/firmware/node-line.ts";
import type { NodeLine } from "@weir/wire/firmware/reach.ts";
import { crc16 } from "./modbus.ts";
import type { Port } from "./port.ts";

export type NodeLineOptions = {
  readonly unit: number;
  /** Of the line, bits per second. */
  readonly baud: number;
  /** ms; the port's own time where that is simulated. */
  readonly now: () => number;
  readonly signal: AbortSignal;
};

/** The longest that boot485 and a node's image take before they answer: a page is written in 9 ms, 32 are digested in 40. */
const answerMs = 200;
/** One node on a line behind a port. */
export function createNodeLine(port: Port, { unit, baud, now, signal }: NodeLineOptions): NodeLine {
  const bytesMs = (count: number) => (count * 11_000) / baud;
  /** Between two frames: 3.5 characters, 1.75 ms above 19200 bit/s, and one more character, since receivers count from byte to byte. */
  const silenceMs = Math.max(bytesMs(3.5), baud > 19_200 ? 1.75 : 0) + bytesMs(1);

  async function exchange(pdu: Uint8Array, lengths: readonly number[]): Promise<Uint8Array | undefined> {
    const request = [unit, ...pdu];
    const crc = crc16(request);
    await port.wait(silenceMs, signal);
    await port.discard();
    await port.write(Uint8Array.from([...request, crc & 0xff, crc >> 8]));
    const reply: number[] = [];
    for (const length of lengths) {
      const more = length + 3 - reply.length;
      const ms = answerMs + (port.latencyMs ?? 0) + bytesMs(more + (reply.length === 0 ? request.length + 2 : 0));
      reply.push(...(await port.read(more, ms, signal)));
      if (reply.length < length + 3) return undefined;
      if (reply[0] === unit && crc16(reply) === 0) return Uint8Array.from(reply.slice(1, -2));
    }
    return undefined;
  }

  return nodeLineOver(exchange, { wait: (ms) => port.wait(ms, signal), now });
}
