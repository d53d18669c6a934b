import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LinkError } from "../driver.ts";
import { answer, createSlave, withCrc } from "../test-slave.ts";
import { crc16 } from "./crc.ts";
import { frameTcp, tcpReader } from "./mbap.ts";
import { checkReply, encodeRequest, type Request } from "./pdu.ts";
import { frameRtu, rtuReader } from "./rtu.ts";

const word = fc.integer({ min: 0, max: 0xffff });
const unit = fc.integer({ min: 1, max: 247 });
const request: fc.Arbitrary<Request> = fc.oneof(
  fc.record({
    kind: fc.constant("read" as const),
    table: fc.constantFrom("coil", "discrete", "input", "holding"),
    start: fc.integer({ min: 0, max: 60_000 }),
    count: fc.integer({ min: 0, max: 125 }),
  }),
  fc.record({
    kind: fc.constant("write-one" as const),
    table: fc.constantFrom("coil", "holding"),
    start: word,
    value: fc.integer({ min: 0, max: 1 }),
  }),
  fc.record({
    kind: fc.constant("write-many" as const),
    table: fc.constantFrom("coil", "holding"),
    start: fc.integer({ min: 0, max: 60_000 }),
    values: fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 123 }),
  }),
);

/** A slave that has every register that the request names. */
function slaveFor(asked: Request) {
  const slave = createSlave(1);
  const count = asked.kind === "read" ? asked.count : asked.kind === "write-one" ? 1 : asked.values.length;
  for (let i = 0; i < count; i++)
    slave[asked.table].set(asked.start + i, asked.table === "coil" || asked.table === "discrete" ? i % 2 : i * 257);
  return slave;
}

describe("the codec", () => {
  test("agrees on the CRC with another implementation for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 260 }), (bytes) => {
        const [low, high] = withCrc(Buffer.from(bytes)).subarray(-2);
        expect(crc16(bytes)).toBe(low! | (high! << 8));
      }),
    );
  });

  test("every request is understood by another implementation, and its answer by us", () => {
    fc.assert(
      fc.property(request, (asked) => {
        const reply = answer(slaveFor(asked), Buffer.from(encodeRequest(asked)))!;
        expect(checkReply(asked, reply)).toHaveProperty("data");
      }),
    );
  });

  test("a written value arrives in the slave as it was given", () => {
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 123 }),
        word.map((n) => n % 60_000),
        (values, start) => {
          const asked = { kind: "write-many", table: "holding", start, values } as const;
          const slave = slaveFor(asked);
          answer(slave, Buffer.from(encodeRequest(asked)));
          expect(values.map((_, i) => slave.holding.get(start + i))).toEqual(values);
        },
      ),
    );
  });

  test("a reply is found in its serial frame after any garbage that does not hold one", () => {
    fc.assert(
      fc.property(request, unit, fc.uint8Array({ maxLength: 12 }), (asked, unit, garbage) => {
        const pdu = answer(slaveFor(asked), Buffer.from(encodeRequest(asked)))!;
        const bytes = Uint8Array.from([...garbage, ...frameRtu(unit, pdu)]);
        const found = rtuReader(unit, asked).find(bytes);
        expect(found).toEqual({
          value: Uint8Array.from(pdu.subarray(asked.kind === "read" ? 2 : 1)),
          end: bytes.length,
        });
      }),
    );
  });

  test("a reply is found behind any number of late ones on TCP", () => {
    fc.assert(
      fc.property(request, unit, fc.array(fc.uint8Array({ minLength: 1, maxLength: 253 })), (asked, unit, late) => {
        const pdu = answer(slaveFor(asked), Buffer.from(encodeRequest(asked)))!;
        const frames = [...late.map((bytes) => frameTcp(6, unit, bytes)), frameTcp(7, unit, pdu)];
        const bytes = Uint8Array.from(frames.flatMap((frame) => [...frame]));
        expect(tcpReader(7, unit, asked).find(bytes)?.end).toBe(bytes.length);
      }),
    );
  });

  test("no bytes make a parser throw anything but a LinkError", () => {
    const onlyLinkErrors = (parse: () => unknown) => {
      try {
        parse();
      } catch (error) {
        expect(error).toBeInstanceOf(LinkError);
      }
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), request, (bytes, asked) => {
        onlyLinkErrors(() => rtuReader(1, asked).find(bytes));
        onlyLinkErrors(() => tcpReader(1, 1, asked).find(bytes));
        expect(rtuReader(1, asked).fault(bytes)).toBeInstanceOf(LinkError);
        expect(() => checkReply(asked, bytes)).not.toThrow();
      }),
    );
  });

  test("one flipped bit in a serial reply is never read as a value", () => {
    fc.assert(
      fc.property(request, fc.nat(), (asked, position) => {
        const pdu = answer(slaveFor(asked), Buffer.from(encodeRequest(asked)))!;
        const frame = frameRtu(1, pdu);
        const bit = position % (frame.length * 8);
        frame[bit >> 3]! ^= 1 << (bit & 7);
        expect(rtuReader(1, asked).find(frame)).toBeUndefined();
      }),
    );
  });

  test.each([
    [{ kind: "read", table: "holding", start: 0, count: 126 }, "one request takes 0 to 125 of holding, not 126"],
    [{ kind: "read", table: "input", start: 65_535, count: 2 }, "input 65535 to 65536 is outside 0 to 65535"],
  ] as const)("a request that the protocol cannot say is refused: %o", (asked, message) => {
    expect(() => encodeRequest(asked)).toThrow(message);
  });
});
