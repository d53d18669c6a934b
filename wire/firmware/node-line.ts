import { readReply } from "./boot485.ts";
import type { NodeLine } from "./reach.ts";

/** Modbus application protocol V1.1b3, 6.4, 6.6 and 7. */
const [readInput, writeOne, deviceBusy] = [4, 6, 6];

/**
 * One request PDU and its reply: `replyLengths` are those that its reply PDU may have, shortest first. undefined: nothing whole came.
 * Rejects when the work has been stopped.
 */
export type Exchange = (pdu: Uint8Array, replyLengths: readonly number[]) => Promise<Uint8Array | undefined>;

/** A node behind whatever carries Modbus PDUs to it. */
export function nodeLineOver(exchange: Exchange, { wait, now }: Pick<NodeLine, "wait" | "now">): NodeLine {
  return {
    ask: async (request) => {
      const pdu = await exchange(request.pdu, request.replyLengths);
      return pdu && readReply(request, pdu);
    },
    read: async (register, count) => {
      const pdu = await exchange(Uint8Array.of(readInput, ...words(register, count)), [2, 2 + 2 * count]);
      if (!pdu) return undefined;
      if (pdu.length === 2) return pdu[1] === deviceBusy ? "busy" : "refused";
      return Array.from({ length: count }, (_, n) => (pdu[2 + 2 * n]! << 8) | pdu[3 + 2 * n]!);
    },
    write: async (register, value) => {
      const pdu = await exchange(Uint8Array.of(writeOne, ...words(register, value)), [2, 5]);
      return pdu?.length === 5;
    },
    wait,
    now,
  };
}

const words = (...numbers: readonly number[]) => numbers.flatMap((number) => [number >> 8, number & 0xff]);
