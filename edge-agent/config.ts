import { dirname, resolve } from "node:path";
import { type Fault, FileError, formatFault } from "@weir/config/fault.ts";
import { suggest } from "@weir/config/spelling.ts";
import { readYaml } from "@weir/config/yaml-file.ts";
import { idOfFile, profileFiles, readProfile } from "@weir/device-profiles/load.ts";
import type { Profile } from "@weir/device-profiles/schema.ts";
import { kindIn, type Water } from "@weir/wire/kind.ts";
import { say } from "@weir/wire/sentences.ts";
import { boardPlaceOf, calibrated, calibrationFaults } from "./config-firmata.ts";
import { opcuaServerOf } from "./config-opcua.ts";
import { addressOf, type Loose, placeFaults, proxyFaults } from "./config-places.ts";
import { type EdgeConfigFile, edgeConfig } from "./config-schema.ts";
import { texts } from "./config-texts.ts";
import type { LineSettings, Transport } from "./drivers/driver.ts";
import type { BusConfig, DeviceConfig } from "./poll/poll.ts";
import type { ProxyConfig } from "./proxy/server.ts";

/** What a gateway is told, complete: profiles loaded, paths absolute, durations in ms, sizes in bytes. */
export type EdgeConfig = Omit<EdgeConfigFile, "buses" | "devices" | "profiles" | "firmware"> & {
  /** Where firmware of small nodes may be updated. */
  readonly firmware?: { readonly keys: string; readonly nodeKeys: string; readonly path: string };
  readonly buses: readonly BusConfig[];
  readonly devices: readonly DeviceConfig[];
  /** Buses that are shared with other masters. */
  readonly proxies: readonly ProxyConfig[];
  /** Device id → what people call its place. */
  readonly titles: ReadonlyMap<string, { readonly en: string; readonly zh: string }>;
};

/** Reads edge.yaml and the profiles it names. Throws a FileError with every fault of every file; nothing has been opened then. */
export function readConfig(file: string): EdgeConfig {
  const folder = dirname(resolve(file));
  const profiles = new Map<string, Profile>();
  const value = readYaml(file, edgeConfig, (input) => {
    const { files, faults } = findProfiles(input, folder);
    for (const { profile } of entries(input, "devices")) {
      const path = files.get(String(profile));
      if (path === undefined || profiles.has(String(profile))) continue;
      const read = readProfile(path);
      if ("value" in read) profiles.set(String(profile), read.value);
      else faults.push(...read.faults.map((fault) => ({ path: ["profiles"], message: formatFault(fault) })));
    }
    return [
      ...faults,
      ...crossFaults(input, [...files.keys()]),
      ...placeFaults(entries(input, "buses"), entries(input, "devices"), profiles),
      ...calibrationFaults(entries(input, "devices"), profiles),
      ...proxyFaults(entries(input, "buses")),
      ...waterFaults(entries(input, "devices"), profiles),
    ];
  });
  const inFolder = <T extends string | undefined>(path: T) => (path === undefined ? path : resolve(folder, path)) as T;
  const { firmware, ...rest } = value;
  return {
    ...rest,
    buses: value.buses.map((bus) => ({
      name: bus.name,
      connectTimeoutMs: bus.connect_timeout,
      transport: transportOf(bus, inFolder),
    })),
    devices: value.devices.map(({ id, bus, unit, address, serial, profile, every, timeout, calibrate, water }) => ({
      id,
      bus,
      ...(address === undefined ? { unit: unit ?? 1 } : { address: addressOf(profiles.get(profile)!, address) }),
      ...(serial && { line: settingsOf(serial) }),
      profile: inWater(calibrated(profiles.get(profile)!, calibrate), water),
      ...(every !== undefined && { everyMs: every }),
      ...(timeout !== undefined && { timeoutMs: timeout }),
    })),
    proxies: value.buses.flatMap(({ name: bus, proxy }) => (proxy ? [{ bus, ...proxyOf(proxy) }] : [])),
    titles: new Map(value.devices.flatMap(({ id, title }) => (title ? [[id, title] as const] : []))),
    outbox: { ...value.outbox, path: inFolder(value.outbox.path) },
    ...(firmware && {
      firmware: {
        keys: inFolder(firmware.keys),
        nodeKeys: inFolder(firmware.node_keys),
        path: inFolder(firmware.path),
      },
    }),
    uplink: {
      ...value.uplink,
      password_file: inFolder(value.uplink.password_file),
      ca_file: inFolder(value.uplink.ca_file),
      cert_file: inFolder(value.uplink.cert_file),
      key_file: inFolder(value.uplink.key_file),
    },
  };
}

/** Every profile there is, by id: the shipped ones and those of the configured folder, which win. */
function findProfiles(
  input: unknown,
  folder: string,
): { readonly files: ReadonlyMap<string, string>; readonly faults: Fault[] } {
  const files = new Map(profileFiles().map((file) => [idOfFile(file), file]));
  const own = (input as Loose | null)?.profiles;
  if (typeof own !== "string") return { files, faults: [] };
  try {
    for (const file of profileFiles(resolve(folder, own))) files.set(idOfFile(file), file);
    return { files, faults: [] };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { files, faults: error.faults.map((fault) => ({ path: ["profiles"], message: formatFault(fault) })) };
  }
}

const entries = (input: unknown, key: string): readonly Loose[] => {
  const found = (input as Loose | null)?.[key];
  return Array.isArray(found) ? found.map((entry) => (entry ?? {}) as Loose) : [];
};

/** Names that do not exist or stand twice. Sees the file as it is, so that these faults come together with those of its form. */
function crossFaults(input: unknown, profiles: readonly string[]): readonly Fault[] {
  const buses = entries(input, "buses");
  const devices = entries(input, "devices");
  const faults: Fault[] = [];
  const names = buses.map((bus) => String(bus.name));
  for (const [index, name] of names.entries())
    if (names.indexOf(name) !== index)
      faults.push({
        path: ["buses", index, "name"],
        message: say(texts.busTwice, { name }),
      });
  const ports = buses.map(({ serial }) => (serial as Loose | undefined)?.path);
  for (const [index, port] of ports.entries())
    if (typeof port === "string" && ports.indexOf(port) !== index)
      faults.push({
        path: ["buses", index, "serial", "path"],
        message: say(texts.portTwice, { port, bus: names[ports.indexOf(port)]! }),
      });
  for (const [index, device] of devices.entries()) {
    const fail = (key: string, message: string) => faults.push({ path: ["devices", index, key], message });
    if (typeof device.bus === "string" && !names.includes(device.bus))
      fail("bus", say(texts.noBus, { name: device.bus, hint: suggest(device.bus, names) }));
    if (typeof device.profile === "string" && !profiles.includes(device.profile))
      fail("profile", say(texts.noProfile, { name: device.profile, hint: near(device.profile, profiles) }));
    const first = devices.findIndex(({ id }) => id === device.id);
    if (device.id !== undefined && first !== index)
      fail("id", say(texts.idTwice, { id: String(device.id), index: first }));
    const place = ({ unit = 1, address }: Loose) =>
      address === undefined
        ? say(texts.unit, { unit: String(unit) })
        : say(texts.address, { address: String(address) });
    const same = devices.findIndex(
      (other) => other.bus === device.bus && place(other) === place(device) && other.profile === device.profile,
    );
    if (same !== index && first === index)
      fail(
        device.address === undefined ? "unit" : "address",
        say(texts.placeTwice, { place: place(device), bus: String(device.bus), index: same }),
      );
  }
  return faults;
}

/** The profile as this very device is told of: its kind says which water it is in. */
function inWater(profile: Profile, water: Water | undefined): Profile {
  return water === undefined ? profile : { ...profile, kind: kindIn(profile.kind, water) };
}

function waterFaults(devices: readonly Loose[], profiles: ReadonlyMap<string, Profile>): readonly Fault[] {
  return devices.flatMap(({ water, profile }, index): readonly Fault[] => {
    const domain = profiles.get(String(profile))?.domain;
    if (water === undefined || domain === undefined || domain === "water") return [];
    const message = say(texts.notInWater, { profile: String(profile), domain });
    return [{ path: ["devices", index, "water"], message }];
  });
}

function transportOf(
  { tcp, raw_tcp, serial, rfc2217, firmata, opcua }: Bus,
  inFolder: (path: string) => string,
): Transport {
  if (tcp) return { kind: "tcp", ...tcp };
  if (raw_tcp) return { kind: "raw-tcp", ...raw_tcp };
  if (opcua) return { kind: "opcua", ...opcuaServerOf(opcua, inFolder) };
  if (rfc2217) return { kind: "rfc2217", host: rfc2217.host, port: rfc2217.port, ...lineSettingsOf(rfc2217) };
  if (firmata) return { kind: "firmata", board: boardPlaceOf(firmata) };
  return { kind: "serial", path: serial!.path, ...lineSettingsOf(serial!) };
}
type Bus = EdgeConfigFile["buses"][number];

function proxyOf({ wait, allow, ...rest }: NonNullable<EdgeConfigFile["buses"][number]["proxy"]>) {
  return { ...rest, waitMs: wait, ...(allow && { allow }) };
}

function lineSettingsOf({ baud, data_bits, parity, stop_bits }: Omit<SerialLine, "path">): LineSettings {
  return { baud, dataBits: data_bits, parity, stopBits: stop_bits };
}
type SerialLine = NonNullable<Bus["serial"]>;

function settingsOf({
  baud,
  data_bits,
  parity,
  stop_bits,
}: NonNullable<EdgeConfigFile["devices"][number]["serial"]>): Partial<LineSettings> {
  return {
    ...(baud !== undefined && { baud }),
    ...(data_bits !== undefined && { dataBits: data_bits }),
    ...(parity !== undefined && { parity }),
    ...(stop_bits !== undefined && { stopBits: stop_bits }),
  };
}

function near(found: string, known: readonly string[]): string {
  const hint = suggest(found, known);
  return hint.startsWith("did") ? hint : texts.listProfiles.en;
}
