import { profile as schema } from "@weir/device-profiles/schema.ts";
import { type Clock, virtualClock } from "@weir/wire/clock.ts";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { crc16 } from "../modbus/crc.ts";
import { bytesOf, openSocket } from "../modbus/raw-socket.ts";
import type { District } from "../plan.ts";
import { type RunningCity, runCity, SimulatorError } from "../run.ts";
import { plainly, spoilReply } from "./reply.ts";

let stop = new AbortController();
afterEach(() => {
  stop.abort();
  stop = new AbortController();
});

const text = `
model: Test
vendor: Test
names: { en: Test, zh: 测试 }
domain: water
kind: test
source: test
protocol: modbus
points:
  - { quantity: ph, at: { table: holding, register: 0, type: u16 }, scale: 0.01 }
  - { quantity: ph, channel: second, at: { table: holding, register: 1, type: u16 }, scale: 0.01 }
examples: [{ note: none, registers: "holding 0000: 02 BC 02 BC", samples: { ph: 7, ph/second: 7 } }]
`;
const profiles = new Map([["water/test", { ...schema.parse(parse(text)), id: "water/test" }]]);
const place = { en: "Test", zh: "测试" };
/** pH rises by 0.01 a minute. */
const shows = () => ({ ph: (at: number) => 7 + at / 6_000_000, "ph/second": () => 7 });
const probe = (id: string, unit: number) => ({ id, profile: "water/test", unit, place, shows });
const districts: readonly District[] = [
  {
    site: "test",
    gateway: "gw",
    place,
    buses: [
      { name: "line", kind: "rtu-over-tcp", offset: 0, place, instruments: [probe("one", 1), probe("two", 2)] },
      { name: "host", kind: "tcp", offset: 1, place, instruments: [probe("three", 1)] },
    ],
  },
];

type Running = RunningCity & { readonly clock: ReturnType<typeof watched> };

/** A clock that stands still and tells when something begins to wait on it. */
function watched() {
  const clock = virtualClock();
  const waits: number[] = [];
  let wake = () => {};
  const sleep: Clock["sleep"] = (ms, signal) => {
    waits.push(ms);
    wake();
    return clock.sleep(ms, signal);
  };
  const waiting = async (count: number) => {
    while (waits.length < count)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    return waits;
  };
  return { ...clock, sleep, waiting };
}

async function run(): Promise<Running> {
  const clock = watched();
  const options = {
    districts,
    profiles,
    seed: 1,
    speed: 1,
    anchor: 0,
    host: "127.0.0.1",
    portBase: 0,
    controlPort: 0,
  } as const;
  const city = await runCity({ ...options, timing: "none", clock, log: () => {} }, stop.signal);
  return { ...city, clock };
}

async function control(city: RunningCity, method: string, path: string, body?: unknown, headers = {}) {
  const response = await fetch(`http://127.0.0.1:${city.controlPort}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } }),
  });
  return {
    status: response.status,
    body: (await response.json()) as { errors?: string[]; id?: number; cleared?: number },
  };
}

const on = (city: RunningCity, body: unknown) => control(city, "POST", "/faults", body);
const line = (city: RunningCity) => openSocket(city.districts[0]!.buses[0]!.port);
const host = (city: RunningCity) => openSocket(city.districts[0]!.buses[1]!.port);

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

describe("the switchboard", () => {
  test("lists what is on and for how long, and forgets what is over", async () => {
    const city = await run();
    await on(city, { target: "one", fault: "slow", for: 10 });
    await on(city, { target: "host", fault: "silence" });
    expect((await control(city, "GET", "/faults")).body).toMatchObject([
      { id: 1, target: "one", fault: "slow", ms: 800, until: "1970-01-01T00:00:10.000Z" },
      { id: 2, target: "host", fault: "silence", until: null },
    ]);
    await city.clock.advance(10_000);
    expect((await control(city, "GET", "/faults")).body).toMatchObject([{ id: 2 }]);
    expect((await control(city, "DELETE", "/faults/2")).body).toEqual({ cleared: 1 });
  });

  test("says everything that is wrong with a request at once", async () => {
    const city = await run();
    const { status, body } = await on(city, { target: "oen", fault: "slow", ms: -1, probability: 2, volume: 11 });
    expect(status).toBe(400);
    const said = body.errors!.join("\n");
    for (const part of [
      "target: there is no oen",
      "ms: ",
      "probability: ",
      "volume: no option of this fault; it takes ms, for, probability",
    ])
      expect(said).toContain(part);
    expect((await control(city, "GET", "/faults")).body).toEqual([]);
  });

  test.each([
    [{ target: "one", fault: "smoke" }, "there is no such fault; choose silence, slow"],
    [{ target: "three", fault: "crc" }, "three speaks Modbus TCP, whose frames have no CRC; use truncate or reset"],
    [{ target: "one", fault: "drift", metric: "rain", per_hour: 1 }, "metric: one has no rain; it has ph, ph/second"],
    [{ target: "one", fault: "spike" }, "metric: "],
    [{ target: "one", fault: "exception", registers: "a-b" }, "write registers as sent on the wire"],
    [[], "body: send an object"],
  ])("refuses %j with the remedy", async (body, remedy) => {
    const { status, body: said } = await on(await run(), body);
    expect(status).toBe(400);
    expect(said.errors!.join("\n")).toContain(remedy);
  });

  test("answers programs of this machine only, and only JSON switches something", async () => {
    const city = await run();
    const body = { target: "one", fault: "silence" };
    expect((await control(city, "POST", "/faults", body, { "content-type": "text/plain" })).status).toBe(415);
    expect((await control(city, "PUT", "/faults", body)).status).toBe(404);
    expect((await control(city, "GET", "//")).status).toBeGreaterThanOrEqual(400);
    expect((await control(city, "POST", "/faults", { target: "x".repeat(20_000) })).status).toBe(413);
    const raw = await openSocket(city.controlPort);
    raw.send(Buffer.from("GET /faults HTTP/1.1\r\nHost: evil.example\r\n\r\n").toString("hex").replace(/../g, "$& "));
    const head = Buffer.from(bytesOf(await raw.receive(12))).toString();
    expect(head).toBe("HTTP/1.1 403");
  });
});

describe("a start that cannot be", () => {
  test("names every port that is taken and what to do", async () => {
    const first = await run();
    const portBase = first.districts[0]!.buses[0]!.port;
    const options = {
      districts,
      profiles,
      seed: 1,
      speed: 1,
      anchor: 0,
      host: "127.0.0.1",
      portBase,
      controlPort: first.controlPort,
    } as const;
    const second = runCity({ ...options, timing: "none", clock: virtualClock(), log: () => {} }, stop.signal);
    await expect(second).rejects.toThrow(SimulatorError);
    await expect(second).rejects.toThrow(`port ${portBase} (bus line) is in use; stop what listens there`);
    await expect(second).rejects.toThrow(`port ${first.controlPort} (control) is in use`);
  });

  test("names every metric that nothing in the world gives", async () => {
    const blind = [
      {
        ...districts[0]!,
        buses: [{ ...districts[0]!.buses[1]!, instruments: [{ ...probe("blind", 1), shows: () => ({}) }] }],
      },
    ];
    const options = {
      districts: blind,
      profiles,
      seed: 1,
      speed: 1,
      anchor: 0,
      host: "127.0.0.1",
      portBase: 0,
      controlPort: 0,
    } as const;
    const start = runCity({ ...options, timing: "none", clock: virtualClock(), log: () => {} }, stop.signal);
    await expect(start).rejects.toThrow(/blind: water\/test has ph, .*\nblind: water\/test has ph\/second/);
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
