import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deviceState, latestPoint } from "@weir/cloud/api/fakes.ts";
import type { Meter } from "@weir/cloud/derived/balance.ts";
import { deriver } from "@weir/cloud/derived/derive.ts";
import type { Station } from "@weir/cloud/derived/station.ts";
import { deviceFacts } from "@weir/cloud/facts/facts.ts";
import { type Point, type Store, tiers } from "@weir/cloud/store/store.ts";
import { parse } from "yaml";
import { cityInstruments, pointsOf } from "../city-truth.ts";

const minute = 60_000;
const hour = 60 * minute;
const stepMs = 5 * minute;
const compose = join(import.meta.dirname, "../../deploy/compose/cloud.yaml");
const never = new AbortController().signal;

/**
 * Fills a store with the simulated city as its cloud would have by an instant: a reading each five minutes, their roll-ups, the judgements of each
 * hour of the stations and zones of deploy/compose, and how old each device's readings are. `told` gets how far it is.
 */
export async function fillCity(
  store: Store,
  { until, hours }: { readonly until: number; readonly hours: number },
  told: (line: string) => void,
): Promise<void> {
  const [to, from] = [until - (until % hour), until - (until % hour) - hours * hour];
  const instruments = cityInstruments().map((each) => ({ ...each, device: each.id }));
  const sites = [...new Set(instruments.map(({ site }) => site))];
  for (const [n, instrument] of instruments.entries()) {
    await write(store, pointsOf(instrument, [from, until, stepMs]));
    if (n % 10 === 9) told(`${n + 1} of ${instruments.length} instruments, ${hours} h of each`);
  }
  const devices = instruments.map(({ site, gateway, device, kind, told }) => ({
    ...{ ...deviceState, site, gateway, device, kind, everyMs: stepMs, knownSince: from, lastMessageAt: until },
    metrics: told.map(({ metric }) => metric),
  }));
  const { stations, balances } = parse(readFileSync(compose, "utf8")) as Judged;
  const derive = deriver({
    ...{ store, marking: store, stations, directory: { devices: () => devices } },
    balances: balances.map((zone) => ({ ...zone, in: zone.in.map(meterOf), out: zone.out.map(meterOf) })),
    ...{ latest: { stored: () => undefined }, clock: { now: () => until } },
  });
  for (let each = from; each < to; each += hour)
    for (const site of sites) await derive({ site, devices: undefined, hour: each }, never);
  told(`${hours} hours judged`);
  const latest = { ofDevice: () => [{ ...latestPoint, at: until - minute }] };
  await write(store, deviceFacts(devices, latest, until));
  for (const tier of tiers)
    for (const site of sites) await store.rollUp({ tier, site, devices: undefined, from, to: to + hour }, never);
}

const meterOf = (name: string): Meter => {
  const [site = "", device = ""] = name.split("/");
  return { site, device, metric: "pipe_flow" };
};

type Judged = {
  readonly stations: readonly Station[];
  readonly balances: readonly {
    readonly site: string;
    readonly name: string;
    readonly in: readonly string[];
    readonly out: readonly string[];
  }[];
};

async function write(store: Store, points: readonly Point[]): Promise<void> {
  for (let n = 0; n < points.length; n += 5000) {
    const { rejected } = await store.write(points.slice(n, n + 5000), never);
    if (rejected[0]) throw new Error(rejected[0].reason);
  }
}
