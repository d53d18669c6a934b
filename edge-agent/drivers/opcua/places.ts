import { type NodeText, parseNodeText } from "@weir/device-profiles/opcua.ts";
import { placeOf } from "@weir/device-profiles/place.ts";
import type { OpcuaAddress, OpcuaPoint, OpcuaProfile } from "@weir/device-profiles/schema.ts";
import { infoOf } from "@weir/wire/quantities.ts";
import type { NodeRef } from "./session.ts";
import { createTrack, type Track } from "./track.ts";

/** One address of an instrument, and what this session knows of it. */
export type Place = {
  readonly name: string;
  readonly text: string;
  readonly parsed: NodeText;
  readonly element: number | undefined;
  readonly track: Track;
  /** The shortest period of its points. */
  readonly everyMs: number;
  /** How often the server looks: as asked for; as the server has it once it is watched. */
  samplingMs: number;
  /** In raw numbers; undefined where every change counts. */
  readonly deadband: number | undefined;
  node: NodeRef | undefined;
  /** Monotonic ms of the next try to find it. */
  missingUntil: number | undefined;
  /** polled: the server does not want to watch it. */
  watch: "not-yet" | "watched" | "polled";
  /** Built-in type, for writing. */
  type: string | undefined;
  /** Monotonic ms of the last notification. */
  toldAt: number;
};

/** Where an instrument's values are: each address once, the same object each time. */
export function createPlaces(profile: OpcuaProfile, everyMs: number, onDrop: () => void) {
  const places = new Map<string, Place>();
  const lists = new WeakMap<readonly OpcuaAddress[], readonly Place[]>();

  function placeAt(at: OpcuaAddress): Place {
    const key = JSON.stringify(at);
    const place = places.get(key) ?? create(at, key);
    places.set(key, place);
    return place;
  }

  function create(at: OpcuaAddress, key: string): Place {
    const points = profile.points.filter((point) => JSON.stringify(point.at) === key);
    const periodMs = Math.min(...points.map(({ every = everyMs }) => every), everyMs);
    const deadbands = points.map(rawDeadband);
    const isBanded = deadbands.length > 0 && deadbands.every((band) => band !== undefined);
    return {
      name: placeOf(at),
      text: at.node,
      parsed: parseNodeText(at.node, profile.namespaces),
      element: at.element,
      track: createTrack(at.element, onDrop),
      everyMs: periodMs,
      samplingMs: profile.sampling ?? periodMs,
      deadband: isBanded ? Math.min(...deadbands.map((band) => band ?? 0)) : undefined,
      node: undefined,
      missingUntil: undefined,
      watch: "not-yet",
      type: undefined,
      toldAt: 0,
    };
  }

  return {
    of: (addresses: readonly OpcuaAddress[]): readonly Place[] => {
      const list = lists.get(addresses) ?? addresses.map(placeAt);
      lists.set(addresses, list);
      return list;
    },
    all: (): Iterable<Place> => places.values(),
  };
}

/** Our percentages are of the last reported value, those of OPC UA of the range of the instrument: they stay on our side. */
function rawDeadband({ deadband, scale, states, bit, mask, quantity }: OpcuaPoint): number | undefined {
  const isPlain = states === undefined && bit === undefined && mask === undefined && infoOf(quantity)?.kind !== "state";
  return isPlain && deadband && "absolute" in deadband ? deadband.absolute / Math.abs(scale) : undefined;
}
