import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock, virtualClock } from "@weir/wire/clock.ts";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { plainly } from "../faults/reply.ts";
import { type BusOptions, serveBus } from "./bus.ts";
import { crc16 } from "./crc.ts";
import { rtuFraming, tcpFraming } from "./frame.ts";
import { createLine } from "./line.ts";
import { transcriptUnits } from "./memory-unit.ts";
import { answer, parseRequest } from "./pdu.ts";
import { bytesOf, openSocket } from "./raw-socket.ts";

let stop = new AbortController();
afterEach(() => {
  stop.abort();
  stop = new AbortController();
});

function open(options: Partial<BusOptions> & Pick<BusOptions, "kind">): Promise<number> {
  const deliver: BusOptions["deliver"] = (_, frame) => plainly(frame);
  return serveBus(
    { name: "test", host: "127.0.0.1", port: 0, units: transcriptUnits(), deliver, clock: systemClock, ...options },
    stop.signal,
  );
}

const kinds = { rtu: "raw-tcp", tcp: "tcp" } as const;

for (const [folder, kind] of Object.entries(kinds)) {
  const dir = join(import.meta.dirname, "testdata", folder);
  describe(`on the wire, ${kind}`, () => {
    test.each(readdirSync(dir).sort())("%s", async (file) => {
      const socket = await openSocket(await open({ kind }));
      for (const line of readFileSync(join(dir, file), "utf8").split("\n")) {
        const [mark, hex] = [line.slice(0, 2), line.slice(3)];
        if (mark === ">>") socket.send(hex);
        if (mark === "<<") expect(await socket.receive(bytesOf(hex).length), line).toBe(hex);
        if (mark === "!!") expect(await socket.ended).toBe(hex);
      }
      socket.close();
    });
  });
}

describe("a serial line behind a converter", () => {
  const request = "01 03 00 16 00 01 65 CE";
  const reply = "01 03 02 00 47 F8 76";
  const timing = { baud: 9600, turnaroundMs: 6 };
  /** Eight characters there, seven back, 11 bits each. */
  const exchangeMs = (15 * 11_000) / 9600 + 6;

  async function line() {
    const clock = virtualClock();
    const sleeps: number[] = [];
    let slept = () => {};
    const watched = {
      ...clock,
      sleep: (ms: number, signal: AbortSignal) => {
        sleeps.push(ms);
        slept();
        return clock.sleep(ms, signal);
      },
    };
    const sleeping = () =>
      new Promise<void>((resolve) => {
        slept = resolve;
      });
    const port = await open({ kind: "raw-tcp", timing, clock: watched });
    return { clock, sleeps, sleeping, socket: await openSocket(port) };
  }

  test("answers after the time that its characters take", async () => {
    const { clock, sleeps, sleeping, socket } = await line();
    const asleep = sleeping();
    socket.send(request);
    await asleep;
    expect(sleeps[0]).toBeCloseTo(exchangeMs, 6);
    await clock.advance(exchangeMs + 1);
    expect(await socket.receive(7)).toBe(reply);
  });

  test("loses a request that collides with the exchange under way, and answers the next", async () => {
    const { clock, sleeping, socket } = await line();
    let asleep = sleeping();
    socket.send(`${request} 02 03 00 00 00 01 84 39`);
    await asleep;
    await clock.advance(exchangeMs + 1);
    expect(await socket.receive(7)).toBe(reply);
    asleep = sleeping();
    socket.send("03 03 00 00 00 01 85 E8");
    await asleep;
    await clock.advance(exchangeMs + 1);
    expect(await socket.receive(7)).toMatch(/^03 03 02 00 03/);
  });

  test("belongs to one exchange at a time, until its last bit has gone out", () => {
    const half = createLine(timing);
    expect(half.seize(0, 8)).toBe(true);
    expect(half.answer(0, 7, 0)).toBeCloseTo(exchangeMs, 6);
    expect(half.seize(exchangeMs - 0.1, 8)).toBe(false);
    expect(half.seize(exchangeMs, 8)).toBe(true);
    half.answer(exchangeMs, 7, 0);
    half.release();
    expect(half.seize(exchangeMs + 1, 8)).toBe(true);
  });
});

describe("the codec", () => {
  test("takes 4B37 as the check value of CRC-16/MODBUS", () => {
    expect(crc16(new TextEncoder().encode("123456789"))).toBe(0x4b37);
  });

  test("never throws, whatever arrives", () => {
    const unit = transcriptUnits().get(1)!;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        tcpFraming.take(bytes);
        rtuFraming.take(bytes);
        parseRequest(bytes);
        answer(bytes, unit);
      }),
    );
  });

  test("takes off a stream what was put on it, however it is cut", () => {
    const pdu = fc.tuple(fc.constantFrom(1, 2, 3, 4, 5, 6), fc.uint8Array({ minLength: 4, maxLength: 4 }));
    const framing = fc.constantFrom(tcpFraming, rtuFraming);
    fc.assert(
      fc.property(
        framing,
        pdu,
        fc.integer({ min: 0, max: 247 }),
        fc.nat(0xffff),
        fc.nat(20),
        (framing, [code, rest], unit, header, cut) => {
          const frame = framing.wrap(unit, Uint8Array.of(code, ...rest), header);
          const at = cut % frame.length;
          expect(framing.take(frame.subarray(0, at))).toBe("more");
          expect(framing.take(frame)).toMatchObject({ unit, pdu: Uint8Array.of(code, ...rest), length: frame.length });
        },
      ),
    );
  });
});
