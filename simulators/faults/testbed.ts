import { profile as schema } from "@weir/device-profiles/schema.ts";
import { type Clock, virtualClock } from "@weir/wire/clock.ts";
import { parse } from "yaml";
import { openSocket } from "../modbus/raw-socket.ts";
import type { District } from "../plan.ts";
import { type RunningCity, runCity } from "../run.ts";

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
export const profiles = new Map([["water/test", { ...schema.parse(parse(text)), id: "water/test" }]]);
const place = { en: "Test", zh: "测试" };
/** pH rises by 0.01 a minute. */
const shows = () => ({ ph: (at: number) => 7 + at / 6_000_000, "ph/second": () => 7 });
export const probe = (id: string, unit: number) => ({ id, profile: "water/test", unit, place, shows });
export const districts: readonly District[] = [
  {
    site: "test",
    gateway: "gw",
    place,
    buses: [
      { name: "line", kind: "raw-tcp", offset: 0, place, instruments: [probe("one", 1), probe("two", 2)] },
      { name: "host", kind: "tcp", offset: 1, place, instruments: [probe("three", 1)] },
    ],
  },
];

export type Running = RunningCity & { readonly clock: ReturnType<typeof watched> };

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

export async function run(signal: AbortSignal): Promise<Running> {
  const clock = watched();
  const options = {
    districts,
    profiles,
    seed: 1,
    time: { speed: 1, since: 0, from: 0 },
    host: "127.0.0.1",
    portBase: 0,
    controlPort: 0,
  } as const;
  const city = await runCity({ ...options, timing: "none", clock, log: () => {} }, signal);
  return { ...city, clock };
}

export async function control(city: RunningCity, method: string, path: string, body?: unknown, headers = {}) {
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

export const on = (city: RunningCity, body: unknown) => control(city, "POST", "/faults", body);
export const line = (city: RunningCity) => openSocket(city.districts[0]!.buses[0]!.port);
export const host = (city: RunningCity) => openSocket(city.districts[0]!.buses[1]!.port);
