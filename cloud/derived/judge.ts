import { type AqiVerdict, hourlyAqi } from "@weir/alarms/aqi.ts";
import { editionAt, pollutants } from "@weir/alarms/aqi-table.ts";
import { type WaterItem, waterClass, waterItems } from "@weir/alarms/water-class.ts";
import type { Quantity } from "@weir/wire/quantities.ts";
import type { Sample } from "@weir/wire/sample.ts";
import { type HourMean, hourMs } from "./hour-mean.ts";

/** Valid means of one hour by quantity. */
export type Means = Readonly<Partial<Record<Quantity, HourMean>>>;

/** What is judged from the hour, and from which quantities of a device. */
export const inputs: readonly Quantity[] = [...pollutants, ...waterItems, "oxygen_saturation"];

/** What may be judged, as metrics. */
export const judged: readonly string[] = ["aqi", "aqi_primary", "water_class", "water_class_item", "water_exceedance"];

/** Judgements of the hour, stamped with its beginning. What may not be judged is absent. Pure. */
export function judge(means: Means, hour: number): readonly Sample[] {
  return [...judgeAir(means, hour), ...judgeWater(means, hour)];
}

/**
 * Real-time index by HJ 633-2026: withheld by that standard where an item is missing and the rest are good. Uncertain where an item is missing or
 * uncertain. Hours before 2026-03-01 are absent: the 2012 edition needs running means of 24 h.
 */
function judgeAir(means: Means, hour: number): readonly Sample[] {
  const found = pollutants.filter((pollutant) => means[pollutant]);
  if (found.length === 0 || editionAt(hour) === "2012") return [];
  const values = Object.fromEntries(found.map((pollutant) => [pollutant, means[pollutant]!.mean]));
  const { aqi, primary, missing }: AqiVerdict = hourlyAqi(values, hour + hourMs - 1);
  if (aqi === undefined) return [];
  const uncertain = missing.length > 0 || found.some((pollutant) => means[pollutant]!.uncertain);
  const first = primary[0] === undefined ? 0 : pollutants.indexOf(primary[0]) + 1;
  return samples({ aqi, aqi_primary: first }, hour, uncertain);
}

/** What a surface-water station has to have measured for its class to be certain: the main items of an automatic station. */
const mainItems: readonly WaterItem[] = ["dissolved_oxygen", "codmn", "ammonia_nitrogen", "total_phosphorus"];

/**
 * Class by GB 3838-2002 as of a river, the item that decides, and by how much the worst item is over class III. pH alone tells no class. Uncertain
 * where a main item is missing or a reading is.
 */
function judgeWater(means: Means, hour: number): readonly Sample[] {
  const found = waterItems.filter((item) => means[item]);
  if (found.every((item) => item === "ph")) return [];
  const saturation = means.oxygen_saturation;
  const values = Object.fromEntries(found.map((item) => [item, means[item]!.mean]));
  const verdict = waterClass(
    { ...values, ...(saturation && { oxygen_saturation: saturation.mean }) },
    { object: "river", at: hour },
  );
  if (!verdict) return [];
  const { class: own, deciding, over } = verdict;
  const uncertain = mainItems.some((item) => !means[item]) || found.some((item) => means[item]!.uncertain);
  const item = deciding[0] === undefined ? 0 : waterItems.indexOf(deciding[0]) + 1;
  const times = over.length === 0 ? 0 : over[0]!.times;
  const values3 = { water_class: own, water_class_item: item, ...(times !== undefined && { water_exceedance: times }) };
  return samples(values3, hour, uncertain);
}

function samples(values: Partial<Record<Quantity, number>>, at: number, uncertain: boolean): readonly Sample[] {
  const quality = uncertain ? "uncertain" : "good";
  return Object.entries(values).map(([metric, value]) => ({ metric, at, value, quality }));
}
