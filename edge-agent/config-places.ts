import type { Fault } from "@weir/config/fault.ts";
import { parseNodeText } from "@weir/device-profiles/opcua.ts";
import type { Profile } from "@weir/device-profiles/schema.ts";

export type Loose = Readonly<Record<string, unknown>>;

/** How instruments of a protocol are told apart on their bus, and which buses carry it. */
type Place = {
  /** What people call the protocol. */
  readonly name: string;
  readonly buses: readonly BusKind[];
  /** `unit`: Modbus. Otherwise what stands in `address`; a protocol without has one instrument a bus. */
  readonly address?: "unit" | AddressForm | ((profile: Profile) => AddressForm | undefined);
};
type AddressForm = {
  /** The fault of an address, if it has one. */
  readonly faultOf: (address: string) => string | undefined;
  /** What is right, after `give its address, `. */
  readonly said: string;
  /** a and A are two addresses. */
  readonly caseCounts?: true;
  readonly isOptional?: true;
};
type BusKind = "tcp" | "raw_tcp" | "serial" | "rfc2217" | "firmata" | "opcua";

const serialBuses: readonly BusKind[] = ["serial", "raw_tcp", "rfc2217"];

const like = (pattern: RegExp) => (address: string) => (pattern.test(address) ? undefined : `"${address}" is none`);

const meterDigits = (digits: number): AddressForm => ({
  faultOf: like(new RegExp(`^(?=.{${digits}}$)(\\d\\d|AA)+$`, "i")),
  said: `the ${digits} digits printed on it, in quotes, two of them AA where any will do`,
});
const oneCharacter: AddressForm = {
  faultOf: like(/^[0-9a-z]$/i),
  said: 'one character in quotes, 0 to 9, a to z or A to Z; it ships as "0"',
  caseCounts: true,
};
const talker: AddressForm = {
  faultOf: like(/^[A-Z]{2}$/i),
  said: "the two letters of its talker, such as WI, where several talkers share the line; otherwise none",
  isOptional: true,
};
/** Lines of its own: where its messages have a place for an address. */
const inMessages = (profile: Profile): AddressForm | undefined =>
  profile.protocol === "line" && JSON.stringify(profile.messages).includes("{address}")
    ? { faultOf: like(/^[!-~]{1,16}$/), said: "in quotes, as it is set in the instrument", caseCounts: true }
    : undefined;
/** Behind an OPC UA server: where the instrument's own node is. */
const ownNode = (profile: Profile): AddressForm => ({
  faultOf: (address) => {
    try {
      parseNodeText(address, profile.protocol === "opcua" ? profile.namespaces : {});
      return undefined;
    } catch (error) {
      return (error as RangeError).message;
    }
  },
  said: "browse names from the Objects folder down, such as Pumps/Pump_3, or a node id",
  isOptional: true,
  caseCounts: true,
});

const places: Readonly<Record<Profile["protocol"], Place>> = {
  modbus: { name: "Modbus", buses: ["tcp", ...serialBuses], address: "unit" },
  dlt645: { name: "DL/T 645", buses: serialBuses, address: meterDigits(12) },
  cjt188: { name: "CJ/T 188", buses: serialBuses, address: meterDigits(14) },
  sdi12: {
    name: "SDI-12",
    buses: serialBuses,
    address: oneCharacter,
  },
  frame: { name: "binary frames of its own", buses: serialBuses },
  nmea: { name: "NMEA 0183", buses: serialBuses, address: talker },
  vaisala: { name: "Vaisala's ASCII", buses: serialBuses, address: oneCharacter },
  line: { name: "lines of its own", buses: serialBuses, address: inMessages },
  opcua: { name: "OPC UA", buses: ["opcua"], address: ownNode },
  firmata: { name: "Firmata", buses: ["firmata"] },
};

const busKinds: readonly BusKind[] = ["tcp", "raw_tcp", "serial", "rfc2217", "firmata", "opcua"];

/** What people call a protocol. */
export function protocolName(protocol: Profile["protocol"]): string {
  return places[protocol].name;
}

/** An address as the drivers know it. */
export function addressOf(profile: Profile, given: string): string {
  return formOf(places[profile.protocol], profile)?.caseCounts ? given : given.toUpperCase();
}

function formOf({ address }: Place, profile: Profile): AddressForm | undefined {
  const form = typeof address === "function" ? address(profile) : address;
  return form === "unit" ? undefined : form;
}

/** Devices whose unit or address does not suit their protocol, or that hang on a bus which does not carry it. */
export function placeFaults(
  buses: readonly Loose[],
  devices: readonly Loose[],
  profiles: ReadonlyMap<string, Profile>,
): readonly Fault[] {
  const faults: Fault[] = [];
  for (const [index, { id, profile, bus, unit, address }] of devices.entries()) {
    const known = profiles.get(String(profile));
    if (known === undefined) continue;
    const { protocol } = known;
    const fail = (key: string, message: string) => faults.push({ path: ["devices", index, key], message });
    const place = places[protocol];
    const speaks = `${profile} speaks ${place.name}`;
    if (place.address === "unit") {
      if (address !== undefined) fail("address", `${speaks}; give its unit, 1 to 247, instead of an address`);
    } else checkAddress(formOf(place, known), speaks, { unit, address }, fail);
    if (
      protocol === "frame" &&
      known.request === undefined &&
      devices.some((each) => each.bus === bus && each.id !== id)
    )
      fail(
        "bus",
        `${profile} speaks by itself, so no other instrument can be read on ${bus}; give it a bus of its own`,
      );
    const found = buses.find(({ name }) => name === bus);
    const kind = found && busKinds.find((kind) => found[kind] !== undefined);
    if (kind && !place.buses.includes(kind))
      fail("bus", `${speaks}, and ${bus} is ${kind}; it takes a bus with ${place.buses.join(" or ")}`);
  }
  return faults;
}

/** Proxies on buses that carry no Modbus, or that would listen where another one does. */
export function proxyFaults(buses: readonly Loose[]): readonly Fault[] {
  const faults: Fault[] = [];
  const taken = new Map<string, number>();
  for (const [index, bus] of buses.entries()) {
    const proxy = bus.proxy as Loose | null | undefined;
    if (proxy === undefined || proxy === null) continue;
    const kind = busKinds.find((kind) => bus[kind] !== undefined);
    const carriers = places.modbus.buses;
    if (kind && !carriers.includes(kind)) {
      const message = `a proxy speaks Modbus, and ${bus.name} is ${kind}; it takes a bus with ${carriers.join(" or ")}`;
      faults.push({ path: ["buses", index, "proxy"], message });
    }
    const listen = String(proxy.listen);
    const first = taken.get(listen);
    if (first !== undefined && !listen.endsWith(":0")) {
      const message = `buses.${first} listens on ${listen} already; every proxy has a port of its own`;
      faults.push({ path: ["buses", index, "proxy", "listen"], message });
    }
    taken.set(listen, first ?? index);
  }
  return faults;
}

function checkAddress(
  form: AddressForm | undefined,
  speaks: string,
  { unit, address }: { readonly unit: unknown; readonly address: unknown },
  fail: (key: string, message: string) => void,
): void {
  const wanted = form ? `give its address, ${form.said}` : "it is the only instrument of its bus";
  if (unit !== undefined) fail("unit", `${speaks} and has no unit; ${wanted}`);
  else if (form && address === undefined && !form.isOptional) fail("address", `is missing; ${speaks}: ${wanted}`);
  else if (!form && address !== undefined) fail("address", `${speaks} and has no address; ${wanted}`);
  const fault = typeof address === "string" ? form?.faultOf(address) : undefined;
  if (fault !== undefined) fail("address", `${fault}; ${speaks}: ${wanted}`);
}
