import { join } from "node:path";
import { systemClock } from "@weir/wire/clock.ts";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type DeviceConfig, type Polling, startPolling } from "../../poll/poll.ts";
import type { LineSettings, Transport } from "../driver.ts";
import { createPeers, type Peers } from "../test-peers.ts";
import { testProfile } from "../test-profile.ts";

const built = createPeers();
const program = join(built.folder, "libmodbus-slave");
const settings: LineSettings = { baud: 9600, dataBits: 8, parity: "none", stopBits: 1 };
let peers: Peers;
let polling: Polling | undefined;

beforeAll(async () => {
  const source = join(import.meta.dirname, "testdata/libmodbus-slave.c");
  const flags = ["-Wall", "-Wextra", "-Werror", "-I/usr/include/modbus", "-o", program, source, "-lmodbus"];
  await built.finish("gcc", flags);
  return () => built.stop();
});
beforeEach(() => {
  peers = createPeers();
});
afterEach(async () => {
  await polling?.stop();
  polling = undefined;
  peers.stop();
});

async function startTcp(): Promise<Transport> {
  const { match } = await peers.start(program, ["tcp"], /^listening (\d+)/);
  return { kind: "tcp", host: "127.0.0.1", port: Number(match[1]) };
}

async function startLine(): Promise<string> {
  const [near, far] = [join(peers.folder, "near"), join(peers.folder, "far")];
  await peers.cable(near, `pty,raw,echo=0,link=${far}`);
  await peers.start(program, ["serial", far], /^serial /);
  return near;
}

const word = (register: number) => ({ table: "holding", register, type: "u16" });
const profile = testProfile(
  [
    ...Array.from({ length: 40 }, (_, i) => ({
      quantity: "voltage",
      channel: String(i),
      at: word(i),
      write: { min: 0, max: 65_535 },
    })),
    { quantity: "current", channel: "abcd", at: { table: "holding", register: 40, type: "f32" } },
    { quantity: "current", channel: "cdab", at: { table: "holding", register: 42, type: "f32", order: "CDAB" } },
    { quantity: "current", channel: "gone", at: word(44) },
    { quantity: "current", channel: "input", at: { table: "input", register: 9, type: "u16" } },
    { quantity: "lamp_on", channel: "0", at: { table: "coil", register: 0, type: "bit" }, write: { min: 0, max: 1 } },
    { quantity: "lamp_on", channel: "15", at: { table: "coil", register: 15, type: "bit" } },
    { quantity: "dim_level", at: word(20), write: { min: 0, max: 65_535, function: "multiple" } },
  ],
  { every: "200ms", timeout: "500ms" },
);

describe.each<[string, () => Promise<Transport>]>([
  ["Modbus TCP", startTcp],
  ["a serial line (socat)", async () => ({ kind: "serial", path: await startLine(), ...settings })],
  [
    "an RFC 2217 line (ser2net)",
    async () => ({ kind: "rfc2217", host: "127.0.0.1", port: await peers.ser2net(await startLine()), ...settings }),
  ],
])("a slave by libmodbus on %s", (name, start) => {
  type Values = ReadonlyMap<string, Readonly<Record<string, number | null>>>;
  async function open(devices: readonly Pick<DeviceConfig, "id" | "unit">[], until: (values: Values) => boolean) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const values = new Map<string, Record<string, number | null>>();
    polling = startPolling({
      buses: [{ name: "bus", transport: await start(), connectTimeoutMs: 2000 }],
      devices: devices.map((device) => ({ ...device, bus: "bus", profile })),
      clock: systemClock,
      random: () => 0,
      signal: new AbortController().signal,
      emit: async (device, _, samples) => {
        values.set(device, {
          ...values.get(device),
          ...Object.fromEntries(samples.map(({ metric, value }) => [metric, value])),
        });
        if (until(values)) resolve();
      },
    });
    await promise;
    return { polling, values };
  }

  test("is read in full, its one missing register alone being bad", async () => {
    const { polling, values } = await open([{ id: "slave", unit: 17 }], () => true);
    expect(values.get("slave")).toEqual({
      ...Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`voltage/${i}`, 2000 + i])),
      "current/abcd": 230.2,
      "current/cdab": 230.2,
      "current/gone": null,
      "current/input": 9,
      "lamp_on/0": 1,
      "lamp_on/15": 0,
      dim_level: 2020,
    });
    expect(polling.status().devices[0]).toMatchObject({ state: "up", unsupported: ["current/gone"] });
    expect(polling.status().buses[0]).toMatchObject({ timeouts: 0, crcErrors: 0, frameErrors: 0, mismatches: 0 });
  });

  test("takes single and multiple writes of registers and coils, and says so when it is asked again", async () => {
    const { polling } = await open([{ id: "slave", unit: 17 }], () => true);
    for (const [metric, value] of [
      ["voltage/3", 41_000],
      ["voltage/39", 0],
      ["dim_level", 65_535],
      ["lamp_on/0", 0],
    ] as const)
      expect(await polling.write("slave", { id: metric, metric, value })).toEqual({
        id: metric,
        status: "done",
        readBack: value,
      });
    const now = await polling.readOnce("slave");
    expect(now?.find(({ metric }) => metric === "voltage/20")?.value).toBe(65_535);
    expect(now?.find(({ metric }) => metric === "voltage/3")?.value).toBe(41_000);
  });

  if (name !== "Modbus TCP")
    // there it answers for any unit
    test("is read beside a unit that is not there, whose silence makes it take our next request for that unit's answer", async () => {
      const units = [
        { id: "slave", unit: 17 },
        { id: "nobody", unit: 18 },
      ];
      const { polling, values } = await open(
        units,
        (values) => values.get("slave")?.["voltage/0"] === 2000 && values.has("nobody"),
      );
      expect(Object.values(values.get("nobody")!).every((value) => value === null)).toBe(true);
      expect(polling.status().devices[0]).toMatchObject({ device: "slave", state: "up" });
    });
});
