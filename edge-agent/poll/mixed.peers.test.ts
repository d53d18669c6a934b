import { closeSync, constants, openSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { join } from "node:path";
import { systemClock } from "@weir/wire/clock.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { LineSettings, Transport } from "../drivers/driver.ts";
import { answerCjt188, answerDlt645, createTestMeter, meterProfile } from "../drivers/test-meter.ts";
import { createPeers, type Peers } from "../drivers/test-peers.ts";
import { testProfile, wordPoints } from "../drivers/test-profile.ts";
import { answerRtu, createSlave } from "../drivers/test-slave.ts";
import { type DeviceReadings, readOnce } from "./read-once.ts";

let peers: Peers;
const stops: (() => void)[] = [];
beforeEach(() => {
  peers = createPeers();
});
afterEach(() => {
  for (const stop of stops.splice(0).reverse()) stop();
  peers.stop();
});

/** Three instruments behind a socket, as a serial server would offer their line. */
async function startInstruments(): Promise<number> {
  const slave = createSlave(1, { 0: 7, 1: 8 });
  const electricity = createTestMeter("123456789012", { "02010100": "0523" });
  const water = createTestMeter("78330011223344", { "901F": "002301002C" });
  const server: Server = createServer((socket) => {
    let heard: Buffer = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      heard = Buffer.concat([heard, chunk]);
      const reply = answerRtu(slave, heard) ?? answerDlt645(electricity, heard) ?? answerCjt188(water, heard);
      if (!reply) return;
      heard = Buffer.alloc(0);
      socket.write(reply);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A pseudo-terminal whose other end is the instruments; held open, since a line does not go away when its port is closed. */
async function startLine(): Promise<string> {
  const path = join(peers.folder, "line");
  await peers.cable(path, `tcp:127.0.0.1:${await startInstruments()}`);
  const held = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  stops.push(() => closeSync(held));
  return path;
}

const settings: LineSettings = { baud: 9600, dataBits: 8, parity: "none", stopBits: 1 };
const remote = (port: number) => ({ kind: "rfc2217", host: "127.0.0.1", port, ...settings }) as const;

test.each<[string, () => Promise<Transport>]>([
  ["a serial port (socat)", async () => ({ kind: "serial", path: await startLine(), ...settings })],
  ["an RFC 2217 port of ser2net", async () => remote(await peers.ser2net(await startLine()))],
  ["an RFC 2217 port of pyserial", async () => remote(await peers.pyserial(await startLine()))],
])("three protocols on %s, each at its own rate and parity, twice over", async (_, start) => {
  const transport = await start();
  const found: DeviceReadings[] = [];
  const devices = [
    { id: "word", bus: "line", unit: 1, profile: testProfile(wordPoints(2)) },
    {
      id: "electricity",
      bus: "line",
      address: "123456789012",
      line: { baud: 2400, dataBits: 8, parity: "even" },
      profile: meterProfile("dlt645", [{ quantity: "voltage", at: { di: "02010100", format: "XXX.X" } }]),
    },
    {
      id: "water",
      bus: "line",
      address: "78330011223344",
      line: { baud: 2400 },
      profile: meterProfile("cjt188", [
        { quantity: "flow_total", at: { di: "901F", format: "XXXXXX.XX", unit: { at: 4, as: "m3" } } },
      ]),
    },
  ] as const;
  const options = {
    buses: [{ name: "line", transport, connectTimeoutMs: 2000 }],
    devices: [...devices, ...devices],
    clock: systemClock,
    random: () => 0,
    signal: AbortSignal.timeout(30_000),
  };
  await readOnce(options, (device) => found.push(device));
  const values = found.map(({ device, readings }) => [device, ...readings.map(({ value }) => value)]);
  const once = [
    ["word", 7, 8],
    ["electricity", 230.5],
    ["water", 123],
  ];
  expect(values).toEqual([...once, ...once]);
});
