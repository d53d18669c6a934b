import { dirname, resolve } from "node:path";
import { type Fault, FileError, formatFault } from "@weir/config/fault.ts";
import { suggest } from "@weir/config/spelling.ts";
import { readYaml } from "@weir/config/yaml-file.ts";
import { idOfFile, profileFiles, readProfile } from "@weir/device-profiles/load.ts";
import type { Profile } from "@weir/device-profiles/schema.ts";
import { type EdgeConfigFile, edgeConfig } from "./config-schema.ts";
import type { LineSettings } from "./drivers/driver.ts";
import type { BusConfig, DeviceConfig } from "./poll/poll.ts";

/** What a gateway is told, complete: profiles loaded, paths absolute, durations in ms, sizes in bytes. */
export type EdgeConfig = Omit<EdgeConfigFile, "buses" | "devices" | "profiles"> & {
  readonly buses: readonly BusConfig[];
  readonly devices: readonly DeviceConfig[];
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
    return [...faults, ...crossFaults(input, [...files.keys()]), ...addressFaults(input, profiles)];
  });
  const inFolder = <T extends string | undefined>(path: T) => (path === undefined ? path : resolve(folder, path)) as T;
  return {
    ...value,
    buses: value.buses.map(({ name, tcp, rtu_over_tcp, serial, connect_timeout }) => ({
      name,
      connectTimeoutMs: connect_timeout,
      transport: tcp
        ? { kind: "tcp", ...tcp }
        : rtu_over_tcp
          ? { kind: "rtu-over-tcp", ...rtu_over_tcp }
          : {
              kind: "serial",
              path: serial!.path,
              baud: serial!.baud,
              parity: serial!.parity,
              stopBits: serial!.stop_bits,
            },
    })),
    devices: value.devices.map(({ id, bus, unit, address, serial, profile, every, timeout }) => ({
      id,
      bus,
      ...(address === undefined ? { unit: unit ?? 1 } : { address }),
      ...(serial && { line: settingsOf(serial) }),
      profile: profiles.get(profile)!,
      ...(every !== undefined && { everyMs: every }),
      ...(timeout !== undefined && { timeoutMs: timeout }),
    })),
    titles: new Map(value.devices.flatMap(({ id, title }) => (title ? [[id, title] as const] : []))),
    outbox: { ...value.outbox, path: inFolder(value.outbox.path) },
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

type Loose = Readonly<Record<string, unknown>>;
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
        message: `bus ${name} stands here twice; give one of them another name`,
      });
  for (const [index, device] of devices.entries()) {
    const fail = (key: string, message: string) => faults.push({ path: ["devices", index, key], message });
    if (typeof device.bus === "string" && !names.includes(device.bus))
      fail("bus", `no bus is called "${device.bus}"; ${suggest(device.bus, names)}`);
    if (typeof device.profile === "string" && !profiles.includes(device.profile))
      fail("profile", `no profile is called "${device.profile}"; ${near(device.profile, profiles)}`);
    const first = devices.findIndex(({ id }) => id === device.id);
    if (device.id !== undefined && first !== index)
      fail("id", `${device.id} is already devices.${first}; ids are unique in a site`);
    const place = ({ unit = 1, address }: Loose) => (address === undefined ? `unit ${unit}` : `meter ${address}`);
    const same = devices.findIndex(
      (other) => other.bus === device.bus && place(other) === place(device) && other.profile === device.profile,
    );
    if (same !== index && first === index)
      fail(
        device.address === undefined ? "unit" : "address",
        `${place(device)} on ${device.bus} is read already, by devices.${same}; every instrument of a bus has its own address`,
      );
  }
  return faults;
}

/** Digits of an address, and how people call the protocol. */
const meters: Readonly<Record<string, { readonly digits: number; readonly name: string }>> = {
  dlt645: { digits: 12, name: "DL/T 645" },
  cjt188: { digits: 14, name: "CJ/T 188" },
};

/** A Modbus device has a unit, a meter an address and a serial line or serial server. */
function addressFaults(input: unknown, profiles: ReadonlyMap<string, Profile>): readonly Fault[] {
  const faults: Fault[] = [];
  const tcp = entries(input, "buses").filter((bus) => bus.tcp !== undefined);
  for (const [index, { profile, bus, unit, address }] of entries(input, "devices").entries()) {
    const protocol = profiles.get(String(profile))?.protocol;
    if (protocol === undefined) continue;
    const fail = (key: string, message: string) => faults.push({ path: ["devices", index, key], message });
    const meter = meters[protocol];
    if (!meter) {
      if (address !== undefined)
        fail("address", `${profile} speaks Modbus; give its unit, 1 to 247, instead of an address`);
      continue;
    }
    const { digits, name } = meter;
    if (unit !== undefined)
      fail("unit", `${profile} speaks ${name} and has no unit; give its address, the ${digits} digits printed on it`);
    else if (address === undefined)
      fail(
        "address",
        `is missing; ${profile} speaks ${name}: add the ${digits} digits printed on the meter, in quotes`,
      );
    if (typeof address === "string" && !(address.length === digits && /^(\d\d|AA)+$/i.test(address)))
      fail("address", `"${address}": a ${name} meter has ${digits} digits, two of them AA where any will do`);
    const onTcp = tcp.find(({ name }) => name === bus);
    if (onTcp) fail("bus", `${bus} is a Modbus TCP server; ${name} meters hang on serial or rtu_over_tcp`);
  }
  return faults;
}

function settingsOf({
  baud,
  parity,
  stop_bits,
}: NonNullable<EdgeConfigFile["devices"][number]["serial"]>): Partial<LineSettings> {
  return {
    ...(baud !== undefined && { baud }),
    ...(parity !== undefined && { parity }),
    ...(stop_bits !== undefined && { stopBits: stop_bits }),
  };
}

function near(found: string, known: readonly string[]): string {
  const hint = suggest(found, known);
  return hint.startsWith("did") ? hint : "`weir-profile list` names all";
}
