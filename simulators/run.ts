import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { metricOf } from "@weir/device-profiles/metric.ts";
import type { Profile } from "@weir/device-profiles/schema.ts";
import type { Clock } from "@weir/wire/clock.ts";
import { createBoard, type FaultBoard } from "./faults/board.ts";
import { serveControl, type Target } from "./faults/control.ts";
import { plainly, spoilReply } from "./faults/reply.ts";
import { withExceptions } from "./faults/unit.ts";
import { spoilValue, type Truth } from "./faults/value.ts";
import { type BoardOptions, serveBoard } from "./firmata/serve.ts";
import type { Delivery } from "./lines/delivery.ts";
import { type LineBusOptions, type Speaker, serveLineBus } from "./lines/line-bus.ts";
import { createSpeaker } from "./lines/speakers.ts";
import type { Log } from "./log.ts";
import { createMeter, type Meter } from "./meters/meter.ts";
import { type BusOptions, serveBus } from "./modbus/bus.ts";
import { createInstrument, type Tell } from "./modbus/instrument.ts";
import type { Unit } from "./modbus/pdu.ts";
import { type OpcuaBusOptions, serveOpcua } from "./opcua/bus.ts";
import { createOpcuaInstrument } from "./opcua/instrument.ts";
import {
  type Bus,
  type District,
  type DistrictPlan,
  type GuestOptions,
  type Instrument,
  planOf,
  type Shows,
} from "./plan.ts";
import { chance, seedOf } from "./world/chance.ts";
import { type WorldTime, worldTime } from "./world/time.ts";
import { createWorld, type World } from "./world/world.ts";

/** A start that failed. Its message has one line a reason, each with its remedy. */
export class SimulatorError extends Error {}

export type RunOptions = {
  readonly districts: readonly District[];
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly seed: number;
  /** The world's clock; a restart with the same one goes on where the world is. */
  readonly time: Pick<WorldTime, "speed" | "since" | "from">;
  readonly host: string;
  /** A bus listens on portBase plus its offset; 0 takes free ports. */
  readonly portBase: number;
  /** 0 takes a free port. */
  readonly controlPort: number;
  /** Folder for keys and certificates of OPC UA servers, made once; a user's own among the temporary files when left out. */
  readonly data?: string;
  /** line: serial lines take the time that their baud rate asks for. none: every reply leaves at once. */
  readonly timing: "line" | "none";
  readonly clock: Clock;
  readonly log: Log;
};

/** A city that answers. It stops with the signal that runCity was given. */
export type RunningCity = {
  /** What stands where, with the ports that were taken. */
  readonly districts: readonly DistrictPlan[];
  readonly controlPort: number;
  readonly world: World;
  readonly time: WorldTime;
  readonly board: FaultBoard;
};

/** Brings the city up. Rejects with a SimulatorError that names everything that stands in the way; then nothing is left open. */
export async function runCity(options: RunOptions, signal: AbortSignal): Promise<RunningCity> {
  const { districts, clock, log, seed } = options;
  const world = createWorld(seed);
  const time = worldTime(clock.now, options.time);
  let draws = 0;
  const draw = () => chance(seedOf(seed, "faults"), draws++);
  const board = createBoard({ now: clock.now, worldNow: time.now, draw });
  const setting: Setting = { options, world, time, board, draw };

  const buses = districts.flatMap((district) => district.buses);
  const shows = new Map(buses.flatMap((bus) => bus.instruments.map((each) => [each.id, each.shows(world)] as const)));
  const missing = buses.flatMap((bus) =>
    bus.instruments.flatMap((each) => gapsOf(each, options.profiles, bus.guest ? undefined : shows.get(each.id)!)),
  );
  if (missing.length > 0) throw new SimulatorError(missing.join("\n"));

  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const portOf = (bus: Bus) => (options.portBase === 0 ? 0 : options.portBase + bus.offset);
  const listening = await Promise.allSettled([
    ...buses.map((bus) => serve(bus, portOf(bus), shows, setting, both)),
    serveControl(
      {
        port: options.controlPort,
        board,
        targets: targetsOf(buses, options.profiles),
        describe,
        changed: (msg, about) => log("info", msg, about),
      },
      both,
    ),
  ]);
  const failed = listening.flatMap((result, i) =>
    result.status === "rejected"
      ? [whyNotListening(result.reason, buses[i], buses[i] ? portOf(buses[i]) : options.controlPort)]
      : [],
  );
  if (failed.length > 0) {
    stop.abort();
    throw new SimulatorError(failed.join("\n"));
  }
  const ports = listening.map((result) => (result.status === "fulfilled" ? result.value : 0));
  const plans = districts.map((district) => planOf(district, options.host, (bus) => ports[buses.indexOf(bus)]!));

  function describe(): unknown {
    return {
      seed,
      speed: time.speed,
      since: new Date(time.since).toISOString(),
      from: new Date(time.from).toISOString(),
      worldTime: new Date(time.now()).toISOString(),
      districts: plans,
    };
  }
  return { districts: plans, controlPort: ports.at(-1)!, world, time, board };
}

type Setting = {
  readonly options: RunOptions;
  readonly world: World;
  readonly time: WorldTime;
  readonly board: FaultBoard;
  readonly draw: () => number;
};

/** Brings one bus up: somebody else's, an OPC UA server, a line of speakers where its instruments are such, otherwise Modbus, with meters among it. */
function serve(bus: Bus, port: number, shows: ShowsById, setting: Setting, signal: AbortSignal): Promise<number> {
  if (bus.guest) return bus.guest.serve(guestOptions(bus, port, shows, setting), signal);
  if (bus.kind === "firmata") return serveBoard(boardOptions(bus, port, shows, setting), signal);
  if (bus.kind === "opcua") return serveOpcua(serverOptions(bus, port, shows, setting), signal);
  const speakers = bus.instruments.flatMap((each) => speakersOf(each, bus, shows, setting));
  return speakers.length > 0
    ? serveLineBus(lineOptions(bus, port, speakers, setting), signal)
    : serveBus(busOptions(bus, port, shows, setting), signal);
}

type ShowsById = ReadonlyMap<string, Shows>;

function guestOptions(bus: Bus, port: number, shows: ShowsById, setting: Setting): GuestOptions {
  const { host, clock } = setting.options;
  const tells = new Map(bus.instruments.map((each) => [each.id, tellOf(each, bus, shows.get(each.id)!, setting)]));
  const tell: GuestOptions["tell"] = (id, metric) => tells.get(id)!(metric, setting.time.now(), new Map());
  return { host, port, clock, tell, hitting: setting.board.hitting };
}

function lineOptions(bus: Bus, port: number, speakers: readonly Speaker[], setting: Setting): LineBusOptions {
  const { host, clock } = setting.options;
  const deliver: LineBusOptions["deliver"] = (name, bytes) => spoil([bus.name, name], bytes, setting);
  return { host, port, clock, speakers, deliver, ...timingOf(bus, setting) };
}

/** All instruments of the bus are on one board. */
function boardOptions(bus: Bus, port: number, shows: ShowsById, setting: Setting): BoardOptions {
  const { options, time, board } = setting;
  const targets = [bus.name, ...bus.instruments.map(({ id }) => id)];
  return {
    name: bus.name,
    host: options.host,
    port,
    clock: options.clock,
    worldNow: time.now,
    hitting: board.hitting,
    deliver: (bytes) => spoil(targets, bytes, setting),
    members: bus.instruments.flatMap((each) => {
      const profile = options.profiles.get(each.profile)!;
      return profile.protocol === "firmata"
        ? [{ name: each.id, profile, tell: tellOf(each, bus, shows.get(each.id)!, setting) }]
        : [];
    }),
  };
}

function serverOptions(bus: Bus, port: number, shows: ShowsById, setting: Setting): OpcuaBusOptions {
  const { options, time, board } = setting;
  const { host, clock, log, profiles } = options;
  const data = options.data ?? join(tmpdir(), `weir-sim-${userInfo().uid}`);
  const instruments = bus.instruments.map((each) => {
    const profile = profiles.get(each.profile)!;
    if (profile.protocol !== "opcua") throw new SimulatorError(`${each.id}: ${each.profile} does not speak OPC UA`);
    const tell = tellOf(each, bus, shows.get(each.id)!, setting);
    const own = `urn:weir:city:${bus.name}`;
    const { id, address } = each;
    return createOpcuaInstrument({ id, profile, address, own, tell, worldNow: time.now, now: clock.now });
  });
  const faults = (id?: string) => board.hitting(id === undefined ? [bus.name] : [bus.name, id]);
  return { name: bus.name, host, port, pki: join(data, bus.name), instruments, faults, clock, log };
}

function timingOf({ baud }: Bus, { options }: Setting): Pick<BusOptions, "timing"> {
  return options.timing === "line" && baud !== undefined ? { timing: { baud, turnaroundMs: 6 } } : {};
}

/** What the faults of an instrument and its bus make of what it says. */
function spoil(targets: readonly string[], bytes: Uint8Array, { board, draw }: Setting): Delivery {
  return board.hitting(targets).reduce((delivery, { fault }) => spoilReply(delivery, fault, draw), plainly(bytes));
}

function busOptions(bus: Bus, port: number, shows: ShowsById, setting: Setting): BusOptions {
  const { options } = setting;
  const names = new Map(bus.instruments.map((each) => [each.address ?? each.unit, [bus.name, each.id]]));
  const told = bus.instruments.map((each) => [each, tellOf(each, bus, shows.get(each.id)!, setting)] as const);
  return {
    name: bus.name,
    kind: bus.kind === "tcp" ? "tcp" : "raw-tcp",
    host: options.host,
    port,
    clock: options.clock,
    units: new Map(told.flatMap(([each, tell]) => unitsOf(each, bus, tell, setting))),
    meters: told.flatMap(([each, tell]) => metersOf(each, tell, setting)),
    ...timingOf(bus, setting),
    deliver: (unit, frame) => spoil(names.get(unit) ?? [bus.name], frame, setting),
  };
}

/** What an instrument says of a metric at an instant, faults of values included. */
function tellOf(instrument: Instrument, bus: Bus, shows: Shows, { board }: Setting): Tell {
  return (metric, at, settings) => {
    let truth: Truth = (when) => shows[metric]!(when, settings);
    for (const { fault, worldSince } of board.hitting([bus.name, instrument.id]))
      truth = spoilValue(truth, metric, fault, worldSince);
    return truth(at);
  };
}

function unitsOf(instrument: Instrument, bus: Bus, tell: Tell, { options, time, board }: Setting): [number, Unit][] {
  const profile = options.profiles.get(instrument.profile)!;
  if (profile.protocol !== "modbus" || instrument.unit === undefined) return [];
  const unit = createInstrument({ profile, tell, worldNow: time.now, monotonic: options.clock.monotonic });
  return [[instrument.unit, withExceptions(unit, () => board.hitting([bus.name, instrument.id]))]];
}

function speakersOf(each: Instrument, bus: Bus, shows: ShowsById, setting: Setting): readonly Speaker[] {
  const { options, time } = setting;
  const tell = tellOf(each, bus, shows.get(each.id)!, setting);
  const speaker = createSpeaker({
    name: each.id,
    profile: options.profiles.get(each.profile)!,
    address: each.address,
    show: (metric) => tell(metric, time.now(), new Map()),
    monotonic: options.clock.monotonic,
  });
  return speaker ? [speaker] : [];
}

function metersOf({ profile: id, address }: Instrument, tell: Tell, { options, time }: Setting): Meter[] {
  const profile = options.profiles.get(id)!;
  if ((profile.protocol !== "dlt645" && profile.protocol !== "cjt188") || address === undefined) return [];
  return [createMeter({ profile, address, show: (metric) => tell(metric, time.now(), new Map()) })];
}

/** What tells instruments of a line apart; others may have an address or none. */
const identifiedBy: Readonly<Partial<Record<Profile["protocol"], "unit" | "address">>> = {
  modbus: "unit",
  dlt645: "address",
  cjt188: "address",
  sdi12: "address",
};

/** What a profile asks for and the instrument does not show; all that it shows is its own matter when `shows` is not given. */
function gapsOf(
  instrument: Instrument,
  profiles: ReadonlyMap<string, Profile>,
  shows: Shows | undefined,
): readonly string[] {
  const profile = profiles.get(instrument.profile);
  if (!profile)
    return [
      `${instrument.id}: there is no profile ${instrument.profile}; there are ${[...profiles.keys()].join(", ")}`,
    ];
  const wanted = identifiedBy[profile.protocol];
  if (wanted && instrument[wanted] === undefined) return [`${instrument.id}: ${instrument.profile} needs ${wanted}`];
  if (!shows) return [];
  return profile.points
    .map(metricOf)
    .filter((metric) => !(metric in shows))
    .map(
      (metric) =>
        `${instrument.id}: ${instrument.profile} has ${metric}, which nothing in the world gives; add it to what it shows`,
    );
}

function targetsOf(buses: readonly Bus[], profiles: ReadonlyMap<string, Profile>): ReadonlyMap<string, Target> {
  const metricsOf = (each: Instrument) => profiles.get(each.profile)!.points.map(metricOf);
  const targets = buses.flatMap((bus): Target[] => {
    const common = { transport: bus.kind, takes: bus.guest?.faults };
    const metrics = [...new Set(bus.instruments.flatMap(metricsOf))];
    return [
      { ...common, name: bus.name, kind: "bus", metrics },
      ...bus.instruments.map(
        (each): Target => ({ ...common, name: each.id, kind: "instrument", metrics: metricsOf(each) }),
      ),
    ];
  });
  return new Map(targets.map((target) => [target.name, target]));
}

function whyNotListening(reason: NodeJS.ErrnoException, bus: Bus | undefined, port: number): string {
  const what = bus ? `bus ${bus.name}` : "control";
  const other = bus ? "--port-base" : "--control-port";
  if (reason.code === "EADDRINUSE")
    return `port ${port} (${what}) is in use; stop what listens there (ss -ltnp 'sport = :${port}') or choose another ${other}`;
  if (reason.code === "EACCES") return `port ${port} (${what}) needs privileges; choose a ${other} above 1023`;
  return `port ${port} (${what}): ${reason.message}; choose another --host or ${other}`;
}
