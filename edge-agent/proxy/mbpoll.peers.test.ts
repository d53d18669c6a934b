import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { systemClock } from "@weir/wire/clock.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createPeers, type Peers } from "../drivers/test-peers.ts";
import { testProfile, wordPoints } from "../drivers/test-profile.ts";
import { silentLog } from "../outbox/outbox.ts";
import { type Polling, startPolling } from "../poll/poll.ts";
import { type Proxies, startProxies } from "./proxies.ts";

const run = promisify(execFile);
const server = join(import.meta.dirname, "../drivers/modbus/testdata/pymodbus-server.py");
const client = join(import.meta.dirname, "testdata/pymodbus-client.py");
const around = { clock: systemClock, random: () => 0 };
let peers: Peers;
let polling: Polling;
let proxies: Proxies;
let bad = 0;
let good = 0;

/** pymodbus as the instrument of a serial line (socat), polled by the agent, with a proxy before the line. Gives the proxy's port. */
async function share({ write = false } = {}): Promise<string> {
  const [near, far] = [join(peers.folder, "near"), join(peers.folder, "far")];
  await peers.cable(near, `pty,raw,echo=0,link=${far}`);
  await peers.start("/usr/bin/python3", [server, "serial", far], /^serial /);
  const profile = testProfile(wordPoints(5), { every: "100ms" });
  const first = Promise.withResolvers<void>();
  [good, bad] = [0, 0];
  polling = startPolling({
    ...around,
    buses: [
      {
        name: "line",
        transport: { kind: "serial", path: near, baud: 9600, dataBits: 8, parity: "none", stopBits: 1 },
        connectTimeoutMs: 2000,
      },
    ],
    devices: [{ id: "meter", bus: "line", unit: 17, profile }],
    signal: new AbortController().signal,
    emit: async (_, __, samples) => {
      for (const { quality } of samples) quality === "bad" ? bad++ : good++;
      first.resolve();
    },
  });
  await first.promise;
  proxies = startProxies({
    ...around,
    configs: [{ bus: "line", listen: { host: "127.0.0.1", port: 0 }, write, clients: 4, waitMs: 2000 }],
    reach: (bus, unit) => polling.reach(bus, unit),
    log: silentLog,
  });
  return expect
    .poll(() => statusOf().listening?.split(":")[1])
    .toBeDefined()
    .then(() => statusOf().listening!.split(":")[1]!);
}

const statusOf = () => proxies.status().get("line")!;
const mbpoll = (port: string, ...args: readonly string[]) =>
  run("mbpoll", ["-0", "-m", "tcp", "-p", port, "-a", "17", ...args]);

beforeEach(() => {
  peers = createPeers();
});
afterEach(async () => {
  await proxies.close();
  await polling.stop();
  peers.stop();
});

describe("another master on a serial line that the agent polls", () => {
  test("mbpoll reads what is there, is told what is not, and the agent loses no value", async () => {
    const port = await share();
    const { stdout } = await mbpoll(port, "-1", "-t", "4", "-r", "1", "-c", "3", "127.0.0.1");
    expect([...stdout.matchAll(/^\[(\d+)\]:\s+(\d+)/gm)].map(([, at, value]) => [at, value])).toEqual([
      ["1", "1001"],
      ["2", "1002"],
      ["3", "1003"],
    ]);
    await expect(mbpoll(port, "-1", "-t", "4", "-r", "7", "127.0.0.1")).rejects.toMatchObject({
      stderr: expect.stringMatching(/Illegal data address/),
    });
    const before = good;
    await expect.poll(() => good, { timeout: 10_000 }).toBeGreaterThan(before + 20);
    expect(bad).toBe(0);
    expect(statusOf()).toMatchObject({ requests: 2, answered: 2, refused: 0, silent: 0 });
  }, 30_000);

  test("mbpoll may not write through a proxy that is read-only, and may through one that is not", async () => {
    const readOnly = await share();
    await expect(mbpoll(readOnly, "-t", "4", "-r", "30", "127.0.0.1", "77")).rejects.toMatchObject({
      stderr: expect.stringMatching(/Illegal function/),
    });
    expect(statusOf()).toMatchObject({ refused: 1, answered: 0 });
    await proxies.close();
    await polling.stop();
    peers.stop();
    peers = createPeers();
    const writing = await share({ write: true });
    await mbpoll(writing, "-t", "4", "-r", "30", "127.0.0.1", "77");
    const { stdout } = await mbpoll(writing, "-1", "-t", "4", "-r", "30", "127.0.0.1");
    expect(stdout).toMatch(/^\[30\]:\s+77/m);
  }, 30_000);

  test("pymodbus asks a hundred times, gets a hundred right answers, and the agent loses no value", async () => {
    const port = await share();
    const { stdout } = await run("/usr/bin/python3", [client, port, "17", "100"]);
    expect(stdout.trim()).toBe("100 right, 0 wrong");
    expect(bad).toBe(0);
    expect(statusOf()).toMatchObject({ requests: 100, answered: 100 });
  }, 60_000);
});
