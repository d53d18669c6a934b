import { readReply } from "@weir/wire/firmware/boot485.ts";
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
/** Characters between two frames: 3.5, and one more, since receivers count from byte to byte. */
const silence = 4.5;
/** Modbus application protocol V1.1b3, 7. */
const deviceBusy = 6;

const words = (...numbers: readonly number[]) => numbers.flatMap((number) => [number >> 8, number & 0xff]);

/** One node on a line behind a port. */
export function createNodeLine(port: Port, { unit, baud, now, signal }: NodeLineOptions): NodeLine {
  const bytesMs = (count: number) => (count * 11_000) / baud;

  async function exchange(pdu: Uint8Array, lengths: readonly number[]): Promise<Uint8Array | undefined> {
    const request = [unit, ...pdu];
    const crc = crc16(request);
    await port.wait(bytesMs(silence), signal);
    await port.discard();
    await port.write(Uint8Array.from([...request, crc & 0xff, crc >> 8]));
    const reply: number[] = [];
    for (const length of lengths) {
      const more = length + 3 - reply.length;
      const ms = answerMs + bytesMs(more + (reply.length === 0 ? request.length + 2 : 0));
      reply.push(...(await port.read(more, ms, signal)));
      if (reply.length < length + 3) return undefined;
      if (reply[0] === unit && crc16(reply) === 0) return Uint8Array.from(reply.slice(1, -2));
    }
    return undefined;
  }

  return {
    ask: async (request) => {
      const pdu = await exchange(request.pdu, request.replyLengths);
      return pdu && readReply(request, pdu);
    },
    read: async (register, count) => {
      const pdu = await exchange(Uint8Array.from([4, ...words(register, count)]), [2, 2 + 2 * count]);
      if (!pdu) return undefined;
      if (pdu.length === 2) return pdu[1] === deviceBusy ? "busy" : "refused";
      return Array.from({ length: count }, (_, n) => (pdu[2 + 2 * n]! << 8) | pdu[3 + 2 * n]!);
    },
    write: async (register, value) => {
      const reply = await exchange(Uint8Array.from([6, ...words(register, value)]), [2, 5]);
      return reply?.length === 5;
    },
    wait: (ms) => port.wait(ms, signal),
    now,
  };
}
