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

test("nodes out of their boxes are found and addressed through the proxy of an agent, which goes on polling their neighbours without losing a cycle", async () => {
  const line = await startLine(
    ["level", "gas", "air", "light"],
    (n) => [11, 12, 21, 22][n],
    (n) => [1, 2, 247, 247][n]!,
  );
  for (const board of line.boards.slice(0, 2)) board.analog(0, 2.64);
  line.timeline.run(1500);

  // the agent's time is the nodes' own, however fast this machine runs them
  const clock = virtualClock(1_700_000_000_000);
  const adapter = createAdapter(line.timeline, { rx: line.wire, tx: line.wire }, { baud: 19_200, parity: "even" });
  const link = createTestLink(clock, (bytes) => adapter.send(bytes));
  adapter.onByte = (byte) => link.push(Uint8Array.of(byte));
  const profiles = loadProfiles();
  const cycles = new Map<string, number>();
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
      everyMs: 1000,
    })),
    clock,
    random: () => 0,
    signal: new AbortController().signal,
    openLink: async () => link,
    emit: async (device) => void cycles.set(device, (cycles.get(device) ?? 0) + 1),
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
    const before = new Map(cycles);
    const since = clock.monotonic();
    const events: Happening[] = [];
    const job = { orders: [], from: 2, serial: undefined, settings: undefined, labels: undefined, waitMs: 100 };
    await commissionAt(`proxy:${listening}`, { baud: 19_200, parity: "even" }, job, (event) => void events.push(event));
    const seconds = Math.floor((clock.monotonic() - since) / 1000);

    expect(events.filter(({ event }) => event === "node")).toHaveLength(4);
    expect(events.filter(({ event }) => event === "assigned")).toMatchObject([
      { serial: 21, address: 3, profile: "air/weir-air" },
      { serial: 22, address: 4, profile: "light/weir-light" },
    ]);
    const { devices } = polling.status();
    expect(devices.map(({ state, skippedCycles }) => ({ state, skippedCycles }))).toEqual([
      { state: "up", skippedCycles: 0 },
      { state: "up", skippedCycles: 0 },
    ]);
    expect(seconds).toBeGreaterThan(1);
    for (const device of ["level", "gas"])
      expect(cycles.get(device)! - (before.get(device) ?? 0)).toBeGreaterThanOrEqual(1);
  } finally {
    over = true;
    await turning;
    const stopped = Promise.all([proxies.close(), polling.stop()]);
    await clock.advance(100);
    await stopped;
  }
});
