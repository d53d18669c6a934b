import { loadProfiles } from "@weir/device-profiles/load.ts";
import { createTestLink } from "@weir/edge-agent/drivers/test-link.ts";
import { startPolling } from "@weir/edge-agent/poll/poll.ts";
import { startProxies } from "@weir/edge-agent/proxy/proxies.ts";
import { startLine } from "@weir/firmware/nodes/test-commission.ts";
import { createAdapter } from "@weir/firmware/sim/adapter.ts";
import { commissionAt } from "@weir/firmware/tool/commission/run.ts";
import type { Happening } from "@weir/firmware/tool/events.ts";
import { virtualClock } from "@weir/wire/clock.ts";
import { expect, test } from "vitest";
import { until } from "./until.ts";

test("a node out of its box is found and addressed through the proxy of an agent, which goes on polling its neighbours without losing a cycle", async () => {
  const line = await startLine(
    ["level", "gas", "air"],
    (n) => [11, 12, 21][n],
    (n) => [1, 2, 247][n]!,
  );
  for (const board of line.boards.slice(0, 2)) board.analog(0, 2.64);
  line.timeline.run(1500);

  // the agent's time is the nodes' own, however fast this machine runs them
  const clock = virtualClock(1_700_000_000_000);
  const adapter = createAdapter(line.timeline, { rx: line.wire, tx: line.wire }, { baud: 19_200, parity: "even" });
  const link = createTestLink(clock, (bytes) => adapter.send(bytes));
  adapter.onByte = (byte) => link.push(Uint8Array.of(byte));
  const everyMs = 3000; // longer than the second for which an address is asked whether anybody is there
  const profiles = loadProfiles();
  const cycles = () => polling.status().devices.map((device) => device.cycles);
  const polling = startPolling({
    buses: [
      {
        name: "nodes",
        transport: { kind: "serial", path: "sim", baud: 19_200, parity: "even", dataBits: 8, stopBits: 1 },
        connectTimeoutMs: 2000,
      },
    ],
    devices: ["level", "gas"].map((kind, n) => ({
      id: kind,
      bus: "nodes",
      unit: n + 1,
      profile: profiles.get(kind === "level" ? "pipe/weir-level" : "hazmat/weir-gas")!,
      everyMs,
    })),
    clock,
    random: () => 0,
    signal: new AbortController().signal,
    openLink: async () => link,
    emit: async () => {},
    report: () => {},
  });
  const proxies = startProxies({
    configs: [{ bus: "nodes", listen: { host: "127.0.0.1", port: 0 }, write: true, clients: 4, waitMs: 2000 }],
    reach: polling.reach,
    clock,
    random: () => 0,
    log: { info: () => {}, warn: () => {}, error: () => {} } as never,
  });
  let over = false;
  const turning = (async () => {
    while (!over) {
      await clock.advance(1);
      line.timeline.run(1);
      await new Promise(setImmediate);
    }
  })();

  try {
    const listening = await until("the proxy listens", () => proxies.status().get("nodes")?.listening, 10_000);
    const before = cycles();
    const since = clock.monotonic();
    const events: Happening[] = [];
    const job = { orders: [], from: 2, serial: undefined, settings: undefined, labels: undefined, waitMs: 100 };
    await commissionAt(`proxy:${listening}`, { baud: 19_200, parity: "even" }, job, (event) => void events.push(event));
    await until("some cycles have passed", () => clock.monotonic() - since > 4 * everyMs, 60_000);
    const periods = Math.floor((clock.monotonic() - since) / everyMs);

    expect(events.filter(({ event }) => event === "node")).toHaveLength(3);
    expect(events.filter(({ event }) => event === "assigned")).toMatchObject([
      { serial: 21, address: 3, profile: "air/weir-air" },
    ]);
    const { devices } = polling.status();
    expect(devices.map(({ state, skippedCycles }) => ({ state, skippedCycles }))).toEqual([
      { state: "up", skippedCycles: 0 },
      { state: "up", skippedCycles: 0 },
    ]);
    expect(periods).toBeGreaterThan(3);
    for (const [n, count] of cycles().entries()) expect(count - before[n]!).toBeGreaterThanOrEqual(periods - 1);
  } finally {
    over = true;
    await turning;
    const stopped = Promise.all([proxies.close(), polling.stop()]);
    await clock.advance(100);
    await stopped;
  }
});
