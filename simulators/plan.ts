import type { Clock } from "@weir/wire/clock.ts";
import type { Water } from "@weir/wire/kind.ts";
import type { ActiveFault } from "./faults/board.ts";
import type { FaultKind } from "./faults/fault.ts";
import type { Settings } from "./modbus/instrument.ts";
import type { World } from "./world/world.ts";

/** What an instrument shows of the world: for each metric its value in the quantity's unit at an instant. */
export type Shows = Readonly<Record<string, (at: number, settings: Settings) => number>>;

/** The names of a place. */
export type Place = { readonly en: string; readonly zh: string };

export type Instrument = {
  readonly id: string;
  /** A profile's id: `<domain>/<vendor>-<model>`. */
  readonly profile: string;
  /** Modbus instruments. */
  readonly unit?: number;
  /** Meters: the digits printed on them. Behind an OPC UA server: its own node. Others: what tells them apart on their line, if anything does. */
  readonly address?: string;
  /** Where it is not a river's. */
  readonly water?: Water;
  readonly place: Place;
  readonly shows: (world: World) => Shows;
};

/** What whoever serves a bus in our place is given. */
export type GuestOptions = {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly clock: Clock;
  /** What an instrument's sensor has before it now, faults of values included, in the quantity's unit. */
  readonly tell: (id: string, metric: string) => number;
  /** The faults that are on, of any of these: the bus and its instruments by name. */
  readonly hitting: (targets: readonly string[]) => readonly ActiveFault[];
};

/** Instruments that are simulated elsewhere and stand in this city: where they get their world and their faults from. */
export type Guest = {
  readonly faults: readonly FaultKind[];
  /** Resolves, with the port, once it listens; ends with the signal. */
  serve(options: GuestOptions, signal: AbortSignal): Promise<number>;
};

export type Bus = {
  readonly name: string;
  /** opcua: one OPC UA server with all its instruments. */
  readonly kind: "tcp" | "raw-tcp" | "firmata" | "opcua";
  /** Its port is the simulator's port base plus this. */
  readonly offset: number;
  /** Of the serial line behind the converter; raw-tcp only. Meters may hang among its Modbus instruments; those of other protocols (lines/) keep to lines of their own. */
  readonly baud?: number;
  readonly place: Place;
  readonly instruments: readonly Instrument[];
  /** Present: somebody else serves it. What its instruments show may then be less than their profiles have. */
  readonly guest?: Guest;
};

/** One gateway's part of the city. */
export type District = {
  readonly site: string;
  readonly gateway: string;
  readonly place: Place;
  readonly buses: readonly Bus[];
};

/** A district as an edge agent needs to know it: what stands where, on which address. */
export type DistrictPlan = {
  readonly site: string;
  readonly gateway: string;
  readonly place: Place;
  readonly buses: readonly BusPlan[];
  readonly devices: readonly DevicePlan[];
};

export type BusPlan = {
  readonly name: string;
  readonly kind: Bus["kind"];
  readonly host: string;
  readonly port: number;
  readonly place: Place;
};

export type DevicePlan = {
  readonly id: string;
  readonly profile: string;
  readonly bus: string;
  readonly unit?: number;
  readonly address?: string;
  readonly water?: Water;
  readonly place: Place;
};

/** A district as data, when its buses listen on host at these ports. */
export function planOf(district: District, host: string, portOf: (bus: Bus) => number): DistrictPlan {
  const { site, gateway, place, buses } = district;
  return {
    site,
    gateway,
    place,
    buses: buses.map((bus) => ({ name: bus.name, kind: bus.kind, host, port: portOf(bus), place: bus.place })),
    devices: buses.flatMap((bus) =>
      bus.instruments.map(({ id, profile, unit, address, water, place }) => ({
        id,
        profile,
        bus: bus.name,
        ...(unit !== undefined && { unit }),
        ...(address !== undefined && { address }),
        ...(water !== undefined && { water }),
        place,
      })),
    ),
  };
}
