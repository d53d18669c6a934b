import { realpathSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "@weir/wire/clock.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createPeers, type Peers } from "../drivers/test-peers.ts";
import { testProfile, wordPoints } from "../drivers/test-profile.ts";
import { startTestServer, type TestServer } from "../drivers/test-server.ts";
import { createSlave } from "../drivers/test-slave.ts";
import { type Polling, startPolling } from "./poll.ts";

let peers: Peers;
let byId: string;
let server: TestServer;
let polling: Polling | undefined;

beforeEach(async () => {
  peers = createPeers();
  byId = join(peers.folder, "usb-FTDI_FT232R_A50285BI-if00-port0");
  server = await startTestServer([createSlave(1, { 0: 7, 1: 8 }), createSlave(2, { 0: 9, 1: 10 })], "raw-tcp");
});
afterEach(async () => {
  await polling?.stop();
  peers.stop();
  await server.close();
});

/** The adapter: a pseudo-terminal under a name that comes and goes with it, as udev's do. */
const plugIn = async () => (await peers.cable(byId, `tcp:127.0.0.1:${server.port}`)).child;

test("socat: an adapter that comes back as another device is read again by itself, all of it within four seconds", async () => {
  const adapter = await plugIn();
  const before = realpathSync(byId);
  const fresh = new Set<string>();
  let told = () => {};
  const all = () =>
    new Promise<void>((resolve) => {
      fresh.clear();
      told = () => fresh.size === 2 && resolve();
    });
  polling = startPolling({
    buses: [
      {
        name: "line",
        transport: { kind: "serial", path: byId, baud: 9600, dataBits: 8, parity: "none", stopBits: 1 },
        connectTimeoutMs: 2000,
      },
    ],
    devices: [1, 2].map((unit) => ({
      ...{ id: `unit-${unit}`, bus: "line", unit },
      profile: testProfile(wordPoints(2), { every: "500ms" }),
    })),
    clock: systemClock,
    random: () => 0,
    signal: new AbortController().signal,
    emit: async (device, _, samples) => {
      if (samples.every(({ quality }) => quality === "good")) fresh.add(device);
      told();
    },
  });
  await all();
  adapter.kill("SIGTERM");
  await expect
    .poll(() => polling!.status().buses[0]!, { timeout: 15_000 })
    .toMatchObject({
      link: "down",
      why: expect.stringMatching(/there is no such port; check the adapter's plug/),
    });
  await peers.cable(join(peers.folder, "another"), "pty,raw,echo=0");
  await plugIn();
  const backAt = performance.now();
  expect(realpathSync(byId)).not.toBe(before);
  await all();
  const tookMs = performance.now() - backAt;
  console.log(`full data ${(tookMs / 1000).toFixed(1)} s after the adapter was back`);
  expect(tookMs).toBeLessThan(4000);
  expect(polling.status().buses[0]).toMatchObject({ link: "up", why: undefined, connects: 2 });
});
