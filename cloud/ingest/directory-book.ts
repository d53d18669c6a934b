import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { About } from "@weir/wire/about.ts";
import type { Clock } from "@weir/wire/clock.ts";
import type { DeviceState, Directory, GatewayState } from "./directory.ts";
import type { FaultKind } from "./faults.ts";

/** What of a device is needed for each of its readings. */
export type KnownDevice = {
  readonly site: string;
  readonly gateway: string;
  readonly device: string;
  kind: string;
  /** While it answers, something of it is reported at least this often, ms; undefined when its birth did not say. */
  everyMs?: number | undefined;
  online: boolean;
  /** When `online` last changed, epoch ms. */
  since: number;
  lastMessageAt: number;
  /** When it was first heard of, epoch ms. */
  readonly knownSince: number;
  readonly metrics: Set<string>;
};

/** The directory as ingest writes it. A device named like its gateway is the gateway itself. */
export type DirectoryBook = Directory & {
  /** The device, entered if it is new. Its gateway's own metrics belong to the device of the gateway's name. */
  device(site: string, gateway: string, device: string): KnownDevice;
  /**
   * Takes the device for this gateway, unless it is another's: then that one's name. It is another's while that one is online,
   * and a gateway's own name always; when it is offline it has been replaced, and the device moves. What a former owner read
   * before (`historical`) is still taken.
   */
  claim(site: string, gateway: string, device: string, about: { readonly historical: boolean }): string | undefined;
  /**
   * A message of the device; `own` when it carried, or promised, an offset. `clockMs` is the time its gateway gave it when it has just
   * been made, where that is known.
   */
  heard(device: KnownDevice, about: { readonly own: boolean; readonly clockMs?: number | undefined }): void;
  gatewayBorn(site: string, gateway: string, bdSeq: number | undefined): void;
  /** With all its devices. */
  gatewayDied(site: string, gateway: string): void;
  deviceBorn(device: KnownDevice, about: About): void;
  deviceDied(site: string, gateway: string, device: string): void;
  /** A reading that is not history proves that the device is there. */
  alive(device: KnownDevice): void;
  kindOf(device: KnownDevice, kind: string): void;
  /** The device has such a metric. */
  named(device: KnownDevice, metric: string): void;
  fault(site: string, gateway: string, kind: FaultKind, times: number): void;
  /** Forgets a device, or a gateway with all its devices, that a person has removed. Returns what is forgotten; nothing while it is online. */
  forget(site: string, name: string): readonly DeviceState[];
  isOnline(site: string, gateway: string): boolean;
  /** Tells watchers of what has changed since the last call. */
  announce(): void;
  /** Writes what has changed to disk. */
  save(): void;
  close(): void;
};

type KnownGateway = {
  -readonly [Key in keyof Omit<
    GatewayState,
    "title" | "devices" | "faults" | "bdSeq" | "clockOffsetMs"
  >]: GatewayState[Key];
} & {
  bdSeq?: number | undefined;
  clockOffsetMs?: number | undefined;
  readonly faults: Partial<Record<FaultKind, number>>;
  readonly devices: Map<string, KnownDevice & Omit<About, "kind" | "everyMs">>;
  unsaved: boolean;
};

type Saved = Omit<GatewayState, "devices"> & { readonly devices: readonly DeviceState[] };

/** Opens the directory in a SQLite file of the cloud, or creates it. Throws an Error that names the file. */
export function openDirectory({ file, clock }: { readonly file: string; readonly clock: Clock }): DirectoryBook {
  const db = openFile(file);
  const saveRow = db.prepare("INSERT OR REPLACE INTO directory (site, gateway, state) VALUES (?, ?, ?)");
  const removeRow = db.prepare("DELETE FROM directory WHERE site = ? AND gateway = ?");
  const known = new Map<string, KnownGateway>();
  /** `site/device` → the gateway whose it is. */
  const owners = new Map<string, string>();
  const listeners = new Set<() => void>();
  let changed = false;
  for (const row of db.prepare("SELECT state FROM directory").all()) restore(JSON.parse(row.state as string) as Saved);

  function restore({ devices, bdSeq: _, title: __, clockOffsetMs: ___, ...state }: Saved): void {
    const gateway: KnownGateway = {
      ...state,
      online: false,
      faults: { ...state.faults },
      devices: new Map(),
      unsaved: false,
    };
    for (const device of devices)
      gateway.devices.set(device.device, {
        ...device,
        // A directory written by an earlier version does not say.
        knownSince: device.knownSince ?? device.since,
        online: false,
        metrics: new Set(device.metrics),
      });
    known.set(`${state.site}/${state.gateway}`, gateway);
    for (const { device, lastMessageAt } of devices) {
      const owner = known.get(`${state.site}/${owners.get(`${state.site}/${device}`)}`)?.devices.get(device);
      if (!owner || owner.lastMessageAt < lastMessageAt) owners.set(`${state.site}/${device}`, state.gateway);
    }
    owners.set(`${state.site}/${state.gateway}`, state.gateway);
  }

  function gatewayOf(site: string, gateway: string): KnownGateway {
    const key = `${site}/${gateway}`;
    const found = known.get(key);
    if (found) return found;
    const now = clock.now();
    const state = { site, gateway, online: false, since: now, lastMessageAt: now, own: false };
    const entered: KnownGateway = { ...state, faults: {}, devices: new Map(), unsaved: true };
    known.set(key, entered);
    owners.set(key, gateway);
    changed = true;
    return entered;
  }

  function deviceOf(site: string, gateway: string, device: string): KnownDevice {
    const at = gatewayOf(site, gateway);
    const found = at.devices.get(device);
    if (found) return found;
    const now = clock.now();
    const kind = device === gateway ? "gateway" : "";
    const entered = {
      site,
      gateway,
      device,
      kind,
      online: false,
      since: now,
      lastMessageAt: now,
      knownSince: now,
      metrics: new Set<string>(),
    };
    at.devices.set(device, entered);
    touch(at);
    return entered;
  }

  function touch(gateway: KnownGateway): void {
    gateway.unsaved = true;
    changed = true;
  }

  function setOnline(gateway: KnownGateway, entry: { online: boolean; since: number }, online: boolean): void {
    if (entry.online === online) return;
    entry.online = online;
    entry.since = clock.now();
    touch(gateway);
  }

  const isOwner = ({ site, gateway, device }: { site: string; gateway: string; device: string }) =>
    (owners.get(`${site}/${device}`) ?? gateway) === gateway;

  function stateOf({ devices, unsaved: _, bdSeq, clockOffsetMs, faults, ...state }: KnownGateway): GatewayState {
    const names = [...devices.values()]
      .filter(isOwner)
      .map(({ device }) => device)
      .sort();
    const title = devices.get(state.gateway)?.title;
    return {
      ...state,
      ...(title && { title }),
      ...(bdSeq !== undefined && { bdSeq }),
      ...(clockOffsetMs !== undefined && { clockOffsetMs }),
      faults: { ...faults },
      devices: names,
    };
  }

  return {
    device: deviceOf,
    claim(site, name, device, { historical }) {
      const gateway = gatewayOf(site, name);
      const key = `${site}/${device}`;
      const owner = owners.get(key) ?? name;
      if (owner !== name) {
        if (historical && gateway.devices.has(device)) return undefined;
        if (owner === device || known.get(`${site}/${owner}`)?.online) return owner;
        touch(gatewayOf(site, owner));
        touch(gateway);
      }
      owners.set(key, name);
      return undefined;
    },
    heard(device, { own, clockMs }) {
      const gateway = gatewayOf(device.site, device.gateway);
      if (clockMs !== undefined) gateway.clockOffsetMs = clockMs - clock.now();
      gateway.lastMessageAt = device.lastMessageAt = clock.now();
      if (!own || gateway.own) return;
      gateway.own = true;
      touch(gateway);
    },
    gatewayBorn(site, name, bdSeq) {
      const gateway = gatewayOf(site, name);
      gateway.bdSeq = bdSeq;
      setOnline(gateway, gateway, true);
      touch(gateway);
    },
    gatewayDied(site, name) {
      const gateway = gatewayOf(site, name);
      gateway.bdSeq = undefined;
      gateway.clockOffsetMs = undefined;
      setOnline(gateway, gateway, false);
      for (const device of gateway.devices.values()) setOnline(gateway, device, false);
    },
    deviceBorn(device, about) {
      const gateway = gatewayOf(device.site, device.gateway);
      Object.assign(device, { model: undefined, profile: undefined, title: undefined, everyMs: undefined }, about);
      setOnline(gateway, device, true);
      touch(gateway);
    },
    deviceDied(site, name, device) {
      setOnline(gatewayOf(site, name), deviceOf(site, name, device), false);
    },
    alive(device) {
      const gateway = gatewayOf(device.site, device.gateway);
      setOnline(gateway, gateway, true);
      setOnline(gateway, device, true);
    },
    kindOf(device, kind) {
      if (device.kind === kind) return;
      device.kind = kind;
      touch(gatewayOf(device.site, device.gateway));
    },
    named(device, metric) {
      if (device.metrics.has(metric)) return;
      device.metrics.add(metric);
      touch(gatewayOf(device.site, device.gateway));
    },
    fault(site, gateway, kind, times) {
      const entry = gatewayOf(site, gateway);
      entry.faults[kind] = (entry.faults[kind] ?? 0) + times;
    },
    forget(site, name) {
      const whole = known.get(`${site}/${name}`);
      const gateway = whole ?? [...known.values()].find((each) => each.site === site && each.devices.has(name));
      if (!gateway || (whole ? whole.online : gateway.devices.get(name)?.online)) return [];
      const gone = devicesOf(gateway).filter(({ device }) => whole !== undefined || device === name);
      for (const { device } of gone) {
        gateway.devices.delete(device);
        if (owners.get(`${site}/${device}`) === gateway.gateway) owners.delete(`${site}/${device}`);
      }
      touch(gateway);
      if (whole) {
        known.delete(`${site}/${name}`);
        owners.delete(`${site}/${name}`);
        removeRow.run(site, name);
      }
      return gone;
    },
    isOnline: (site, gateway) => known.get(`${site}/${gateway}`)?.online ?? false,
    sites: () => [...new Set([...known.values()].map(({ site }) => site))].sort(),
    gateways: () => [...known.values()].map(stateOf).sort(byPlace),
    devices: () => [...known.values()].sort(byPlace).flatMap(devicesOf).filter(isOwner),
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    announce() {
      if (!changed) return;
      changed = false;
      for (const listener of listeners) listener();
    },
    save() {
      const unsaved = [...known.values()].filter((gateway) => gateway.unsaved);
      if (unsaved.length === 0) return;
      db.exec("BEGIN IMMEDIATE");
      for (const gateway of unsaved) {
        const state: Saved = { ...stateOf(gateway), devices: devicesOf(gateway) };
        saveRow.run(gateway.site, gateway.gateway, JSON.stringify(state));
        gateway.unsaved = false;
      }
      db.exec("COMMIT");
    },
    close() {
      for (const gateway of known.values()) gateway.unsaved = true;
      this.save();
      db.close();
    },
  };
}

function devicesOf({ devices }: KnownGateway): readonly DeviceState[] {
  const states = [...devices.values()].map(({ metrics, ...state }) => ({ ...state, metrics: [...metrics] }));
  return states.sort((a, b) => a.device.localeCompare(b.device));
}

function byPlace(a: { site: string; gateway: string }, b: { site: string; gateway: string }): number {
  return a.site.localeCompare(b.site) || a.gateway.localeCompare(b.gateway);
}

function openFile(file: string): DatabaseSync {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const db = new DatabaseSync(file);
    db.exec("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    db.exec(`CREATE TABLE IF NOT EXISTS directory (
      site TEXT NOT NULL, gateway TEXT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (site, gateway)) WITHOUT ROWID`);
    return db;
  } catch (error) {
    throw new Error(`${file}: cannot be used for the directory: ${(error as Error).message}`, { cause: error });
  }
}
