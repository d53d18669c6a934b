import { evaluate } from "@weir/device-profiles/evaluate.ts";
import { loadProfiles } from "@weir/device-profiles/load.ts";
import { virtualClock } from "@weir/wire/clock.ts";
import { afterEach, describe, expect, test } from "vitest";
import { bytesOf, openSocket } from "../modbus/raw-socket.ts";
import { fleetPoints, fleetValue, serveFleet } from "./fleet.ts";

let stop = new AbortController();
afterEach(() => {
  stop.abort();
  stop = new AbortController();
});

const options = { units: 120, ports: 3, host: "127.0.0.1", portBase: 0 };

describe("the fleet", () => {
  test("spreads its units over its ports and tells where each is", async () => {
    const plan = await serveFleet({ ...options, clock: virtualClock() }, stop.signal);
    expect(plan.buses.map(({ name }) => name)).toEqual(["fleet-1", "fleet-2", "fleet-3"]);
    expect(plan.devices).toHaveLength(120);
    expect(plan.devices[119]).toEqual({ id: "fleet-0120", bus: "fleet-3", unit: 40 });
  });

  test("shows in each unit the thirty points of its profile, new every second", async () => {
    const profile = loadProfiles(import.meta.dirname).get("pipe/generic-30")!;
    expect(profile.points).toHaveLength(fleetPoints);
    const clock = virtualClock(5000);
    const plan = await serveFleet({ ...options, clock }, stop.signal);
    const socket = await openSocket(plan.buses[1]!.port);
    for (const second of [5, 6]) {
      socket.send("00 01 00 00 00 06 03 03 00 00 00 3C");
      const reply = new DataView(bytesOf(await socket.receive(129)).buffer);
      const words = new Map(Array.from({ length: 60 }, (_, i) => [i, reply.getUint16(9 + 2 * i)]));
      const image = { coil: new Map(), discrete: new Map(), input: new Map(), holding: words };
      const values = evaluate(profile, image).map(({ value }) => value);
      const expected = Array.from({ length: 30 }, (_, point) => fleetValue(42, point, second));
      for (const [point, value] of values.entries()) expect(value).toBeCloseTo(expected[point]!, 5);
      await clock.advance(1000);
    }
    expect(fleetValue(42, 0, 5)).not.toBe(fleetValue(42, 0, 6));
  });

  test("has nothing beyond its thirty points", async () => {
    const plan = await serveFleet({ ...options, clock: virtualClock() }, stop.signal);
    const socket = await openSocket(plan.buses[0]!.port);
    socket.send("00 01 00 00 00 06 01 03 00 00 00 3D");
    expect(await socket.receive(9)).toBe("00 01 00 00 00 03 01 83 02");
  });
});
