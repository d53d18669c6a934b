import type { Obedience } from "../commands/obey.ts";
import type { Outbox } from "../outbox/outbox.ts";
import type { ProxyStatus } from "../proxy/server.ts";
import type { DeviceBook } from "../uplink/devices.ts";
import type { Uplink } from "../uplink/uplink.ts";
import type { MachineStatus } from "./machine.ts";
import type { AgentStatus, BusView, DeviceView } from "./status.ts";

export type StatusSources = Pick<AgentStatus, "site" | "gateway" | "version" | "startedAt"> & {
  readonly now: () => number;
  readonly timeSynchronised: () => boolean;
  readonly machine: () => MachineStatus;
  readonly outbox: Outbox;
  readonly uplink: Uplink;
  readonly obedience: Obedience;
  readonly book: DeviceBook;
  /** By bus. */
  readonly proxies: () => ReadonlyMap<string, ProxyStatus>;
  /** Where firmware is updated. */
  readonly firmware?: () => AgentStatus["firmware"];
  readonly polling: () => { readonly buses: readonly BusView[]; readonly devices: readonly Omit<DeviceView, "last">[] };
};

/** One look at everything, in the form that /status, the page, /metrics and the health samples share. */
export function collectStatus(sources: StatusSources): AgentStatus {
  const { site, gateway, version, startedAt, outbox, book } = sources;
  const { buses, devices } = sources.polling();
  const proxies = sources.proxies();
  const last = new Map(book.devices().map((state) => [state.device, [...state.last.values()]]));
  return {
    site,
    gateway,
    version,
    startedAt,
    now: sources.now(),
    clockSynchronised: sources.timeSynchronised(),
    machine: sources.machine(),
    outbox: { ...outbox.stats(), epoch: outbox.epoch, damage: outbox.damage() },
    uplink: sources.uplink.status(),
    commands: sources.obedience.status(),
    buses: buses.map((bus) => ({ ...bus, ...(proxies.has(bus.name) && { proxy: proxies.get(bus.name) }) })),
    firmware: sources.firmware?.() ?? [],
    devices: devices.map((device) => ({ ...device, last: last.get(device.device) ?? [] })),
  };
}
