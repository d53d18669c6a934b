import type { ModbusAddress as Address } from "@weir/device-profiles/schema.ts";
import { virtualClock } from "@weir/wire/clock.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { driverContract } from "../contract.ts";
import type { Result, Transport, Turn } from "../driver.ts";
import { createTestLine, createTestLink, serial9600 } from "../test-link.ts";
import { testProfile, wordPoints } from "../test-profile.ts";
import { answerRtu, answerTcp, createSlave, type Slave } from "../test-slave.ts";
import { modbus } from "./modbus.ts";

const word = (register: number): Address => ({ table: "holding", register, type: "u16", order: "ABCD" });
const tcp: Transport = { kind: "tcp", host: "test", port: 502 };

for (const transport of [tcp, serial9600, { ...tcp, kind: "raw-tcp" } as const]) {
  driverContract(`Modbus ${transport.kind}`, () => {
    const slave = createSlave(7, { 0: 10, 1: 11, 2: 12, 5: 15, 6: 16, 20: 0 });
    return {
      transport,
      open: (line) => modbus.open({ unit: 7, timeoutMs: 1000, profile: testProfile(wordPoints(1)) }, line),
      answer: (bytes) => (transport.kind === "tcp" ? answerTcp([slave], bytes) : answerRtu(slave, bytes)),
      good: [0, 1, 2, 5, 6].map((register) => ({ address: word(register), raw: register + 10 })),
      missing: word(3),
      writable: { there: word(20), missing: word(9999) },
    };
  });
}

function setUp(slave: Slave, rest: Readonly<Record<string, unknown>> = {}) {
  const clock = virtualClock();
  const link = createTestLink(clock, (bytes) => {
    const reply = answerTcp([slave], bytes);
    if (reply) void clock.sleep(10, new AbortController().signal).then(() => link.push(reply));
  });
  const profile = testProfile(wordPoints(1), rest);
  const connection = modbus.open({ unit: 1, timeoutMs: 1000, profile }, createTestLine(link, tcp, clock));
  const turn: Turn = { urgent: false, deadline: 0, signal: new AbortController().signal };
  const read = async (addresses: readonly Address[]): Promise<readonly Result[]> => {
    let results: readonly Result[] | undefined;
    void connection.read(addresses, turn).then((found) => {
      results = found;
    });
    for (let i = 0; i < 10_000 && !results; i++) await clock.advance(10);
    return results!;
  };
  return { clock, connection, read, turn };
}

const raws = (results: readonly Result[]) => results.map((result) => ("raw" in result ? result.raw : result.error));
const range = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i);
const asked = (slave: Slave) =>
  slave.asked.splice(0).map((hex) => [hex.slice(0, 2), parseInt(hex.slice(2, 6), 16), parseInt(hex.slice(6), 16)]);

describe("learning what a Modbus device has", () => {
  test("of 40 registers the three missing ones are found, and afterwards four reads fetch the rest", async () => {
    const slave = createSlave(1, Object.fromEntries(range(40).map((n) => [n, n])));
    for (const gone of [7, 20, 33]) slave.holding.delete(gone);
    const { read } = setUp(slave);
    const addresses = range(40).map(word);
    const first = raws(await read(addresses));
    expect(first).toEqual(range(40).map((n) => ([7, 20, 33].includes(n) ? "exception-2" : n)));
    let results: readonly (number | string)[] = [];
    for (let i = 0; i < 3; i++) {
      slave.asked.length = 0;
      results = raws(await read(addresses));
    }
    expect(results).toEqual(range(40).map((n) => ([7, 20, 33].includes(n) ? "unsupported" : n)));
    expect(asked(slave)).toEqual([
      ["03", 0, 7],
      ["03", 8, 12],
      ["03", 21, 12],
      ["03", 34, 6],
    ]);
  });

  test("a device that refuses to read across a hole is not asked to again, and loses nothing", async () => {
    const slave = createSlave(1, { 0: 1, 1: 2, 10: 3, 11: 4 });
    const { read } = setUp(slave);
    const addresses = [0, 1, 10, 11].map(word);
    expect(raws(await read(addresses))).toEqual([1, 2, 3, 4]);
    slave.asked.length = 0;
    expect(raws(await read(addresses))).toEqual([1, 2, 3, 4]);
    expect(asked(slave)).toEqual([
      ["03", 0, 2],
      ["03", 10, 2],
    ]);
  });

  test("a device that gives fewer registers at once than it should is asked for fewer", async () => {
    const slave = createSlave(1, Object.fromEntries(range(32).map((n) => [n, n])));
    slave.most = 10;
    const { read } = setUp(slave);
    const addresses = range(32).map(word);
    expect(raws(await read(addresses))).toEqual(range(32));
    slave.asked.length = 0;
    expect(raws(await read(addresses))).toEqual(range(32));
    expect(asked(slave).every(([, , count]) => (count as number) <= 10)).toBe(true);
    expect(slave.asked).toEqual([]);
  });

  test("an unsupported register is asked again after an hour, alone, and joins when it is there", async () => {
    const slave = createSlave(1, { 0: 1, 2: 3 });
    const { read, clock } = setUp(slave);
    const addresses = [0, 1, 2].map(word);
    for (let i = 0; i < 3; i++) await read(addresses);
    await clock.advance(3_600_000);
    expect(raws(await read(addresses))).toEqual([1, "unsupported", 3]);
    expect(slave.asked.splice(0).filter((pdu) => pdu === "0300010001")).toHaveLength(3);
    await read(addresses);
    expect(slave.asked.splice(0)).not.toContain("0300010001");
    slave.holding.set(1, 2);
    expect(raws(await read(addresses))).toEqual([1, "unsupported", 3]);
    await clock.advance(3_600_000);
    expect(raws(await read(addresses))).toEqual([1, 2, 3]);
    slave.asked.length = 0;
    await read(addresses);
    expect(asked(slave)).toEqual([["03", 0, 3]]);
  });

  test("a busy device (exception 6) is not taken for one without the register", async () => {
    const slave = createSlave(1, { 0: 1 });
    const clock = virtualClock();
    let busy = true;
    const link = createTestLink(clock, (bytes) => {
      const head = Buffer.from(bytes.subarray(0, 7));
      head.writeUInt16BE(3, 4);
      link.push(busy ? Buffer.concat([head, Buffer.from([0x83, 6])]) : answerTcp([slave], bytes)!);
    });
    const profile = testProfile(wordPoints(1));
    const connection = modbus.open({ unit: 1, timeoutMs: 1000, profile }, createTestLine(link, tcp, clock));
    const turn: Turn = { urgent: false, deadline: 0, signal: new AbortController().signal };
    expect(raws(await connection.read([word(0)], turn))).toEqual(["exception-6"]);
    busy = false;
    expect(raws(await connection.read([word(0)], turn))).toEqual([1]);
  });

  test("one register that is met with silence costs one time-out a read until it is found, and its neighbours are read", async () => {
    const slave = createSlave(1, Object.fromEntries([...range(4), ...range(4, 200)].map((n) => [n, n])));
    const clock = virtualClock();
    const link = createTestLink(clock, (bytes) => {
      const start = (bytes[8]! << 8) | bytes[9]!;
      const count = (bytes[10]! << 8) | bytes[11]!;
      if (start <= 202 && start + count > 202) return;
      link.push(answerTcp([slave], bytes)!);
    });
    const profile = testProfile(wordPoints(1));
    const connection = modbus.open({ unit: 1, timeoutMs: 1000, profile }, createTestLine(link, tcp, clock));
    const turn: Turn = { urgent: false, deadline: 0, signal: new AbortController().signal };
    const addresses = [...range(4), ...range(4, 200)].map(word);
    let results: readonly Result[] = [];
    for (let i = 0; i < 30; i++) {
      const reading = connection.read(addresses, turn).then((found) => {
        results = found;
      });
      await clock.advance(1500);
      await reading;
      expect(raws(results).slice(0, 4)).toEqual([0, 1, 2, 3]);
    }
    expect(raws(results).slice(4)).toEqual([200, 201, "unsupported", 203]);
  });
});

describe("late replies", () => {
  const delays = fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 4, maxLength: 30 });
  const reads = fc.array(fc.tuple(fc.integer({ min: 0, max: 190 }), fc.integer({ min: 1, max: 3 })), {
    minLength: 4,
    maxLength: 12,
  });

  test.each([tcp, serial9600])(
    "up to 9 s late are never taken for another register's value: $kind",
    async (transport) => {
      await fc.assert(
        fc.asyncProperty(delays, reads, async (delays, reads) => {
          const slave = createSlave(1, Object.fromEntries(range(200).map((n) => [n, n])));
          const clock = virtualClock();
          const forever = new AbortController().signal;
          let [sent, lastArrival] = [0, 0];
          const link = createTestLink(clock, (bytes) => {
            const reply = transport.kind === "tcp" ? answerTcp([slave], bytes) : answerRtu(slave, bytes);
            const delay = delays[sent++ % delays.length]!;
            lastArrival = Math.max(lastArrival + 1, clock.monotonic() + delay);
            void clock.sleep(lastArrival - clock.monotonic(), forever).then(() => link.push(reply!));
          });
          const instrument = { unit: 1, timeoutMs: 300, profile: testProfile(wordPoints(1)) };
          const connection = modbus.open(instrument, createTestLine(link, transport, clock));
          for (const [start, count] of reads) {
            const addresses = range(count, start).map(word);
            let results: readonly Result[] | undefined;
            const turn: Turn = { urgent: false, deadline: 0, signal: forever };
            void connection.read(addresses, turn).then((found) => {
              results = found;
            });
            while (!results) await clock.advance(50);
            for (const [i, result] of results.entries()) if ("raw" in result) expect(result.raw).toBe(start + i);
          }
        }),
        { numRuns: 40 },
      );
    },
  );
});

describe("a Modbus device's own ways", () => {
  test("the least pause between two of its requests is kept", async () => {
    const slave = createSlave(1, { 0: 1, 500: 2 });
    const { read, clock } = setUp(slave, { gap: "200ms" });
    await read([word(0)]);
    const before = clock.now();
    const [result] = await read([word(500)]);
    expect(result).toMatchObject({ raw: 2 });
    expect((result as { at: number }).at - before).toBeGreaterThanOrEqual(190);
  });

  test("start–wait–read: warms up once, starts before and stops after each read, and waits in between", async () => {
    const slave = createSlave(1, { 9472: 0, 9728: 42, 11776: 0 });
    const { read, clock } = setUp(slave, {
      measure: {
        warm_up: "2s",
        start: [{ read: { table: "holding", register: 0x2500, count: 0 } }, { wait: "4s" }],
        stop: [{ read: { table: "holding", register: 0x2e00, count: 0 } }],
      },
    });
    const started = clock.now();
    expect(raws(await read([word(0x2600)]))).toEqual([42]);
    expect(clock.now() - started).toBeGreaterThanOrEqual(6000);
    expect(asked(slave)).toEqual([
      ["03", 0x2500, 0],
      ["03", 0x2600, 1],
      ["03", 0x2e00, 0],
    ]);
    const again = clock.now();
    await read([word(0x2600)]);
    expect(clock.now() - again).toBeLessThan(5000);
  });
});
