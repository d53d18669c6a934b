import type { Fault } from "@weir/config/fault.ts";
import { parseNodeText } from "@weir/device-profiles/opcua.ts";
import type { Profile } from "@weir/device-profiles/schema.ts";
import { say } from "@weir/wire/sentences.ts";
import { texts } from "./config-texts.ts";

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

const like = (pattern: RegExp) => (address: string) =>
  pattern.test(address) ? undefined : say(texts.noAddress, { address });

const meterDigits = (digits: number): AddressForm => ({
  faultOf: like(new RegExp(`^(?=.{${digits}}$)(\\d\\d|AA)+$`, "i")),
  said: say(texts.meterDigits, { digits }),
});
const oneCharacter: AddressForm = {
  faultOf: like(/^[0-9a-z]$/i),
  said: texts.oneCharacter.en,
  caseCounts: true,
};
const talker: AddressForm = {
  faultOf: like(/^[A-Z]{2}$/i),
  said: texts.talker.en,
  isOptional: true,
};
/** Lines of its own: where its messages have a place for an address. */
const inMessages = (profile: Profile): AddressForm | undefined =>
  profile.protocol === "line" && JSON.stringify(profile.messages).includes("{address}")
    ? { faultOf: like(/^[!-~]{1,16}$/), said: texts.inMessages.en, caseCounts: true }
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
  said: texts.ownNode.en,
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
    const speaks = say(texts.speaks, { profile: String(profile), protocol: place.name });
    if (place.address === "unit") {
      if (address !== undefined) fail("address", say(texts.giveUnit, { speaks }));
    } else checkAddress(formOf(place, known), speaks, { unit, address }, fail);
    if (
      protocol === "frame" &&
      known.request === undefined &&
      devices.some((each) => each.bus === bus && each.id !== id)
    )
      fail("bus", say(texts.speaksAlone, { profile: String(profile), bus: String(bus) }));
    const found = buses.find(({ name }) => name === bus);
    const kind = found && busKinds.find((kind) => found[kind] !== undefined);
    if (kind && !place.buses.includes(kind))
      fail("bus", say(texts.otherBus, { speaks, bus: String(bus), kind, kinds: place.buses.join(" or ") }));
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
      const message = say(texts.proxyBus, { bus: String(bus.name), kind, kinds: carriers.join(" or ") });
      faults.push({ path: ["buses", index, "proxy"], message });
    }
    const listen = String(proxy.listen);
    const first = taken.get(listen);
    if (first !== undefined && !listen.endsWith(":0")) {
      const message = say(texts.proxyTwice, { index: first, listen });
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
  const wanted = form ? say(texts.giveAddress, { form: form.said }) : texts.onlyOne.en;
  if (unit !== undefined) fail("unit", say(texts.noUnit, { speaks, wanted }));
  else if (form && address === undefined && !form.isOptional)
    fail("address", say(texts.addressMissing, { speaks, wanted }));
  else if (!form && address !== undefined) fail("address", say(texts.hasNoAddress, { speaks, wanted }));
  const fault = typeof address === "string" ? form?.faultOf(address) : undefined;
  if (fault !== undefined) fail("address", say(texts.wrongAddress, { fault, speaks, wanted }));
}
