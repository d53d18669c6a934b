import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chance } from "@weir/simulators/world/chance.ts";
import { systemClock } from "@weir/wire/clock.ts";
import type { Former } from "@weir/wire/former.ts";
import { addRange, countOffsets, hasOffset, type OffsetSet } from "@weir/wire/ranges.ts";
import { allLatest, ledgerOf, statusOf } from "../ask.ts";
import { type CityUnderTest, layOutCity } from "../city-under-test.ts";
import { drain, drainPlain } from "../drain.ts";
import {
  atTheirTimes,
  compare,
  isToldGone,
  type Place,
  readDamage,
  readOracle,
  readQuarantine,
  readStore,
  roundingMs,
  splitKey,
} from "../oracle.ts";
import { compareInflux, readInflux } from "../oracle-influx.ts";
import type { Bench } from "./bench.ts";
import { createCertificates, type Doors, openDoors } from "./doors.ts";
import { type Fault, faults, faultsHere } from "./faults.ts";
import { epochOf, holdingOf } from "./given-up.ts";
import { influxUrl, type Neighbours, openNeighbours } from "./neighbours.ts";
import { type Network, openNetwork } from "./network.ts";
import { keepAsItIs, loseUnsynced, openForgetfulDisk } from "./power.ts";

export type Experiment = {
  readonly seed: number;
  readonly rounds: number;
  /** Mosquitto as broker and InfluxDB as store instead of the cloud's own. Default false. */
  readonly peers?: boolean;
  /** Gateways that get no receipts: what is missing then is counted instead of forbidden. Default false. */
  readonly plain?: boolean;
  /** Names of faults.ts; all that this machine can do when left out. */
  readonly only?: readonly string[];
  /** Rounds between two comparisons with the oracle. */
  readonly compareEvery: number;
  readonly tell: (progress: Progress) => void;
  readonly signal: AbortSignal;
};

export type Progress = { readonly round: number; readonly fault: string; readonly compared?: Verdict };

/** What the store is compared with what was promised. All lists empty is the guarantee. */
export type Verdict = {
  readonly missing: readonly string[];
  readonly doubled: readonly string[];
  readonly altered: readonly string[];
  readonly invented: readonly string[];
  /** Series whose latest value, as the cloud shows it, is older than one that the store holds. */
  readonly disordered: readonly string[];
  readonly promised: number;
  /** Samples that were handed over and never promised: the process died, or the disk took nothing. They may be in the store. */
  readonly unpromised: number;
  readonly stored: number;
  /** Records in quarantine, refused by the store with a reason. */
  readonly rejected: number;
  /** Records that a damaged disk has cost: their gateway says which, and the ledger counts them. */
  readonly lost: number;
  /** Records that full outboxes gave up, counted by them, and the ledger. */
  readonly givenUp: number;
  readonly sentTwice: number;
};

export type Outcome = {
  /** Fault → rounds that it struck. */
  readonly struck: ReadonlyMap<string, number>;
  /** `plain`: fault → promised samples that it has cost, where each round was compared. */
  readonly cost: ReadonlyMap<string, number>;
  readonly verdict: Verdict;
};

const buses = ["yinjiang-station", "waterworks-pumps", "waterworks-intake", "park-mast"].concat(
  "drainage",
  "street-lights",
  "gas-station",
  "kerb",
);
const never = new AbortController().signal;

/**
 * Real gateways, a real cloud and simulated instruments, one seeded fault a round, what was promised written down by the gateways
 * themselves and compared with what the store holds. Rejects at once when a comparison shows a difference, with the seed and the round.
 */
export async function runExperiment(experiment: Experiment): Promise<Outcome> {
  const {
    seed,
    rounds,
    peers = false,
    plain = false,
    only = faultsHere({ peers, plain }),
    compareEvery,
    tell,
    signal,
  } = experiment;
  const needs = (what: Fault["needs"]) => only.some((name) => faults[name]!.needs === what);
  const disk = needs("cc") ? openForgetfulDisk() : undefined;
  const certificates = needs("openssl") ? createCertificates() : undefined;
  const city = await layOutCity({
    ...(disk && { environment: disk.environment }),
    ...(certificates && { uplinkCaFile: certificates.caFile }),
    ...(peers && { broker: "external", store: "influx" }),
    ...(plain && { host: "plain" }),
    ...{ buses, every: "100ms", healthEvery: "1h", speed: 3600, keepAlive: "2s", throughNetwork: true, clock: "check" },
    patienceMs: 120_000,
    gatewayCommand: [join(import.meta.dirname, "../oracle-gateway.ts")],
  });
  const networks = new Map<string, Network>();
  const struck = new Map<string, number>();
  const cost = new Map<string, number>();
  let verdict: Verdict | undefined;
  let doors: Doors | undefined;
  let neighbours: Neighbours | undefined;
  const damage = new Map<string, readonly Former[]>();
  const givenUp: GivenUp = new Map();
  const spoilt = new Set<string>();
  const trail: string[] = [];
  let draws = 0;
  const draw = () => chance(seed, draws++);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(draw() * from.length)]!;
  let yetToStrike: string[] = [];
  /** Every kind strikes once before one strikes again. */
  const drawFault = () => {
    if (yetToStrike.length === 0) yetToStrike = [...only];
    return yetToStrike.splice(Math.floor(draw() * yetToStrike.length), 1)[0]!;
  };
  try {
    doors = certificates && (await openDoors(certificates, city.brokerPort));
    const to = doors?.right ?? city.brokerPort;
    for (const { gateway, uplinkPort } of city.gateways)
      networks.set(gateway, await openNetwork({ port: uplinkPort, to }, Math.random));
    neighbours = peers ? await openNeighbours(city) : undefined;
    for (const name of city.names) city.start(name);
    await receipted(city);
    const bench = benchOf(city, { networks, doors, neighbours, givenUp, spoilt }, { draw, pick });
    for (let round = 1; round <= rounds && !signal.aborted; round++) {
      const fault = drawFault();
      trail.push(fault);
      await systemClock.sleep(200 + 600 * draw(), never);
      await faults[fault]!.strike(bench, 300 + 1500 * draw());
      struck.set(fault, (struck.get(fault) ?? 0) + 1);
      if (draw() < 0.75) await city.running(...city.names);
      if (round % compareEvery > 0 && round < rounds && !signal.aborted) {
        tell({ round, fault });
        continue;
      }
      const missingBefore = verdict?.missing.length ?? 0;
      verdict = await judge(city, { peers, plain, damage, givenUp, spoilt });
      cost.set(fault, (cost.get(fault) ?? 0) + verdict.missing.length - missingBefore);
      tell({ round, fault, compared: verdict });
      if (doors && doors.fooled() > 0)
        throw new Error("a gateway spoke to a broker whose certificate nobody vouches for");
      if (isBroken(plain ? { ...verdict, missing: [] } : verdict))
        throw new Error(
          `the promise is broken by round ${round} of seed ${seed}: ${JSON.stringify(verdict, (_, value) => (Array.isArray(value) ? value.slice(0, 5) : value))}`,
        );
      for (const { gateway } of city.gateways) {
        await city.stop(gateway);
        bench.keepAsItIs(gateway);
        city.start(gateway);
      }
      await receipted(city);
    }
    if (!verdict) throw new Error("stopped before a comparison");
    return { struck, cost, verdict };
  } catch (error) {
    const last = `seed ${seed}, round ${trail.length}, the last faults: ${trail.slice(-5).join(", ")}`;
    throw new Error(`${last}\n${(error as Error).message}\n${city.tell()}`, { cause: error });
  } finally {
    await city.end();
    await neighbours?.end();
    for (const network of networks.values()) await network.close();
    doors?.close();
    certificates?.remove();
    disk?.remove();
  }
}

export const isBroken = ({ missing, doubled, altered, invented, disordered }: Verdict): boolean =>
  missing.length + doubled.length + altered.length + invented.length + disordered.length > 0;

async function receipted(city: CityUnderTest): Promise<void> {
  await city.running(...city.names);
  for (const gateway of city.gateways)
    await city.until(`${gateway.gateway} has a receipt`, async () => (await statusOf(gateway)).uplink.receipts > 0);
}

/** Gateway and epoch → offsets. */
type GivenUp = Map<string, OffsetSet>;
const outboxKey = (gateway: string, epoch: number) => `${gateway} ${epoch}`;

type Judging = {
  readonly peers: boolean;
  readonly plain: boolean;
  readonly damage: Map<string, readonly Former[]>;
  readonly givenUp: GivenUp;
  /** Outboxes whose files were changed on purpose. */
  readonly spoilt: ReadonlySet<string>;
};

/** Lets everything arrive, taking nothing new, and compares. `damage` is what gateways have said of damaged outboxes until now, `givenUp` what full ones have cost. */
async function judge(city: CityUnderTest, { peers, plain, damage, givenUp, spoilt }: Judging): Promise<Verdict> {
  const { gateways } = city;
  await city.running(...city.names);
  const givenUpBy = (gateway: string, epoch: number) => countOffsets(givenUp.get(outboxKey(gateway, epoch)) ?? []);
  const { stored, rejected, sentTwice } = await (plain ? drainPlain(city) : drain(city, givenUpBy));
  for (const [gateway, formers] of readDamage(gateways)) {
    const cause = formers.find(({ epoch }) => !spoilt.has(outboxKey(gateway, epoch)));
    if (cause)
      throw new Error(
        `${gateway} says that its outbox was damaged, and nobody has damaged it: ${JSON.stringify(cause)}`,
      );
    damage.set(gateway, [...(damage.get(gateway) ?? []), ...formers]);
  }
  const oracle = readOracle(gateways);
  const quarantine = atTheirTimes(oracle, readQuarantine(gateways));
  const { missing, ...difference } = peers
    ? compareInflux(oracle, await readInflux(influxUrl(city)), quarantine)
    : compare(oracle, readStore(storeOf(city)), quarantine);
  const { doubled, begun, promised, places } = oracle;
  const isTold = (key: string) => {
    const place = places.get(key)!;
    return isToldGone(damage.get(place.gateway)!, place);
  };
  const isGivenUp = (key: string) => {
    const { gateway, epoch, offset } = places.get(key)!;
    if (hasOffset(givenUp.get(outboxKey(gateway, epoch)) ?? [], offset)) return true;
    // What was carried over into another outbox has another offset there, and may be among those that it gave up.
    const isCarried = damage
      .get(gateway)!
      .some((former) => former.epoch === epoch && hasOffset(former.carried, offset));
    return isCarried && [...givenUp.keys()].some((outbox) => outbox.startsWith(`${gateway} `));
  };
  const placesOf = (keys: readonly string[]) => keys.map((key) => places.get(key)!);
  const [toLimits, toDamage] = [missing.filter(isGivenUp), missing.filter((key) => isTold(key) && !isGivenUp(key))];
  await checkLedger(city, placesOf([...toLimits, ...toDamage]));
  const absent = new Set(missing);
  const disordered = await findDisordered(
    city,
    [...promised.keys()].filter((key) => !absent.has(key) && !quarantine.has(key)),
  );
  const counts = {
    ...{ promised: promised.size, unpromised: begun.size - promised.size, stored, rejected, sentTwice },
    ...{ lost: recordsIn(placesOf(toDamage)), givenUp: recordsIn(placesOf(toLimits)) },
  };
  const placed = (key: string) => `${key} (epoch ${places.get(key)!.epoch}, offset ${places.get(key)!.offset})`;
  const silent = missing.filter((key) => !isTold(key) && !isGivenUp(key)).map(placed);
  return { ...difference, missing: silent, doubled, disordered, ...counts };
}

/** Backlog must not move a latest value backwards. What a clock that was ahead has dated into the future is left out. */
async function findDisordered(city: CityUnderTest, stored: readonly string[]): Promise<readonly string[]> {
  const now = systemClock.now();
  const newest = new Map<string, number>();
  for (const key of stored) {
    const [series, at] = splitKey(key);
    if (at <= now) newest.set(series, Math.max(at, newest.get(series) ?? 0));
  }
  return (await allLatest(city)).flatMap(({ site, device, metric, at }) => {
    const series = `${site} ${device} ${metric}`;
    return at + roundingMs < (newest.get(series) ?? 0)
      ? [`${series}: ${at} is shown, ${newest.get(series)} is stored`]
      : [];
  });
}

const recordsIn = (places: readonly Place[]): number =>
  new Set(places.map(({ gateway, epoch, offset }) => `${outboxKey(gateway, epoch)} ${offset}`)).size;

/** Throws where the ledger knows of fewer records than are lost; what the store had refused may be lost with a quarantine. */
async function checkLedger(city: CityUnderTest, lost: readonly Place[]): Promise<void> {
  for (const gateway of city.gateways) {
    const own = recordsIn(lost.filter((place) => place.gateway === gateway.gateway));
    const counted = (await ledgerOf(city, gateway)).reduce((sum, { gone, rejected }) => sum + gone + rejected, 0);
    if (own > counted) throw new Error(`${gateway.gateway} has lost ${own} records, and the ledger counts ${counted}`);
  }
}

const storeOf = ({ folder }: CityUnderTest) => join(folder, "cloud", "readings.db");

type Around = {
  readonly networks: ReadonlyMap<string, Network>;
  readonly doors: Doors | undefined;
  readonly neighbours: Neighbours | undefined;
  readonly givenUp: GivenUp;
  readonly spoilt: Set<string>;
};

function benchOf(
  city: CityUnderTest,
  { networks, doors, neighbours, givenUp, spoilt }: Around,
  { draw, pick }: { readonly draw: () => number; readonly pick: <T>(from: readonly T[]) => T },
): Bench {
  let skews = 0;
  const folderOf = (name: string) => city.gateways.find(({ gateway }) => gateway === name)!.folder;
  const start = async (name: string) => {
    if (neighbours?.program(name)) await neighbours.start(name);
    else city.start(name);
  };
  const kill = async (name: string) => void (await (neighbours?.program(name)?.end("SIGKILL") ?? city.kill(name)));
  const send = (name: string, signal: NodeJS.Signals) => {
    const neighbour = neighbours?.program(name);
    if (neighbour) neighbour.kill(signal);
    else city.signal(name, signal);
  };
  const mark = (file: string, is: boolean) => (is ? writeFileSync(file, "") : rmSync(file, { force: true }));
  return {
    storeFile: storeOf(city),
    gateway() {
      const { gateway } = pick(city.gateways);
      return { gateway, network: networks.get(gateway)! };
    },
    pid: city.pidOf,
    kill,
    start,
    running: (name) => city.running(name),
    async restart(name) {
      await kill(name);
      await start(name);
    },
    async cutPower(...names) {
      await Promise.all(names.map(city.kill));
      for (const name of names) loseUnsynced(join(city.folder, name), draw);
    },
    async freeze(name, ms) {
      send(name, "SIGSTOP");
      await systemClock.sleep(ms, never);
      send(name, "SIGCONT");
    },
    keepAsItIs: (name) => keepAsItIs(join(city.folder, name)),
    spoil(name, part, change) {
      const file = join(folderOf(name), `outbox.db${part}`);
      if (!existsSync(file)) return;
      const bytes = readFileSync(file);
      if (bytes.length === 0) return;
      spoilt.add(outboxKey(name, epochOf(join(folderOf(name), "outbox.db"))));
      writeFileSync(
        file,
        change(bytes, (most) => Math.floor(draw() * most)),
      );
      keepAsItIs(folderOf(name));
    },
    readOnly: (name, is) => mark(join(folderOf(name), "read-only"), is),
    synchronised: (name, is) => mark(join(folderOf(name), "no-time"), !is),
    impersonate: (name, wrong) => networks.get(name)!.lead(wrong ? doors!.wrong : doors!.right),
    names: (name, found) => mark(join(folderOf(name), "no-names"), !found),
    tighten(name, is) {
      const file = join(folderOf(name), "limit");
      if (!is) return rmSync(file);
      const limit = { limitBytes: 4096 + Math.floor(8192 * draw()), whenFull: pick(["drop-oldest", "thin", "refuse"]) };
      writeFileSync(file, JSON.stringify(limit));
    },
    holding(name) {
      const holding = holdingOf(join(folderOf(name), "outbox.db"));
      keepAsItIs(folderOf(name));
      return holding;
    },
    giveUp(name, epoch, offsets) {
      const key = outboxKey(name, epoch);
      givenUp.set(
        key,
        offsets.reduce((all, range) => addRange(all, range), givenUp.get(key) ?? []),
      );
    },
    skew(name, ms) {
      // Each time another minute, so that no two wrong spans of time cover each other: there a sample could truly have the identity of another.
      skews += 1;
      const hours = skews % 2 === 0 ? 7_200_000 : -7_200_000;
      writeFileSync(join(folderOf(name), "skew"), String(ms ?? hours + Math.sign(hours) * 60_000 * skews));
    },
  };
}
