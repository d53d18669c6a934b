import { join } from "node:path";
import { loadProfiles } from "@weir/device-profiles/load.ts";
import { type Quantity, quantities, quantityOf } from "@weir/wire/quantities.ts";
import { asOf } from "../limit.ts";

/** What a city decides before it generates its rules; the standards leave it open. */
export const choices = {
  /** The day whose limits the rules hold: that of the boards. */
  asOf,
  /** Class that rivers have to reach, GB 3838. */
  waterClass: "III",
  /** Class that lakes and reservoirs have to reach, GB 3838. */
  lakeClass: "III",
  /** Grade of GB 18918 that outlets of sewage works have to keep. */
  outletGrade: "1A",
  /** Area of GB 3095: II is where people live. */
  airArea: "II",
  /** Area of GB 3096 that sound level meters stand in. */
  noiseArea: "4a",
} as const;

/** Profiles of installations beside the shipped ones. They decide which channels get a rule of their own. */
const profileFolders = [join(import.meta.dirname, "../../simulators/profiles")];

/** Channels that say something else than the quantity's limit is about. */
const beside: Readonly<Partial<Record<Quantity, readonly string[]>>> = {
  pipe_pressure: ["differential"], // over a pump, not in the main
  sewer_level: ["start"], // a set point
  voltage: ["sensor"], // a detector's own supply
};

/**
 * Channels of a quantity that any known profile has, "" for none; kind narrows to instruments of such a kind. Each needs a rule of its own:
 * Grafana tells series apart by their tags alone, so two fields in one query are one series twice, and the rule an error.
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

/** Measurement and field of a metric, as cloud/store/influx-fields.ts lays them out. */
export function placeOf(quantity: Quantity, channel = ""): { readonly measurement: string; readonly field: string } {
  return { measurement: quantities[quantity].domain, field: channel === "" ? quantity : `${quantity}_${channel}` };
}

/** The quantity of a field, with or without a channel: `voltage_l1` is a field because `voltage/l1` is a metric. The longest name wins. */
export function quantityOfField(field: string): Quantity | undefined {
  const parts = field.split("_");
  for (let n = parts.length; n > 0; n--) {
    const [name, channel] = [parts.slice(0, n).join("_"), parts.slice(n).join("_")];
    const found = quantityOf(channel === "" ? name : `${name}/${channel}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
