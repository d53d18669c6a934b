import { virtualClock } from "@weir/wire/clock.ts";
import { afterEach, describe, expect, test } from "vitest";
import { bytesOf, openSocket } from "../modbus/raw-socket.ts";
import { runCity, SimulatorError } from "../run.ts";
import { control, districts, on, probe, profiles, run as start } from "./testbed.ts";

let stop = new AbortController();
afterEach(() => {
  stop.abort();
  stop = new AbortController();
});
const run = () => start(stop.signal);

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
      time: { speed: 1, since: 0, from: 0 },
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
      time: { speed: 1, since: 0, from: 0 },
      host: "127.0.0.1",
      portBase: 0,
      controlPort: 0,
    } as const;
    const start = runCity({ ...options, timing: "none", clock: virtualClock(), log: () => {} }, stop.signal);
    await expect(start).rejects.toThrow(/blind: water\/test has ph, .*\nblind: water\/test has ph\/second/);
  });
});
