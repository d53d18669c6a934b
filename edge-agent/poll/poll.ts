import type { Profile } from "@weir/device-profiles/schema.ts";
import type { Clock } from "@weir/wire/clock.ts";
import type { Reply } from "@weir/wire/command.ts";
import { commandReason } from "@weir/wire/command-reason.ts";
import type { Quality, Sample } from "@weir/wire/sample.ts";
import type { Line, LineSettings, Transport } from "../drivers/driver.ts";
import { openLink } from "../drivers/links/open.ts";
import { type Bus, type BusStatus, openBus } from "./bus.ts";
import { type DeviceStatus, type PolledDevice, pollDevice } from "./device.ts";
import type { Reading } from "./reading.ts";
import { writePoint } from "./writer.ts";

/** A serial line, or a host: whatever takes one request at a time. */
export type BusConfig = { readonly name: string; readonly transport: Transport; readonly connectTimeoutMs: number };

export type DeviceConfig = {
  readonly id: string;
  /** Name of its bus. */
  readonly bus: string;
  /** Modbus devices; 1 when it is not given. */
  readonly unit?: number;
  /** Meters: digits as printed on them. */
  readonly address?: string;
  /** Where it differs from its bus; without effect on a bus that is no serial line of this gateway. */
  readonly line?: Partial<LineSettings>;
  readonly profile: Profile;
  /** Instead of the profile's. */
  readonly everyMs?: number;
  readonly timeoutMs?: number;
};

export type PollConfig = { readonly buses: readonly BusConfig[]; readonly devices: readonly DeviceConfig[] };

/** What an operator wants to see in the log; nothing of it is an error of the agent. */
export type PollEvent =
  | { readonly event: "link-up"; readonly bus: string }
  | { readonly event: "link-down"; readonly bus: string; readonly why: string }
  | { readonly event: "device-up"; readonly device: string }
  | { readonly event: "device-down"; readonly device: string; readonly why: string }
  | { readonly event: "unsupported"; readonly device: string; readonly metrics: readonly string[] }
  | { readonly event: "not-emitted"; readonly device: string; readonly why: string };

export type PollOptions = PollConfig & {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** The samples of one device cycle. Awaited: while it takes its time, the device's next cycles are late and are skipped. */
  readonly emit: (device: string, kind: string, samples: readonly Sample[]) => Promise<void>;
  /** `uncertain` while the wall clock is not known to be synchronised: then no sample is better than that. */
  readonly timeQuality?: () => Quality;
  readonly report?: (event: PollEvent) => void;
  /** All that was read of a device, before it is decided what is worth emitting. */
  readonly observe?: (device: string, readings: readonly Reading[]) => void;
  /** Instead of sockets and serial ports. */
  readonly openLink?: typeof openLink;
};

export type PollStatus = { readonly buses: readonly BusStatus[]; readonly devices: readonly DeviceStatus[] };
export type Changes = {
  readonly started: readonly string[];
  readonly stopped: readonly string[];
  readonly kept: readonly string[];
};

export type Polling = {
  /** Goes over to a new configuration: devices that differ, or whose bus differs, start anew; the others go on undisturbed. */
  apply(config: PollConfig): Promise<Changes>;
  status(): PollStatus;
  /** Sets one writable point, reads it back, and emits what was read. Never rejects. */
  write(
    device: string,
    command: { readonly id: string; readonly metric: string; readonly value: number },
  ): Promise<Reply>;
  /** Every point of one device, asked now and emitted. Never rejects; undefined for a device that is not configured. */
  readOnce(device: string): Promise<readonly Reading[] | undefined>;
  /** See PolledDevice; undefined for a device that is not configured. */
  suspend(device: string): (() => void) | undefined;
  /**
   * How a Modbus unit is reached on a bus, for another master's requests: as the configured device with that unit, else at the
   * line's own settings. `trusted`: it is configured and has not been found silent. undefined when there is no such bus now.
   */
  reach(bus: string, unit: number): Reach | undefined;
  /** Resolves when nothing is open and nothing will be emitted any more. */
  stop(): Promise<void>;
};

export type Reach = {
  readonly line: Line;
  readonly timeoutMs: number;
  readonly gapMs: number;
  readonly trusted: boolean;
};

/** Longest wait for a unit that is not configured. */
const strangerTimeoutMs = 1000;

/** Reads every point of every device at its period and emits what is worth reporting, until stopped or the signal aborts. */
export function startPolling(options: PollOptions): Polling {
  const stopping = new AbortController();
  const signal = AbortSignal.any([options.signal, stopping.signal]);
  const context = {
    timeQuality: () => "good" as const,
    report: () => {},
    observe: () => {},
    openLink,
    ...options,
    signal,
  };
  const buses = new Map<string, { readonly config: BusConfig; readonly bus: Bus }>();
  const devices = new Map<string, { readonly config: DeviceConfig; readonly device: PolledDevice }>();
  let applying: Promise<unknown> = Promise.resolve();

  async function change(config: PollConfig): Promise<Changes> {
    const wantedBuses = new Map(config.buses.map((bus) => [bus.name, bus]));
    const wantedDevices = new Map(config.devices.map((device) => [device.id, device]));
    const goneBuses = [...buses].filter(([name, { config }]) => !isSame(config, wantedBuses.get(name)));
    const goneNames = new Set(goneBuses.map(([name]) => name));
    const gone = [...devices].filter(
      ([id, { config }]) => goneNames.has(config.bus) || !isSame(config, wantedDevices.get(id)),
    );
    await Promise.all(gone.map(([, { device }]) => device.stop()));
    for (const [id] of gone) devices.delete(id);
    await Promise.all(goneBuses.map(([, { bus }]) => bus.close()));
    for (const name of goneNames) buses.delete(name);
    const kept = [...devices.keys()];
    start(config);
    return {
      kept,
      stopped: gone.map(([id]) => id),
      started: [...devices.keys()].filter((id) => !kept.includes(id)),
    };
  }

  function start(config: PollConfig): void {
    if (signal.aborted) return;
    for (const bus of config.buses)
      if (!buses.has(bus.name)) buses.set(bus.name, { config: bus, bus: openBus(bus, context) });
    for (const device of config.devices) {
      const bus = buses.get(device.bus)?.bus;
      if (!bus) throw new Error(`device ${device.id}: there is no bus ${device.bus}`);
      if (!devices.has(device.id)) devices.set(device.id, { config: device, device: pollDevice(device, bus, context) });
    }
  }

  start(options);

  return {
    apply: (config) => {
      const done = applying.then(() => change(config));
      applying = done.catch(() => {});
      return done;
    },
    status: () => ({
      buses: [...buses.values()].map(({ bus }) => bus.status()),
      devices: [...devices.values()].map(({ device }) => device.status()),
    }),
    write: async (id, command) => {
      const device = devices.get(id)?.device;
      if (!device) return { id: command.id, status: "refused", why: commandReason("noDevice", { device: id }) };
      return writePoint(device, command);
    },
    reach: (name, unit) => {
      const bus = buses.get(name)?.bus;
      if (!bus) return undefined;
      const known = [...devices.values()].find(
        ({ config }) => config.bus === name && config.profile.protocol === "modbus" && (config.unit ?? 1) === unit,
      );
      const { profile, timeoutMs, line } = known?.config ?? {};
      return {
        line: bus.at(line) as Line,
        timeoutMs: timeoutMs ?? profile?.timeout ?? strangerTimeoutMs,
        gapMs: profile?.protocol === "modbus" ? profile.gap : 0,
        trusted: known !== undefined && known.device.status().state !== "down",
      };
    },
    suspend: (id) => devices.get(id)?.device.suspend(),
    readOnce: async (id) => devices.get(id)?.device.readAll(),
    stop: async () => {
      stopping.abort();
      await applying;
      await Promise.all([...devices.values()].map(({ device }) => device.stop()));
      await Promise.all([...buses.values()].map(({ bus }) => bus.close()));
      devices.clear();
      buses.clear();
    },
  };
}

/** Configurations are plain data. */
function isSame(a: object, b: object | undefined): boolean {
  return b !== undefined && JSON.stringify(a) === JSON.stringify(b);
}
