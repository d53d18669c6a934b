import type { DeviceState, Directory } from "../ingest/directory.ts";
import type { Latest } from "../ingest/latest.ts";
import { type Balance, balanceKind } from "./balance.ts";
import { keyOf, type Station, standingOf, subjectsOf } from "./station.ts";

export type JudgedPlaces = { readonly stations: readonly Station[]; readonly balances: readonly Balance[] };

/** The directory with stations and zones as devices of their own, for people: each is as old and as much there as its instruments. */
export function withJudged<D extends Directory>(
  directory: D,
  { stations, balances }: JudgedPlaces,
  latest: Pick<Latest, "ofDevice">,
): D {
  function judged(devices: readonly DeviceState[]): readonly DeviceState[] {
    const known = new Map(devices.map((state) => [keyOf(state), state]));
    const places = [
      ...subjectsOf(devices, stations).filter(({ isStation }) => isStation),
      ...balances.map(({ site, name, ...zone }) => {
        const members = [...zone.in, ...zone.out].flatMap((meter) => known.get(keyOf(meter)) ?? []);
        return { site, device: name, kind: balanceKind, members };
      }),
    ];
    return places
      .filter(({ members }) => members.length > 0)
      .map(({ site, device, kind, members }) => ({
        ...{ site, device, kind, ...standingOf(members) },
        since: Math.max(...members.map((each) => each.since)),
        lastMessageAt: Math.max(...members.map((each) => each.lastMessageAt)),
        knownSince: Math.min(...members.map((each) => each.knownSince)),
        metrics: latest.ofDevice(site, device).map(({ metric }) => metric),
      }));
  }
  return {
    ...directory,
    devices() {
      const devices = directory.devices();
      return [...devices, ...judged(devices)];
    },
  };
}
