import type { Reader } from "../driver.ts";
import { faultOf } from "./fault.ts";
import { checkReply, type Request } from "./pdu.ts";

const headBytes = 7;
const longestPdu = 253;

/** A PDU in its TCP frame: transaction, protocol 0, length, unit (Modbus messaging on TCP/IP V1.0b, 3.1.3). */
export function frameTcp(transaction: number, unit: number, pdu: Uint8Array): Uint8Array {
  const frame = new Uint8Array(headBytes + pdu.length);
  frame[0] = transaction >> 8;
  frame[1] = transaction;
  frame[4] = (pdu.length + 1) >> 8;
  frame[5] = pdu.length + 1;
  frame[6] = unit;
  frame.set(pdu, headBytes);
  return frame;
}

/**
 * Finds the reply to one transaction and gives its data. Replies to earlier transactions, late ones, are passed over.
 * Throws a LinkError: `frame` when the stream is no Modbus TCP any more, `mismatch` when unit or function is another's,
 * `exception-…` when the device said no.
 */
export function tcpReader(transaction: number, unit: number, request: Request): Reader<Uint8Array> {
  return {
    find: (bytes) => {
      let at = 0;
      while (bytes.length - at >= headBytes) {
        const length = (bytes[at + 4]! << 8) | bytes[at + 5]!;
        if (bytes[at + 2] !== 0 || bytes[at + 3] !== 0 || length < 2 || length > longestPdu + 1)
          throw faultOf("frame", unit, request);
        const end = at + 6 + length;
        if (end > bytes.length) return undefined;
        if (((bytes[at]! << 8) | bytes[at + 1]!) === transaction) {
          if (bytes[at + 6] !== unit) throw faultOf("mismatch", unit, request);
          const reply = checkReply(request, bytes.slice(at + headBytes, end));
          if ("error" in reply) throw faultOf(reply.error, unit, request);
          return { value: reply.data, end };
        }
        at = end;
      }
      return undefined;
    },
    fault: () => faultOf("timeout", unit, request),
  };
}
