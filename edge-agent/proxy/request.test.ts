import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { frameTcp } from "../drivers/modbus/mbap.ts";
import { encodeRequest, type Request } from "../drivers/modbus/pdu.ts";
import { takeFrames } from "./frames.ts";
import { exceptionTo, openRequest, replyTo } from "./request.ts";

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
const word = fc.integer({ min: 0, max: 0xffff });
const bit = fc.integer({ min: 0, max: 1 });
const start = fc.integer({ min: 0, max: 0xf000 });
const request: fc.Arbitrary<Request> = fc.oneof(
  fc.record({
    kind: fc.constant("read" as const),
    table: fc.constantFrom("coil", "discrete", "holding", "input"),
    start,
    count: fc.integer({ min: 1, max: 125 }),
  }),
  fc.record({ kind: fc.constant("write-one" as const), table: fc.constant("coil" as const), start, value: bit }),
  fc.record({ kind: fc.constant("write-one" as const), table: fc.constant("holding" as const), start, value: word }),
  fc.record({
    kind: fc.constant("write-many" as const),
    table: fc.constant("holding" as const),
    start,
    values: fc.array(word, { minLength: 1, maxLength: 123 }),
  }),
  fc.record({
    kind: fc.constant("write-many" as const),
    table: fc.constant("coil" as const),
    start,
    values: fc.array(bit, { minLength: 1, maxLength: 200 }),
  }),
);

describe("a client's request", () => {
  test("is taken for what the driver would have sent", () => {
    fc.assert(
      fc.property(request, (request) => {
        expect(openRequest(encodeRequest(request))).toEqual({ request });
      }),
    );
  });

  test("never makes us throw, and what we take of it the driver can send", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 260 }), (pdu) => {
        const opened = openRequest(pdu);
        if ("request" in opened) expect(encodeRequest(opened.request)).toEqual(pdu);
        else expect([1, 2, 3]).toContain(opened.exception);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ["2b 0e 01 00", 1, "device identification, which an RTU reply gives no length of"],
    ["16 0000 00f2 0025", 1, "a masked write"],
    ["17 0003 0006 000e 0003 06 00ff 00ff 00ff", 1, "a read and write in one"],
    ["", 1, "nothing at all"],
    ["03 0000 0000", 3, "a read of none, which some probes take as a command"],
    ["03 0000 007e", 3, "a read of 126 registers"],
    ["03 0000 0001 00", 3, "a read with a byte too many"],
    ["03 ffff 0002", 2, "a read beyond the last register"],
    ["05 0000 1234", 3, "a coil that is neither on nor off"],
    ["10 0000 0002 04 0001", 3, "a write whose byte count promises more than comes"],
  ])("%s is exception %i: %s", (text, exception) => {
    expect(openRequest(hex(text))).toEqual({ exception });
  });

  test("is answered with function, byte count and data; a write with its echo; a refusal with the function's high bit", () => {
    const read: Request = { kind: "read", table: "input", start: 0, count: 1 };
    const write: Request = { kind: "write-one", table: "holding", start: 1, value: 3 };
    expect(replyTo(read, hex("1234"))).toEqual(hex("04 02 1234"));
    expect(replyTo(write, hex("0001 0003"))).toEqual(hex("06 0001 0003"));
    expect(exceptionTo(hex("2b 0e 01 00"), 1)).toEqual(hex("ab 01"));
  });
});

describe("what a client sends", () => {
  test("is cut into frames wherever the stream is cut", () => {
    const sent = [1, 2, 3].map((n) =>
      frameTcp(n, n + 10, encodeRequest({ kind: "read", table: "holding", start: n, count: n })),
    );
    const stream = Buffer.concat(sent);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: stream.length - 1 })), (cuts) => {
        const places = [0, ...[...cuts].sort((a, b) => a - b), stream.length];
        let pending = new Uint8Array();
        const units: number[] = [];
        for (const [i, from] of places.slice(0, -1).entries()) {
          const taken = takeFrames(Buffer.concat([pending, stream.subarray(from, places[i + 1])]));
          expect(taken.garbage).toBe(false);
          units.push(...taken.frames.map(({ unit }) => unit));
          pending = taken.rest.slice();
        }
        expect(units).toEqual([11, 12, 13]);
        expect(pending).toHaveLength(0);
      }),
    );
  });

  test.each([
    ["0001 0001 0006 01 03 0000 0001", "another protocol's number"],
    ["0001 0000 0001 01 0300000001", "a length too short for a function"],
    ["0001 0000 00ff 01 0300000001", "a length that no frame has"],
    [Buffer.from("GET / HTTP/1.1\r\n").toString("hex"), "a browser"],
  ])("%s is garbage: %s", (text) => {
    expect(takeFrames(hex(text)).garbage).toBe(true);
  });

  test("what came whole before the garbage still counts", () => {
    const good = frameTcp(7, 1, hex("03 0000 0001"));
    const { frames, garbage } = takeFrames(Buffer.concat([good, Buffer.from("garbage!")]));
    expect(frames).toHaveLength(1);
    expect(garbage).toBe(true);
  });
});
