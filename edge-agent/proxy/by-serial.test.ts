import { virtualClock } from "@weir/wire/clock.ts";
import { describe, expect, test } from "vitest";
import type { Transport } from "../drivers/driver.ts";
import { frameRtu } from "../drivers/modbus/rtu.ts";
import { createTestLine, createTestLink } from "../drivers/test-link.ts";
import { createForwarder } from "./forward.ts";

const find = Uint8Array.from([65, 0x57, 0x45, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
const claim = Uint8Array.from([65, 0x57, 0x45, 4, 0, 1, 0x87, 0x87, 5]);
const answer = Uint8Array.from([65, 0x57, 0x45, 0x81, 0, 1, 0x87, 0x87, 247, 0, 1, 0x12, 0x34]);
const port: Transport = { kind: "serial", path: "/dev/ttyS1", baud: 19_200, dataBits: 8, parity: "even", stopBits: 1 };

/** A line on which these bytes come so many ms after a request was sent. */
function setUp(bytes: Uint8Array | undefined, { afterMs = 20, transport = port, write = true } = {}) {
  const clock = virtualClock();
  const sent: Uint8Array[] = [];
  const link = createTestLink(clock, (frame) => {
    sent.push(frame);
    if (bytes) void clock.sleep(afterMs, new AbortController().signal).then(() => link.push(bytes));
  });
  const line = createTestLine(link, transport, clock);
  const forwarder = createForwarder({
    reach: () => ({ line, timeoutMs: 1000, gapMs: 0, trusted: true }),
    write,
    waitMs: 2000,
    clock,
    random: () => 0,
  });
  const ask = async (pdu: Uint8Array) => {
    const reply = forwarder.answer(0, pdu, clock.monotonic());
    const since = clock.monotonic();
    let tookMs = 0;
    void reply.then(() => {
      tookMs = clock.monotonic() - since;
    });
    for (let n = 0; n < 200; n++) await clock.advance(5);
    return { reply: [...(await reply)], tookMs };
  };
  return { ask, sent, forwarder };
}

describe("the search for nodes through the proxy", () => {
  test("one node's answer comes back as it is, in the client's frame", async () => {
    const { ask, sent, forwarder } = setUp(frameRtu(0, answer));
    expect((await ask(find)).reply).toEqual([...answer]);
    expect(sent).toEqual([frameRtu(0, find)]);
    expect(forwarder.counts()).toMatchObject({ requests: 1, answered: 1 });
  });

  test("silence is exception 11, and the line is free again within a fifth of a second", async () => {
    const { reply, tookMs } = await setUp(undefined).ask(find);
    expect(reply).toEqual([65 | 0x80, 11]);
    expect(tookMs).toBeLessThan(200);
  });

  test("answers that spoilt each other are told as such, and not as silence", async () => {
    const spoilt = frameRtu(0, answer);
    spoilt[8]! ^= 0x10;
    for (const bytes of [spoilt, spoilt.subarray(0, 5), Uint8Array.from([...spoilt, 1, 2, 3])])
      expect((await setUp(bytes).ask(find)).reply).toEqual([65, 0x57, 0x45, 0xff]);
  });

  test("an adapter that hears itself is no node", async () => {
    const echo = frameRtu(0, find);
    expect((await setUp(echo, { afterMs: 1 }).ask(find)).reply).toEqual([65 | 0x80, 11]);
    const both = Uint8Array.from([...echo, ...frameRtu(0, answer)]);
    expect((await setUp(both, { afterMs: 1 }).ask(find)).reply).toEqual([...answer]);
  });

  test("a node that keeps an address first is waited for", async () => {
    const taken = Uint8Array.from([65, 0x57, 0x45, 0x84, 0, 1, 0x87, 0x87, 5, 0, 1, 0, 0]);
    expect((await setUp(frameRtu(0, taken), { afterMs: 350 }).ask(claim)).reply).toEqual([...taken]);
    expect((await setUp(frameRtu(0, taken), { afterMs: 350 }).ask(find)).reply).toEqual([65 | 0x80, 11]);
  });

  test("nothing of it goes out where clients may not write, or to a Modbus TCP host", async () => {
    const readOnly = setUp(undefined, { write: false });
    expect((await readOnly.ask(find)).reply).toEqual([65 | 0x80, 1]);
    const host = setUp(undefined, { transport: { kind: "tcp", host: "plc", port: 502 } });
    expect((await host.ask(find)).reply).toEqual([65 | 0x80, 10]);
    expect([...readOnly.sent, ...host.sent]).toEqual([]);
  });

  test("function 65 with other letters is another maker's, and is not let through", async () => {
    const { ask, sent } = setUp(undefined);
    expect((await ask(Uint8Array.from([65, 1, 2, 3, 4, 5]))).reply).toEqual([65 | 0x80, 1]);
    expect(sent).toEqual([]);
  });
});
