import type { Clock } from "@weir/wire/clock.ts";
import type { Quantity } from "@weir/wire/quantities.ts";
import { encodeRecord } from "@weir/wire/record.ts";
import type { Quality, Sample } from "@weir/wire/sample.ts";
import { type Log, type OutboxRecord, silentLog } from "../outbox/outbox.ts";
import type { AgentStatus } from "./status.ts";

/** Sparkplug's edge-node kind in records and births. */
export const gatewayKind = "gateway";

/** The gateway's health as samples of the vocabulary's gateway domain. What is not known now is left out. */
export function gatewaySamples(status: AgentStatus): readonly Sample[] {
  const { now, machine, outbox, uplink, commands, buses, devices } = status;
  const quality: Quality = status.clockSynchronised ? "good" : "uncertain";
  const sum = <T>(list: readonly T[], of: (item: T) => number) => list.reduce((total, item) => total + of(item), 0);
  const failures = (bus: AgentStatus["buses"][number]) =>
    bus.timeouts + bus.crcErrors + bus.frameErrors + bus.mismatches + bus.exceptions;
  const values: Partial<Record<Quantity, number | null | undefined>> = {
    cpu_load: machine.cpuLoad,
    memory_used: machine.memoryUsed,
    process_memory: machine.processMemory,
    disk_used: machine.diskUsed,
    disk_free: machine.diskFree,
    uptime: Math.round((now - status.startedAt) / 1000),
    clock_synchronised: Number(status.clockSynchronised),
    outbox_records: outbox.records,
    outbox_samples: outbox.samples,
    outbox_bytes: outbox.bytes,
    outbox_fill: (100 * outbox.bytes) / outbox.limitBytes,
    outbox_oldest_age: outbox.oldest ? Math.max(0, (now - outbox.oldest.appendedAt) / 1000) : 0,
    outbox_degraded: Number(outbox.fault !== undefined),
    samples_dropped: outbox.droppedSamples + outbox.refusedSamples,
    records_quarantined: outbox.quarantined,
    records_confirmed: outbox.confirmed,
    uplink_state: { offline: 0, waiting: 1, online: 2 }[uplink.state],
    uplink_reconnects: Math.max(0, uplink.connects - 1),
    receipt_delay: uplink.receiptMs,
    poll_cycles: sum(devices, (device) => device.cycles),
    poll_cycles_skipped: sum(devices, (device) => device.skippedCycles),
    requests_sent: sum(buses, (bus) => bus.requests),
    requests_failed: sum(buses, failures),
    samples_reported: sum(devices, (device) => device.samples),
    devices_total: devices.length,
    devices_down: devices.filter((device) => device.state === "down").length,
    commands_done: commands.done,
    commands_refused: commands.refused + commands.expired + commands.failed,
  };
  const samples: Sample[] = [];
  const add = (metric: string, value: number | null | undefined) => {
    if (value !== null && value !== undefined) samples.push({ metric, at: now, value, quality });
  };
  for (const [metric, value] of Object.entries(values)) add(metric, value);
  for (const bus of buses) add(`bus_utilisation/${channelOf(bus.name)}`, 100 * bus.utilisation);
  return samples;
}

/** Every metric that gatewaySamples may ever give, for the NBIRTH. */
export function gatewayMetrics(busNames: readonly string[]): readonly string[] {
  const nothing = {
    requests: 0,
    timeouts: 0,
    crcErrors: 0,
    frameErrors: 0,
    mismatches: 0,
    exceptions: 0,
    utilisation: 0,
  };
  const waiting = { records: 0, samples: 0, bytes: 0, appended: 0, confirmed: 0 };
  const givenUp = { dropped: 0, droppedSamples: 0, refused: 0, refusedSamples: 0 };
  return gatewaySamples({
    site: "",
    gateway: "",
    version: "",
    now: 0,
    startedAt: 0,
    clockSynchronised: true,
    machine: { cpuLoad: 0, memoryUsed: 0, processMemory: 0, processCpu: 0, diskUsed: 0, diskFree: 0 },
    outbox: {
      ...waiting,
      ...givenUp,
      ...{ epoch: 0, damage: [], limitBytes: 1, oldest: undefined, quarantined: 0, unsaved: 0, fault: undefined },
    },
    uplink: {
      ...{ state: "offline", since: 0, why: undefined, connects: 0, births: 0, sent: 0, receipts: 0, rejections: 0 },
      ...{ ignored: 0, inFlight: 0, inFlightBytes: 0, windowBytes: 0, timeoutMs: 0, receiptMs: 0 },
    },
    commands: { done: 0, refused: 0, failed: 0, expired: 0, repeated: 0 },
    buses: busNames.map((name) => ({ ...nothing, name, link: "up", why: undefined })),
    devices: [],
    firmware: [],
  }).map(({ metric }) => metric);
}

/** A bus name as a metric's channel: lower case, and a dash for what a channel may not hold. */
function channelOf(name: string): string {
  const channel = name
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "-")
    .replace(/^[-_]+/, "");
  return channel || "bus";
}

export type HealthReportOptions = {
  readonly everyMs: number;
  readonly status: () => AgentStatus;
  readonly append: (record: OutboxRecord) => Promise<unknown>;
  /** Told each time, so that the next NBIRTH shows it. */
  readonly note: (samples: readonly Sample[]) => void;
  readonly clock: Clock;
  readonly log?: Log;
};

/** Appends the gateway's health as an NDATA record, now and every so often, until the signal aborts. Never rejects. */
export async function reportHealth(
  { everyMs, status, append, note, clock, log = silentLog }: HealthReportOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const samples = gatewaySamples(status());
    note(samples);
    try {
      await append({ device: null, body: encodeRecord(samples, { kind: gatewayKind }), samples: samples.length });
    } catch (error) {
      log.warn({ why: (error as Error).message }, "the gateway's health could not be stored");
    }
    await clock.sleep(everyMs, signal);
  }
}
