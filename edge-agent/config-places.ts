import type { Fault } from "@weir/config/fault.ts";
import type { Profile } from "@weir/device-profiles/schema.ts";

export type Loose = Readonly<Record<string, unknown>>;

/** How instruments of a protocol are told apart on their bus, and which buses carry it. */
type Place = {
  /** What people call the protocol. */
  readonly name: string;
  readonly buses: readonly BusKind[];
  /** `unit`: Modbus. Otherwise what stands in `address`; a protocol without has one instrument a bus. */
  readonly address?: "unit" | AddressForm;
};
type AddressForm = {
  readonly pattern: RegExp;
  /** What is right, after `give its address, `. */
  readonly said: string;
  /** a and A are two addresses. */
  readonly caseCounts?: true;
};
type BusKind = "tcp" | "raw_tcp" | "serial" | "rfc2217";

const serialBuses: readonly BusKind[] = ["serial", "raw_tcp", "rfc2217"];

const meterDigits = (digits: number): AddressForm => ({
  pattern: new RegExp(`^(?=.{${digits}}$)(\\d\\d|AA)+$`, "i"),
  said: `the ${digits} digits printed on it, in quotes, two of them AA where any will do`,
});

const places: Readonly<Record<Profile["protocol"], Place>> = {
  modbus: { name: "Modbus", buses: ["tcp", ...serialBuses], address: "unit" },
  dlt645: { name: "DL/T 645", buses: serialBuses, address: meterDigits(12) },
  cjt188: { name: "CJ/T 188", buses: serialBuses, address: meterDigits(14) },
  sdi12: {
    name: "SDI-12",
    buses: serialBuses,
    address: {
      pattern: /^[0-9a-z]$/i,
      said: 'one character in quotes, 0 to 9, a to z or A to Z; sensors ship as "0"',
      caseCounts: true,
    },
  },
  frame: { name: "binary frames of its own", buses: serialBuses },
};

const busKinds: readonly BusKind[] = ["tcp", "raw_tcp", "serial", "rfc2217"];

/** An address as the drivers know it. */
export function addressOf({ protocol }: Pick<Profile, "protocol">, given: string): string {
  const { address } = places[protocol];
  return typeof address === "object" && address.caseCounts ? given : given.toUpperCase();
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
    } else checkAddress(place.address, speaks, { unit, address }, fail);
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

function checkAddress(
  form: AddressForm | undefined,
  speaks: string,
  { unit, address }: { readonly unit: unknown; readonly address: unknown },
  fail: (key: string, message: string) => void,
): void {
  const wanted = form ? `give its address, ${form.said}` : "it is the only instrument of its bus";
  if (unit !== undefined) fail("unit", `${speaks} and has no unit; ${wanted}`);
  else if (form && address === undefined) fail("address", `is missing; ${speaks}: ${wanted}`);
  else if (!form && address !== undefined) fail("address", `${speaks} and has no address; ${wanted}`);
  if (form && typeof address === "string" && !form.pattern.test(address))
    fail("address", `"${address}" is none; ${speaks}: ${wanted}`);
}
