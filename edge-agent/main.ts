import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { metricOf } from "@weir/device-profiles/metric.ts";
import type { Clock } from "@weir/wire/clock.ts";
import { encodeRecord } from "@weir/wire/record.ts";
import type { Sample } from "@weir/wire/sample.ts";
import { obey } from "./commands/obey.ts";
import type { EdgeConfig } from "./config.ts";
import { readCredentials } from "./credentials.ts";
import { type FirmwareDesk, openFirmware } from "./firmware/open.ts";
import { isUpdatable, updateMetrics } from "./firmware/report.ts";
import { collectStatus } from "./health/collect.ts";
import { createMachineWatch } from "./health/machine.ts";
import { gatewayKind, gatewayMetrics, reportHealth } from "./health/samples.ts";
import { type HealthServer, startHealth } from "./health/server.ts";
import { watchTime } from "./health/time.ts";
import { openOutbox } from "./outbox/open.ts";
import type { Log, OutboxRecord } from "./outbox/outbox.ts";
import { createOwnClock } from "./own-clock.ts";
import packageJson from "./package.json" with { type: "json" };
import { type DeviceConfig, type PollEvent, startPolling } from "./poll/poll.ts";
import { reportsEvery } from "./poll/report.ts";
import { startProxies } from "./proxy/proxies.ts";
import { settleTime } from "./settle-time.ts";
import { openBdSeq } from "./uplink/bdseq.ts";
import type { ConnectionSettings } from "./uplink/connection.ts";
import { createDeviceBook, type DeviceBook, type KnownDevice } from "./uplink/devices.ts";
import { runUplink } from "./uplink/uplink.ts";
import { createUrgency } from "./urgent.ts";

export type Surroundings = {
  readonly clock: Clock;
  /** 0 ≤ n < 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly openOutbox?: typeof openOutbox;
  /** See watchTime. */
  readonly askTime?: (signal: AbortSignal) => Promise<boolean>;
};

export type Agent = {
  /** Where the health page is. */
  readonly url: string;
  /** Takes changed buses and devices over: those that differ start anew, the others go on undisturbed. The rest of the file needs a restart. */
  apply(config: EdgeConfig): Promise<void>;
  /** Resolves when everything is closed after the signal; what had been appended is on disk. */
  readonly finished: Promise<void>;
};

/** instrument → poll → outbox → uplink, and commands back; other masters reach the instruments through proxies, behind our own polling. Rejects when the outbox is in use or the health page cannot listen; then nothing is left open. */
export async function runAgent(
  config: EdgeConfig,
  { clock: machineClock, random, log, openOutbox: open = openOutbox, askTime }: Surroundings,
  stopSignal: AbortSignal,
): Promise<Agent> {
  const failed = new AbortController();
  const signal = AbortSignal.any([stopSignal, failed.signal]);
  const { site, gateway, uplink: to } = config;
  const clock = createOwnClock({ clock: machineClock });
  const startedAt = clock.now();
  const connection = connectionOf(config);
  const outbox = await open({
    file: config.outbox.path,
    limitBytes: config.outbox.limit,
    whenFull: config.outbox.when_full,
    clock,
    random,
    log,
  });
  const synchronised = Promise.withResolvers<void>();
  const timeSynchronised = watchTime(
    {
      ...{ mode: config.clock, clock },
      onSynchronised() {
        log.info({}, "the system clock is synchronised");
        synchronised.resolve();
      },
      ...(askTime && { ask: askTime }),
    },
    signal,
  );
  const node = {
    device: gateway,
    kind: gatewayKind,
    ...(config.title && { title: config.title }),
    everyMs: config.health.every,
    metrics: gatewayMetrics(config.buses.map(({ name }) => name)),
  };
  const isUrgent = createUrgency();
  const append = (record: OutboxRecord) => {
    const base = clock.base();
    return outbox.append({ ...record, ...(base && { clock: base }) });
  };
  const devices = createDeviceBook(node, knownDevices(config));

  const timeQuality = () => (clock.base() || timeSynchronised() ? "good" : "uncertain");
  async function emit(device: string, kind: string, read: readonly Sample[]): Promise<void> {
    const samples = clock.correct(read);
    devices.note(device, samples); // first, so that births and the health page are right even while the disk is full
    const urgent = isUrgent(device, samples);
    await append({ device, body: encodeRecord(samples, { kind }), samples: samples.length, urgent });
  }
  let firmware: FirmwareDesk | undefined;
  let current = config;

  const polling = startPolling({
    buses: config.buses,
    devices: config.devices,
    clock,
    random,
    signal,
    timeQuality,
    report: (event) => {
      tell(event, devices, log);
      if (event.event === "device-up") firmware?.noticed(event.device);
    },
    emit,
  });
  const proxies = startProxies({ configs: config.proxies, reach: polling.reach, clock, random, log });
  firmware = openFirmware(
    { config: () => current, polling, emit, timeQuality, timeSynchronised, clock, random, log },
    signal,
  );
  const commands = obey({
    write: polling.write,
    ...(firmware && { install: firmware.install }),
    append,
    clock,
    log,
  });
  const uplink = runUplink(
    {
      site,
      gateway,
      host: to.host,
      ...(to.primary !== undefined && { primary: to.primary }),
      limits: {
        windowBytes: to.window,
        mostBytes: Math.max(to.window, to.window_most),
        ...(to.backlog_limit !== undefined && { backlogBytesPerS: to.backlog_limit }),
      },
      connection,
      outbox,
      devices,
      mayDeliver: () => timeSettled(),
      nextBdSeq: openBdSeq(`${config.outbox.path}.bdseq`),
      onCommand: commands.onCommand,
      clock,
      random,
      log,
    },
    signal,
  );
  if (timeSynchronised()) synchronised.resolve();
  const timeSettled = settleTime(
    {
      ...{
        own: clock,
        synchronised: synchronised.promise,
        waitMs: config.clock_wait,
        outbox,
        clock: machineClock,
        log,
      },
      isConnected: () => uplink.status().state !== "offline",
    },
    signal,
  );
  const status = () =>
    collectStatus({
      site,
      gateway,
      version: packageJson.version,
      startedAt,
      now: clock.now,
      timeSynchronised,
      machine,
      outbox,
      uplink,
      obedience: commands,
      book: devices,
      polling: polling.status,
      proxies: proxies.status,
      firmware: () => firmware?.status() ?? [],
    });
  const machine = createMachineWatch(dirname(config.outbox.path));

  async function close(): Promise<void> {
    await proxies.close();
    await firmware?.close();
    await polling.stop();
    await uplink.finished;
    await outbox.close();
  }
  let health: HealthServer;
  try {
    const { host, port } = config.health.listen;
    health = await startHealth({ listen: `${host.includes(":") ? `[${host}]` : host}:${port}`, status }, signal);
  } catch (error) {
    failed.abort();
    await close();
    throw error;
  }
  const reporting = reportHealth(
    {
      everyMs: config.health.every,
      status,
      append,
      note: (samples) => devices.note(null, samples),
      clock,
      log,
    },
    signal,
  );
  log.info({ site, gateway, devices: config.devices.length, broker: to.url, health: health.url }, "weir-edge runs");

  return {
    url: health.url,
    async apply(changed) {
      current = { ...changed, ...(config.firmware && { firmware: config.firmware }) };
      const { started, stopped, kept } = await polling.apply(changed);
      await proxies.apply(changed.proxies);
      devices.replace(knownDevices(changed));
      log.info({ started, stopped, kept: kept.length }, "changed configuration taken over");
    },
    finished: reporting.then(() => health.close()).then(close),
  };
}

/** What births say of each device. */
function knownDevices({ devices, titles, firmware }: EdgeConfig): readonly KnownDevice[] {
  const profiles = new Set(devices.map(({ profile }) => profile));
  const metrics = new Map([...profiles].map((profile) => [profile, profile.points.map(metricOf)]));
  return devices.map(({ id, profile, everyMs = profile.every }: DeviceConfig) => ({
    device: id,
    kind: profile.kind,
    model: profile.model,
    profile: profile.id,
    metrics: [...metrics.get(profile)!, ...(firmware && isUpdatable(profile) ? updateMetrics : [])],
    everyMs: reportsEvery(profile.points, everyMs),
    ...(titles.has(id) && { title: titles.get(id)! }),
  }));
}

function connectionOf(config: EdgeConfig): ConnectionSettings {
  const { url, ca_file, cert_file, key_file, keep_alive } = config.uplink;
  return {
    url,
    clientId: config.gateway,
    ...readCredentials(config),
    ...(ca_file !== undefined && { ca: readFileSync(ca_file) }),
    ...(cert_file !== undefined && { cert: readFileSync(cert_file) }),
    ...(key_file !== undefined && { key: readFileSync(key_file) }),
    keepAliveMs: keep_alive,
    connectTimeoutMs: 10_000,
  };
}

/** Polling's events in the log, and in the births of devices. */
function tell(event: PollEvent, devices: DeviceBook, log: Log): void {
  const { event: what, ...about } = event;
  if (what === "device-up" || what === "device-down") devices.setOnline(event.device, what === "device-up");
  if (what.endsWith("-up")) log.info(about, what);
  else log.warn(about, what);
}
