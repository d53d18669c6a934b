import { dataBytes, functionOf, isBitTable, type Request } from "./pdu.ts";

/**
 * Replies that a device on a serial line still owes. Such a reply carries no number: if it comes late, only its function
 * and length tell it from the reply to the next request.
 */
export type Owed = {
  note(request: Request, now: number): void;
  /** The device answered a later request; it answers in order, so nothing older will come. */
  settle(): void;
  /**
   * A read to make first, whose reply no owed one can be mistaken for; undefined when the request itself is such a one.
   * Any answer to it, an exception too, settles what is owed.
   */
  questionBefore(request: Request, now: number): Request | undefined;
};

/** A reply later than this after its request is taken to be lost. */
export const latestReplyMs = 10_000;

export function createOwed(): Owed {
  let owed: { readonly fn: number; readonly bytes: number; readonly at: number }[] = [];
  const isOwed = (fn: number, bytes: number) => owed.some((reply) => reply.fn === fn && reply.bytes === bytes);
  return {
    note: (request, now) => {
      if (request.kind === "read") owed.push({ fn: functionOf(request), bytes: dataBytes(request), at: now });
    },
    settle: () => {
      if (owed.length > 0) owed = [];
    },
    questionBefore: (request, now) => {
      if (owed.length === 0 || request.kind !== "read") return undefined;
      owed = owed.filter((reply) => now - reply.at < latestReplyMs);
      const fn = functionOf(request);
      if (!isOwed(fn, dataBytes(request))) return undefined;
      const step = isBitTable(request.table) ? 8 : 1;
      for (let count = 1; count <= 125; count += step) {
        const start = Math.min(request.start, 0x10000 - count);
        const question = { kind: "read", table: request.table, start, count } as const;
        if (!isOwed(fn, dataBytes(question))) return question;
      }
      return undefined;
    },
  };
}
