import { systemClock } from "@weir/wire/clock.ts";
import type { Sample } from "@weir/wire/sample.ts";
import { afterEach, describe, expect, test } from "vitest";
import { testProfile, wordPoints } from "../drivers/test-profile.ts";
import { type Manner, startTestServer, type TestServer } from "../drivers/test-server.ts";
import { type Polling, startPolling } from "./poll.ts";
import { type DeviceReadings, readOnce } from "./read-once.ts";
import { createFullSlave } from "./test-field.ts";

const profile = testProfile(wordPoints(30), { every: "50ms" });
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serve(kind: "tcp" | "raw-tcp", manner?: Manner): Promise<TestServer> {
  const server = await startTestServer([createFullSlave(1), createFullSlave(2)], kind, manner);
  closers.push(server.close);
  return server;
}

function configFor(port: number, kind: "tcp" | "raw-tcp") {
  return {
    buses: [{ name: "bus", transport: { kind, host: "127.0.0.1", port }, connectTimeoutMs: 1000 }],
    devices: [1, 2].map((unit) => ({ id: `d${unit}`, bus: "bus", unit, profile })),
    clock: systemClock,
    random: () => 0.5,
    signal: new AbortController().signal,
  };
}

/** Polls until so many cycles have been emitted. */
function poll(port: number, kind: "tcp" | "raw-tcp") {
  const cycles: (readonly Sample[])[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const polling: Polling = startPolling({
    ...configFor(port, kind),
    emit: async (_, __, samples) => {
      cycles.push(samples);
      for (const { count, resolve } of waiting) if (cycles.length >= count) resolve();
    },
  });
  closers.push(polling.stop);
  return {
    cycles,
    polling,
    until: (count: number) => new Promise<void>((resolve) => waiting.push({ count, resolve })),
  };
}

describe("over real sockets", () => {
  test.each([
    ["tcp", "plain"],
    ["tcp", "in-pieces"],
    ["tcp", "closes-after-reply"],
    ["raw-tcp", "plain"],
    ["raw-tcp", "in-pieces"],
    ["raw-tcp", "noisy"],
  ] as const)("%s, a host that is %s: every reading of two devices is right", async (kind, manner) => {
    const server = await serve(kind, manner);
    const { cycles, polling, until } = poll(server.port, kind);
    await until(6);
    for (const samples of cycles) {
      expect(samples.map(({ value }) => value)).toEqual(Array.from({ length: 30 }, (_, n) => n));
      expect(samples.every(({ quality }) => quality === "good")).toBe(true);
    }
    expect(polling.status().buses[0]).toMatchObject({ timeouts: 0, crcErrors: 0, frameErrors: 0, mismatches: 0 });
  });

  test("a reset connection is opened again and reading goes on", async () => {
    const server = await serve("tcp");
    const { cycles, until } = poll(server.port, "tcp");
    await until(2);
    server.reset();
    await until(cycles.length + 4);
    expect(server.connections()).toBe(2);
    expect(cycles.at(-1)!.every(({ quality }) => quality === "good")).toBe(true);
  });

  test("two devices behind one host use one connection", async () => {
    const server = await serve("tcp");
    const { until } = poll(server.port, "tcp");
    await until(6);
    expect(server.connections()).toBe(1);
  });

  test("reading once gives every device's values; a host that is not there says what to check", async () => {
    const server = await serve("tcp");
    const found: DeviceReadings[] = [];
    await readOnce(configFor(server.port, "tcp"), (device) => found.push(device));
    expect(found.map(({ device, readings }) => [device, readings.length, readings[29]?.value])).toEqual([
      ["d1", 30, 29],
      ["d2", 30, 29],
    ]);
    await server.close();
    found.length = 0;
    await readOnce(configFor(server.port, "tcp"), (device) => found.push(device));
    expect(found[0]!.readings[0]).toMatchObject({ value: null, quality: "bad", why: "refused" });
    expect(found[0]!.why).toMatch(/nothing listens on this port/);
  });
});
