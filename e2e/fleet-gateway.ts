import { join } from "node:path";
import { metricOf } from "@weir/device-profiles/metric.ts";
import type { Profile } from "@weir/device-profiles/schema.ts";
import { createTestLink } from "@weir/edge-agent/drivers/test-link.ts";
import { answerTcp, createSlave, type Slave } from "@weir/edge-agent/drivers/test-slave.ts";
import { collectStatus } from "@weir/edge-agent/health/collect.ts";
import { gatewayKind, gatewayMetrics, reportHealth } from "@weir/edge-agent/health/samples.ts";
import { type OutboxOptions, openOutbox } from "@weir/edge-agent/outbox/open.ts";
import type { Outbox } from "@weir/edge-agent/outbox/outbox.ts";
import { startPolling } from "@weir/edge-agent/poll/poll.ts";
import type { Connect } from "@weir/edge-agent/uplink/connection.ts";
import { createDeviceBook } from "@weir/edge-agent/uplink/devices.ts";
import { runUplink, type UplinkOptions } from "@weir/edge-agent/uplink/uplink.ts";
import type { Clock } from "@weir/wire/clock.ts";
import { encodeRecord } from "@weir/wire/record.ts";

export type GatewayOptions = Luck & {
  readonly site: string;
  readonly gateway: string;
  readonly folder: string;
  readonly clock: Clock;
  readonly connect: Connect;
  /** Of its one instrument, `<gateway>-probe`. */
  readonly profile: Profile;
};

/** How it is set up, where not as usual. */
export type Luck = {
  readonly outbox?: Partial<OutboxOptions>;
  readonly limits?: UplinkOptions["limits"];
  /** Its wall clock, ms ahead of the cloud's. */
  readonly clockAheadMs?: number;
};

/** What of the machine a test may say. */
export type Machine = { diskUsed: number; synchronised: boolean };

/** A gateway as edge-agent/main.ts puts it together, on any clock, its instrument a Modbus slave in memory. */
export type FleetGateway = {
  readonly slave: Slave;
  readonly machine: Machine;
  readonly outbox: Outbox;
  /** Ends at once: nothing is said, what is on disk stays. */
  kill(): Promise<void>;
};

export async function startGateway(options: GatewayOptions): Promise<FleetGateway> {
  const { site, gateway, folder, connect, profile, clockAheadMs = 0 } = options;
  const clock = { ...options.clock, now: () => options.clock.now() + clockAheadMs };
  const probe = `${gateway}-probe`;
  const stop = new AbortController();
  const { signal } = stop;
  const random = () => 0.5;
  const file = join(folder, `${gateway}.db`);
  const outbox = await openOutbox({ file, clock, random, ...options.outbox });
  const machine: Machine = { diskUsed: 40, synchronised: true };
  const slave = createSlave(1, { 0: 700, 1: 90 });
  const everyMs = 60_000;
  const book = createDeviceBook({ device: gateway, kind: gatewayKind, everyMs, metrics: gatewayMetrics([probe]) }, [
    { device: probe, kind: profile.kind, everyMs, metrics: profile.points.map(metricOf) },
  ]);
  const polling = startPolling({
    buses: [{ name: probe, transport: { kind: "tcp", host: probe, port: 502 }, connectTimeoutMs: 1000 }],
    devices: [{ id: probe, bus: probe, profile }],
    clock,
    random,
    signal,
    timeQuality: () => (machine.synchronised ? "good" : "uncertain"),
    report(event) {
      if (event.event === "device-up" || event.event === "device-down")
        book.setOnline(event.device, event.event === "device-up");
    },
    async emit(device, kind, samples) {
      book.note(device, samples);
      await outbox.append({ device, body: encodeRecord(samples, { kind }), samples: samples.length });
    },
    async openLink() {
      const link = createTestLink(clock, (bytes) => {
        const reply = answerTcp([slave], bytes);
        if (reply) void clock.sleep(20, signal).then(() => link.push(reply));
      });
      return link;
    },
  });
  let bdSeq = 0;
  const uplink = runUplink(
    {
      ...{ site, gateway, outbox, clock, random, connect, devices: book, host: "weir" },
      ...(options.limits && { limits: options.limits }),
      connection: { url: "mqtt://fleet", clientId: gateway, keepAliveMs: 30_000, connectTimeoutMs: 1000 },
      nextBdSeq: () => bdSeq++,
      onCommand: () => undefined,
    },
    signal,
  );
  const nothing = { done: 0, refused: 0, failed: 0, expired: 0, repeated: 0 };
  const startedAt = clock.now();
  const status = () =>
    collectStatus({
      ...{ site, gateway, version: "0", startedAt, outbox, uplink, book },
      now: clock.now,
      timeSynchronised: () => machine.synchronised,
      machine: () => ({
        ...{ cpuLoad: 5, memoryUsed: 30, processMemory: 1e8, processCpu: 1, diskFree: 1e9 },
        diskUsed: machine.diskUsed,
      }),
      obedience: { onCommand: () => undefined, status: () => nothing },
      polling: polling.status,
      proxies: () => new Map(),
    });
  const reporting = reportHealth(
    { everyMs: 30_000, status, append: outbox.append, note: (samples) => book.note(null, samples), clock },
    signal,
  );
  return {
    ...{ slave, machine, outbox },
    async kill() {
      stop.abort();
      await Promise.all([polling.stop(), uplink.finished, reporting]);
      await outbox.close();
    },
  };
}
