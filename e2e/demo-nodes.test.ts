import { districts } from "@weir/demo/districts.ts";
import type { ModbusProfile } from "@weir/device-profiles/schema.ts";
import type { Link, Transport, Turn } from "@weir/edge-agent/drivers/driver.ts";
import { openLink } from "@weir/edge-agent/drivers/links/open.ts";
import { modbus } from "@weir/edge-agent/drivers/modbus/modbus.ts";
import { createTestLine } from "@weir/edge-agent/drivers/test-link.ts";
import { loadCityProfiles } from "@weir/simulators/city.ts";
import { runCommand } from "@weir/simulators/commands/command.ts";
import type { Fault } from "@weir/simulators/faults/fault.ts";
import { type RunningCity, runCity } from "@weir/simulators/run.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "./until.ts";

const stop = new AbortController();
const profiles = loadCityProfiles();
const turn: Turn = { urgent: false, deadline: 0, signal: stop.signal };
const patience = 60_000;
let city: RunningCity;
let link: Link;
/** An instrument's values now, by quantity; an error's code where there is none. */
let read: (id: string) => Promise<Readonly<Record<string, number | string>>>;
let write: (id: string, quantity: string, raw: number) => Promise<void>;

beforeAll(async () => {
  const district = districts.find(({ buses }) => buses.some(({ guest }) => guest))!;
  const now = systemClock.now();
  city = await runCity(
    {
      districts: [{ ...district, buses: district.buses.filter(({ guest }) => guest) }],
      profiles,
      seed: 1,
      time: { speed: 1, since: now, from: Date.parse("2026-07-01T04:00:00Z") },
      ...{ host: "127.0.0.1", portBase: 0, controlPort: 0, timing: "line", clock: systemClock },
      log: () => {},
    },
    stop.signal,
  );
  const [{ buses, devices }] = city.districts as [RunningCity["districts"][number]];
  const transport: Transport = { kind: "raw-tcp", host: "127.0.0.1", port: buses[0]!.port };
  link = (await openLink(transport, { timeoutMs: 5000, clock: systemClock }, stop.signal)) as Link;
  const line = createTestLine(link, transport, systemClock);
  const connections = new Map(
    devices.map(({ id, unit, profile }) => {
      const found = profiles.get(profile) as ModbusProfile;
      return [id, { profile: found, connection: modbus.open({ profile: found, unit: unit!, timeoutMs: 1000 }, line) }];
    }),
  );
  read = async (id) => {
    const { profile, connection } = connections.get(id)!;
    const results = await connection.read(
      profile.points.map(({ at }) => at),
      turn,
    );
    return Object.fromEntries(
      profile.points.map(({ quantity, scale, invalid }, n) => {
        const result = results[n]!;
        if (!("raw" in result)) return [quantity, result.error];
        return [quantity, invalid?.includes(result.raw) ? "invalid" : result.raw * scale];
      }),
    );
  };
  write = async (id, quantity, raw) => {
    const { profile, connection } = connections.get(id)!;
    const { at } = profile.points.find((point) => point.quantity === quantity)!;
    await connection.write({ address: at, raw, multiple: false }, turn);
  };
});
afterAll(async () => {
  await link?.close();
  stop.abort();
});

const set = (target: string, fault: object) => city.board.set(target, { probability: 1, ...fault } as Fault);

describe("the nodes of npm start, which run their own images", () => {
  test("measure what is true of the city, as far as their converters can", async () => {
    const air = await until("the air node has measured", async () => (await readAll(["underpass-air"]))?.[0], patience);
    const { temperature, humidity, pressure } = city.world.weather;
    const at = city.time.now();
    expect(Math.abs(Number(air.air_temperature) - temperature(at))).toBeLessThan(0.7);
    expect(Math.abs(Number(air.relative_humidity) - humidity(at))).toBeLessThan(1);
    expect(Math.abs(Number(air.air_pressure) - pressure(at) / 10)).toBeLessThan(0.3);
    const [sump, gas, main] = await until(
      "the others have measured",
      () => readAll(["underpass-sump", "underpass-gas", "underpass-main"]),
      patience,
    );
    expect(Number(sump!.sewer_level)).toBeGreaterThan(0.6);
    expect(Number(sump!.sewer_level)).toBeLessThan(2);
    expect(Number(gas!.toxic_gas_ppm)).toBeLessThan(4);
    expect(Number(main!.pipe_pressure)).toBeGreaterThan(150);
    expect(Number(main!.pipe_pressure)).toBeLessThan(600);
  });

  /** undefined until all have values. */
  async function readAll(ids: readonly string[]) {
    const all = [];
    for (const id of ids) all.push(await read(id));
    return all.every((values) => Object.values(values).every((value) => typeof value === "number")) ? all : undefined;
  }

  test("a lamp's current goes when its relay is opened from afar, and comes back with it", async () => {
    const currentIs = (what: (amperes: number) => boolean) =>
      until("the lamp's current changes", async () => what(Number((await read("underpass-lamp")).current)), patience);
    await currentIs((amperes) => Math.abs(amperes - 0.545) < 0.03);
    await write("underpass-lamp", "relay_state", 0);
    await currentIs((amperes) => amperes < 0.02);
    await write("underpass-lamp", "relay_state", 1);
    await currentIs((amperes) => amperes > 0.5);
    await until("the lamp is well again", async () => (await read("underpass-lamp")).lamp_fault === 0, patience);
  });

  test("a drift of the truth reaches the reading by way of the loop's current", async () => {
    const before = Number((await read("underpass-gas")).toxic_gas_ppm);
    const { id } = set("underpass-gas", { fault: "drift", metric: "toxic_gas_ppm", per_hour: 36_000 });
    await until(
      "the gas rises",
      async () => Number((await read("underpass-gas")).toxic_gas_ppm) > before + 5,
      patience,
    );
    city.board.clear(id);
  });

  test("one that is restarted counts its time anew", async () => {
    await until("it has run for a while", async () => Number((await read("underpass-main")).uptime) >= 4, patience);
    const { id } = set("underpass-main", { fault: "restart" });
    await until("it has started anew", async () => Number((await read("underpass-main")).uptime) < 4, patience);
    city.board.clear(id);
  });

  test("one whose answers are lost or damaged costs its neighbours nothing", async () => {
    const { id } = set("underpass-gas", { fault: "crc" });
    expect((await read("underpass-gas")).toxic_gas_ppm).toMatch(/^(crc|frame|timeout)$/);
    await until(
      "its neighbour is read",
      async () => typeof (await read("underpass-air")).air_temperature === "number",
      patience,
    );
    city.board.clear(id);
    await until(
      "it is read again",
      async () => typeof (await read("underpass-gas")).toxic_gas_ppm === "number",
      patience,
    );
  });

  test("are listed by weir-sim where they run, with the rest of their city", async () => {
    const lines: string[] = [];
    const terminal = { out: (text: string) => void lines.push(text), err: (text: string) => void lines.push(text) };
    const args = ["list", "--control-port", String(city.controlPort)];
    expect(await runCommand(args, terminal, { clock: systemClock, signal: stop.signal })).toBe(0);
    expect(lines.join("\n")).toMatch(/underpass-sump +pipe\/weir-level[\s\S]*5 instruments on 1 buses$/);
  });

  test("a fault that no board has is refused, with those that it takes", async () => {
    const response = await fetch(`http://127.0.0.1:${city.controlPort}/faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ target: "underpass-gas", fault: "late" }),
    });
    expect(await response.json()).toEqual({
      errors: [
        "fault: underpass-gas runs the image of a real board; it takes silence, crc, restart, stuck, drift, spike",
      ],
    });
  });
});
