import { virtualClock } from "@weir/wire/clock.ts";
import { functionCode, loaderRequests } from "@weir/wire/firmware/boot485.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Line, type Link, LinkError } from "../drivers/driver.ts";
import { frameRtu } from "../drivers/modbus/rtu.ts";
import { createTestLine, createTestLink, serial9600 } from "../drivers/test-link.ts";
import { createBusLine, replyTo } from "./node-line.ts";

const asked = loaderRequests.info().pdu;
const lengths = [2, 5];

describe("a reply of a bootloader", () => {
  test("is found wherever it begins, and whatever comes never makes the reader throw", () => {
    const bytes = fc.uint8Array({ maxLength: 40 });
    const pdu = fc.constantFrom(Uint8Array.of(functionCode | 0x80, 6), Uint8Array.of(functionCode, 1, 2, 3, 4));
    const reader = replyTo(9, asked, lengths);
    fc.assert(fc.property(bytes, (noise) => void reader.find(noise)));
    fc.assert(
      fc.property(bytes, pdu, (noise, reply) => {
        fc.pre(!noise.includes(9));
        const all = Uint8Array.of(...noise, ...frameRtu(9, reply));
        expect(reader.find(all)).toEqual({ value: reply, end: all.length });
        expect(reader.find(all.slice(0, -1))).toBeUndefined();
      }),
    );
  });
});

function setUp(exchange?: Line["exchange"]) {
  const clock = virtualClock(0);
  const sent: number[] = [];
  const link = createTestLink(clock, () => void sent.push(clock.monotonic()));
  const line = exchange ? { transport: serial9600, clock, exchange } : createTestLine<Link>(link, serial9600, clock);
  const stop = new AbortController();
  const options = { line, unit: 9, timeoutMs: 1000, signal: stop.signal };
  return { clock, sent, link, stop, nodeLine: createBusLine(options) };
}

describe("a node on a bus that is polled", () => {
  test("that is silent costs the line little more than the time of the frames", async () => {
    const { clock, sent, nodeLine } = setUp();
    let answer: unknown = "waits";
    void nodeLine.ask(loaderRequests.info()).then((reply) => {
      answer = reply;
    });
    await clock.advance(400);
    expect([answer, sent.length]).toEqual([undefined, 1]);
  });

  test("waits for its turn as long as there is none, and ends when it is taken back", async () => {
    const turns: number[] = [];
    const { clock, stop, nodeLine } = setUp(async ({ guest, urgent }) => {
      expect([guest, urgent]).toEqual([true, false]);
      turns.push(clock.monotonic());
      await clock.sleep(5000, new AbortController().signal);
      throw new LinkError("busy", "no turn");
    });
    let why: unknown;
    nodeLine.ask(loaderRequests.info()).catch((error: unknown) => {
      why = error;
    });
    await clock.advance(12_000);
    expect(turns).toEqual([0, 5000, 10_000]);
    stop.abort(new Error("taken back"));
    await clock.advance(5000);
    expect(String(why)).toMatch(/taken back/);
  });
});
