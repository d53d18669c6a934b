import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { crc16 } from "../modbus/crc.ts";
import { bytesOf } from "../modbus/raw-socket.ts";
import { plainly, spoilReply } from "./reply.ts";
import { control, host, line, on, run as start } from "./testbed.ts";

let stop = new AbortController();
afterEach(() => {
  stop.abort();
  stop = new AbortController();
});
const run = () => start(stop.signal);

const askOne = "01 03 00 00 00 01 84 0A";
const replyOne = "01 03 02 02 BC B8 95";
const askTwo = "02 03 00 00 00 01 84 39";
const replyTwo = "02 03 02 02 BC FC 95";
const askThree = "00 01 00 00 00 06 01 03 00 00 00 01";
const replyThree = "00 01 00 00 00 05 01 03 02 02 BC";

describe("on the wire, a fault", () => {
  test("silence: its instrument says nothing, its neighbour answers", async () => {
    const city = await run();
    await on(city, { target: "one", fault: "silence" });
    const socket = await line(city);
    socket.send(askOne);
    socket.send(askTwo);
    expect(await socket.receive(7)).toBe(replyTwo);
  });

  test("silence of a bus: nobody answers on it; other buses do", async () => {
    const city = await run();
    await on(city, { target: "line", fault: "silence", for: 60 });
    const [silent, other] = [await line(city), await host(city)];
    silent.send(`${askOne} ${askTwo}`);
    other.send(askThree);
    expect(await other.receive(11)).toBe(replyThree);
    await city.clock.advance(60_000);
    silent.send(askTwo);
    expect(await silent.receive(7)).toMatch(/^02 03 02/);
  });

  test("slow: the reply comes after its ms, and what is asked meanwhile waits", async () => {
    const city = await run();
    await on(city, { target: "one", fault: "slow", ms: 700 });
    const socket = await line(city);
    socket.send(`${askOne} ${askTwo}`);
    expect(await city.clock.waiting(1)).toEqual([700]);
    await city.clock.advance(700);
    expect(await socket.receive(14)).toMatch(/^01 03 02 .. .. .. .. 02 03 02/);
  });

  test("late: the reply comes after that to a later request", async () => {
    const city = await run();
    await on(city, { target: "one", fault: "late", ms: 3000 });
    const socket = await line(city);
    socket.send(`${askOne} ${askTwo}`);
    expect(await socket.receive(7)).toBe(replyTwo);
    await city.clock.waiting(1);
    await city.clock.advance(3000);
    expect(await socket.receive(7)).toBe(replyOne);
  });

  test("exception: only requests that touch its registers are refused, with its code", async () => {
    const city = await run();
    await on(city, { target: "one", fault: "exception", registers: "1-4", code: 4 });
    const socket = await line(city);
    socket.send("01 03 00 00 00 02 C4 0B");
    expect(await socket.receive(5)).toMatch(/^01 83 04/);
    socket.send(askOne);
    expect(await socket.receive(7)).toBe(replyOne);
  });

  test("crc: the reply is whole in length and wrong in content", async () => {
    const city = await run();
    await on(city, { target: "one", fault: "crc" });
    const socket = await line(city);
    socket.send(askOne);
    const bytes = bytesOf(await socket.receive(7));
    const crc = crc16(bytes.subarray(0, 5));
    expect([crc & 0xff, crc >> 8]).not.toEqual([bytes[5], bytes[6]]);
  });

  test("truncate: the end of the reply is missing", async () => {
    const city = await run();
    await on(city, { target: "one", fault: "truncate", bytes: 3 });
    const socket = await line(city);
    socket.send(`${askOne} ${askTwo}`);
    expect(await socket.receive(11)).toBe(`01 03 02 02 ${replyTwo}`);
  });

  test("reset: the connection is reset; the next one is answered when the fault is cleared", async () => {
    const city = await run();
    await on(city, { target: "three", fault: "reset" });
    const socket = await host(city);
    socket.send(askThree);
    expect(await socket.ended).toBe("ECONNRESET");
    await control(city, "DELETE", "/faults/three");
    const again = await host(city);
    again.send(askThree);
    expect(await again.receive(11)).toBe(replyThree);
  });

  test("stuck: the value stays where it was when the fault began", async () => {
    const city = await run();
    await on(city, { target: "one", fault: "stuck", metric: "ph" });
    await city.clock.advance(600_000);
    const socket = await line(city);
    socket.send(askOne);
    expect(await socket.receive(7)).toBe(replyOne);
    await control(city, "DELETE", "/faults");
    socket.send(askOne);
    expect(await socket.receive(7)).toMatch(/^01 03 02 02 C6/);
  });

  test("drift: the value creeps away from the truth, its neighbour does not", async () => {
    const city = await run();
    await on(city, { target: "one", fault: "drift", metric: "ph/second", per_hour: -1 });
    await city.clock.advance(1_800_000);
    const socket = await line(city);
    socket.send("01 03 00 01 00 01 D5 CA");
    expect(await socket.receive(7)).toMatch(/^01 03 02 02 8A/);
    socket.send("02 03 00 01 00 01 D5 F9");
    expect(await socket.receive(7)).toMatch(/^02 03 02 02 BC/);
  });

  test("spike: some readings jump by its height, the others are true", async () => {
    const city = await run();
    await on(city, { target: "one", fault: "spike", metric: "ph", by: 3, probability: 0.3 });
    const socket = await line(city);
    const seen = new Map<string, number>();
    for (let i = 0; i < 100; i++) {
      socket.send(askOne);
      const reply = await socket.receive(7);
      seen.set(reply, (seen.get(reply) ?? 0) + 1);
    }
    expect([...seen.keys()].map((reply) => reply.slice(9, 14)).sort()).toEqual(["02 BC", "03 E8"]);
    expect(seen.get(replyOne)).toBeGreaterThan(50);
    expect(seen.get(replyOne)).toBeLessThan(90);
  });
});

test("a garbled reply never keeps its CRC, whatever the reply and the draw", () => {
  const draws = fc.array(fc.double({ min: 0, max: 0.999999, noNaN: true }), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 2, maxLength: 250 }), draws, (body, draws) => {
      const crc = crc16(body);
      const frame = Uint8Array.of(...body, crc & 0xff, crc >> 8);
      let n = 0;
      const fault = { fault: "crc", probability: 1 } as const;
      const { bytes } = spoilReply(plainly(frame), fault, () => draws[n++ % draws.length]!);
      const wrong = crc16(bytes!.subarray(0, -2));
      expect([wrong & 0xff, wrong >> 8]).not.toEqual([bytes!.at(-2), bytes!.at(-1)]);
    }),
  );
});
