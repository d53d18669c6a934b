import { kindIn, waterOf } from "@weir/wire/kind.ts";
import type { DeviceState } from "../ingest/directory.ts";

/** Instruments at one place of one water, or of one street's air, that are judged together. `site` and `name` are the device that the judgement is kept under. */
export type Station = {
  readonly site: string;
  readonly name: string;
  /** Of the same site; of two that measure the same the first that has something counts. */
  readonly devices: readonly string[];
};

/** Who is judged: a station, or a device that stands in none. */
export type Subject = {
  readonly site: string;
  readonly device: string;
  readonly kind: string;
  readonly isStation: boolean;
  readonly members: readonly [DeviceState, ...DeviceState[]];
};

/** One name for a device of the whole city. */
export const keyOf = ({ site, device }: { readonly site: string; readonly device: string }) => `${site}/${device}`;

/** What several instruments are told to be together: behind the gateway of the first, and there while one of them is. */
export function standingOf(members: readonly DeviceState[]): Pick<DeviceState, "gateway" | "online"> {
  return { gateway: members[0]?.gateway ?? "", online: members.some(({ online }) => online) };
}

/** A station is in the water of its first instrument; one of which no instrument is known yet is left out. Pure. */
export function subjectsOf(devices: readonly DeviceState[], stations: readonly Station[]): readonly Subject[] {
  const known = new Map(devices.map((state) => [keyOf(state), state]));
  const inStation = new Set(stations.flatMap(({ site, devices }) => devices.map((device) => keyOf({ site, device }))));
  return [
    ...stations.flatMap(({ site, name, devices }): readonly Subject[] => {
      const [first, ...rest] = devices.flatMap((device) => known.get(keyOf({ site, device })) ?? []);
      if (!first) return [];
      const kind = kindIn("station", waterOf(first.kind));
      return [{ site, device: name, kind, isStation: true, members: [first, ...rest] }];
    }),
    ...devices
      .filter((state) => !inStation.has(keyOf(state)))
      .map((state): Subject => ({ ...state, isStation: false, members: [state] })),
  ];
}
