import type { Clock } from "@weir/wire/clock.ts";
import { type Line, type Link, LinkError, type Medium, type Transport } from "./driver.ts";
import { createInbox } from "./links/inbox.ts";

/** For tests: a link in memory on any clock. What is sent goes to onSend; what the test pushes comes in. */
export type TestLink = Link & { push(bytes: Uint8Array): void; fail(why?: LinkError): void };

export function createTestLink(clock: Clock, onSend: (bytes: Uint8Array) => void): TestLink {
  const inbox = createInbox(clock);
  const { promise: closed, resolve } = Promise.withResolvers<LinkError>();
  let lastByteAt = clock.monotonic();
  let lastHeardAt = lastByteAt;
  const end = (why = new LinkError("closed", "closed by the test")) => {
    inbox.end(why);
    resolve(why);
  };
  return {
    send: (bytes) => {
      lastByteAt = clock.monotonic();
      onSend(bytes);
    },
    push: (bytes) => {
      lastByteAt = clock.monotonic();
      lastHeardAt = lastByteAt;
      inbox.push(bytes);
    },
    discard: inbox.discard,
    overhear: inbox.overhear,
    receive: inbox.receive,
    lastByteAt: () => lastByteAt,
    lastHeardAt: () => lastHeardAt,
    closed,
    fail: end,
    close: async () => end(),
  };
}

/** For tests: a line on one link or session that is always there; exchanges go in the order they come. */
export function createTestLine<M extends Medium = Link>(medium: M, transport: Transport, clock: Clock): Line<M> {
  let last: Promise<unknown> = Promise.resolve();
  return {
    transport,
    clock,
    exchange: (_turn, job) => {
      const done = last.then(() => job(medium));
      last = done.catch(() => {});
      return done;
    },
  };
}

export const serial9600: Transport = {
  kind: "serial",
  path: "test",
  baud: 9600,
  dataBits: 8,
  parity: "none",
  stopBits: 1,
};
