import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { systemClock } from "@weir/wire/clock.ts";
import type { Sample } from "@weir/wire/sample.ts";
import { afterEach, describe, expect, test } from "vitest";
import { type Polling, startPolling } from "../../poll/poll.ts";
import { readOnce } from "../../poll/read-once.ts";
import type { Transport } from "../driver.ts";
import { testProfile, wordPoints } from "../test-profile.ts";

const serverFile = join(import.meta.dirname, "testdata/pymodbus-server.py");
const children: ChildProcess[] = [];
const folders: string[] = [];
let polling: Polling | undefined;

afterEach(async () => {
  await polling?.stop();
  polling = undefined;
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Starts a program and resolves with the first line on its stdout or stderr that the pattern matches. */
function start(command: string, args: readonly string[], pattern: RegExp): Promise<RegExpExecArray> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  return new Promise((resolve, reject) => {
    const said: string[] = [];
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`${command} ended (${code}) before it was ready: ${said.join("\n")}`)));
    for (const stream of [child.stdout!, child.stderr!])
      createInterface(stream).on("line", (line) => {
        said.push(line);
        const match = pattern.exec(line);
        if (match) resolve(match);
      });
  });
}

async function startTcp(kind: "tcp" | "raw-tcp"): Promise<Transport> {
  const [, port] = await start("/usr/bin/python3", [serverFile, kind], /^listening (\d+)/);
  return { kind, host: "127.0.0.1", port: Number(port) };
}

/** A pair of pseudo terminals stands for the cable: pymodbus at one end, the agent's serial port at the other. */
async function startSerial(at?: string): Promise<Transport> {
  const folder = at ?? mkdtempSync(join(tmpdir(), "weir-serial-"));
  if (!at) folders.push(folder);
  const [near, far] = [join(folder, "near"), join(folder, "far")];
  await start(
    "socat",
    ["-d", "-d", `pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`],
    /starting data transfer loop/,
  );
  await start("/usr/bin/python3", [serverFile, "serial", far], /^serial /);
  return { kind: "serial", path: near, baud: 9600, dataBits: 8, parity: "none", stopBits: 1 };
}

const word = (register: number) => ({ table: "holding", register, type: "u16" });
const profile = testProfile(
  [
    ...wordPoints(12),
    { quantity: "voltage", channel: "abcd", at: { table: "holding", register: 40, type: "f32" } },
    { quantity: "voltage", channel: "cdab", at: { table: "holding", register: 42, type: "f32", order: "CDAB" } },
    { quantity: "current", at: { table: "input", register: 9, type: "u16" }, scale: 0.1 },
    { quantity: "lamp_on", at: { table: "coil", register: 6, type: "bit" } },
    { quantity: "dim_level", at: word(30), write: { min: 0, max: 2000 } },
    {
      quantity: "dim_level",
      channel: "many",
      at: word(31),
      write: { min: 0, max: 2000, function: "multiple" },
    },
  ],
  { every: "200ms" },
);

describe.each([
  ["Modbus TCP", () => startTcp("tcp")],
  ["RTU over TCP", () => startTcp("raw-tcp")],
  ["a serial line", () => startSerial()],
] as const)("a pymodbus server on %s", (_, startServer) => {
  async function read() {
    const transport = await startServer();
    const cycles: (readonly Sample[])[] = [];
    const { promise: third, resolve } = Promise.withResolvers<void>();
    polling = startPolling({
      buses: [{ name: "bus", transport, connectTimeoutMs: 2000 }],
      devices: [{ id: "meter", bus: "bus", unit: 17, profile }],
      clock: systemClock,
      random: () => 0,
      signal: new AbortController().signal,
      emit: async (_, __, samples) => {
        if (cycles.push(samples) === 3) resolve();
      },
    });
    await third;
    return { polling, cycles };
  }

  test("is read in full from the first cycle, its one missing register alone being bad", async () => {
    const { polling, cycles } = await read();
    const values = Object.fromEntries(cycles[0]!.map(({ metric, value }) => [metric, value]));
    expect(values).toEqual({
      ...Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`voltage/${n + 1}`, n === 7 ? null : 1000 + n])),
      "voltage/abcd": 230.2,
      "voltage/cdab": 230.2,
      current: 0.9,
      lamp_on: 1,
      dim_level: 1030,
      "dim_level/many": 1031,
    });
    const { devices, buses } = polling.status();
    expect(devices[0]).toMatchObject({ state: "up", unsupported: ["voltage/8"] });
    expect(buses[0]).toMatchObject({ link: "up", timeouts: 0, crcErrors: 0, frameErrors: 0, mismatches: 0 });
  });

  test("takes commands, and what it says afterwards is read back", async () => {
    const { polling } = await read();
    expect(await polling.write("meter", { id: "1", metric: "dim_level", value: 55 })).toEqual({
      id: "1",
      status: "done",
      readBack: 55,
    });
    expect(await polling.write("meter", { id: "2", metric: "dim_level/many", value: 66 })).toEqual({
      id: "2",
      status: "done",
      readBack: 66,
    });
    const now = await polling.readOnce("meter");
    expect(now?.filter(({ metric }) => metric.startsWith("dim")).map(({ value }) => value)).toEqual([55, 66]);
  });

  test("is read once without polling, and the connection is closed again", async () => {
    const transport = await startServer();
    const found: unknown[] = [];
    const options = {
      buses: [{ name: "bus", transport, connectTimeoutMs: 2000 }],
      devices: [{ id: "meter", bus: "bus", unit: 17, profile }],
      clock: systemClock,
      random: () => 0,
      signal: new AbortController().signal,
    };
    await readOnce(options, ({ readings }) =>
      found.push(readings.find(({ metric }) => metric === "voltage/abcd")?.value),
    );
    await readOnce(options, ({ readings }) =>
      found.push(readings.find(({ metric }) => metric === "voltage/abcd")?.value),
    );
    expect(found).toEqual([230.2, 230.2]);
  });
});

describe("a serial adapter", () => {
  test("that is pulled out and plugged in again is read again, and its points were bad meanwhile", async () => {
    const transport = await startSerial();
    const qualities: string[] = [];
    const waiting = new Map<string, () => void>();
    const until = (quality: string) => new Promise<void>((resolve) => waiting.set(quality, resolve));
    polling = startPolling({
      buses: [{ name: "bus", transport, connectTimeoutMs: 2000 }],
      devices: [{ id: "meter", bus: "bus", unit: 17, profile }],
      clock: systemClock,
      random: () => 0,
      signal: new AbortController().signal,
      emit: async (_, __, samples) => {
        qualities.push(samples[0]!.quality);
        waiting.get(samples[0]!.quality)?.();
      },
    });
    await until("good");
    const bad = until("bad");
    for (const child of children.splice(0)) child.kill("SIGKILL");
    await bad;
    await expect
      .poll(() => polling!.status().buses[0]!.why, { timeout: 20_000 })
      .toMatch(/there is no such port|went away|closed/);
    const back = until("good");
    await startSerial(folders.at(-1)!);
    await back;
    expect(polling.status().buses[0]).toMatchObject({ link: "up", why: undefined });
  });
});
