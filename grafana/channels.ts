import { join } from "node:path";
import { loadProfiles } from "@weir/device-profiles/load.ts";
import { type Quantity, quantities } from "@weir/wire/quantities.ts";

/** Profiles of installations beside the shipped ones. They decide which channels boards draw and which get a rule of their own. */
const profileFolders = [join(import.meta.dirname, "../simulators/profiles")];

/** Channels that say something else than the quantity's limits are about. */
const beside: Readonly<Partial<Record<Quantity, readonly string[]>>> = {
  pipe_pressure: ["differential"], // over a pump, not in the main
  sewer_level: ["start"], // a set point
  voltage: ["sensor"], // a detector's own supply
};

/**
 * Channels of a quantity that any known profile has, "" for none; kind narrows to instruments of such a kind. Each needs a rule of its own:
 * in an alert Grafana tells series apart by their tags alone, so two fields in one query are one series twice, and the rule an error.
 */
export function channelsOf(quantity: Quantity, kind = /(?:)/): readonly string[] {
  if (written(quantity)) return [""];
  const points = (known().get(quantity) ?? []).filter((point) => kind.test(point.kind));
  const channels = [...new Set(points.map(({ channel }) => channel))].sort();
  return channels.filter((channel) => !beside[quantity]?.includes(channel));
}

/** Told by no instrument: health that gateways tell of themselves, facts of the cloud, judgements from readings. */
function written(quantity: Quantity): boolean {
  return quantities[quantity].domain === "gateway" || quantity === "aqi" || quantity === "water_class";
}

type KnownPoint = { readonly quantity: string; readonly channel: string; readonly kind: string };
let table: ReadonlyMap<string, readonly KnownPoint[]> | undefined;

function known(): ReadonlyMap<string, readonly KnownPoint[]> {
  table ??= Map.groupBy(
    [undefined, ...profileFolders]
      .flatMap((folder) => [...loadProfiles(folder).values()])
      .flatMap(({ points, kind }) => points.map(({ quantity, channel = "" }) => ({ quantity, channel, kind }))),
    ({ quantity }) => quantity,
  );
  return table;
}

/** Channels by name, sorted: without "". */
export const namedChannels = (quantity: Quantity): readonly string[] =>
  channelsOf(quantity).filter((channel) => channel !== "");
