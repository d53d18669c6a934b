import { dayMean } from "@weir/alarms/air-means.ts";
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

/** What the AQI of 2012 takes the running mean of 24 hours of: particles, and sulfur dioxide where its hourly table ends. */
export const dayInputs: readonly Quantity[] = ["pm10", "pm25", "so2"];

/** Running means of the 24 hours that end with one: `back` is how many hours before it. Absent with fewer than 20 hours. Pure. */
export function dayMeans(
  metrics: readonly string[],
  hourOf: (metric: string, back: number) => HourMean | undefined,
): Means {
  return Object.fromEntries(
    metrics.flatMap((metric) => {
      const hours = Array.from({ length: 24 }, (_, back) => hourOf(metric, back));
      const mean = dayMean(hours.map((hour) => hour?.mean));
      return mean === undefined ? [] : [[metric, { mean, uncertain: hours.some((hour) => hour?.uncertain) }]];
    }),
  );
}

export type Around = {
  /** Which water the instrument is in. */
  readonly water: "river" | "lake";
  /** Running means of 24 h, for hours of the edition of 2012. */
  readonly day: Means;
};

/** Judgements of the hour, stamped with its beginning. What may not be judged is absent. Pure. */
export function judge(means: Means, hour: number, { water, day }: Around): readonly Sample[] {
  return [...judgeAir(means, hour, day), ...judgeWater(means, hour, water)];
}

/**
 * Real-time index by the edition of HJ 633 in force in the hour. 2026: from the hour alone, withheld by that standard where an item is missing and
 * the rest are good. 2012: particles by their 24 h mean. Uncertain where an item is missing or uncertain.
 */
function judgeAir(means: Means, hour: number, day: Means): readonly Sample[] {
  const judged = editionAt(hour) === "2012" ? { ...means, pm10: day.pm10, pm25: day.pm25 } : means;
  const found = pollutants.filter((pollutant) => judged[pollutant]);
  if (found.length === 0) return [];
  const values = Object.fromEntries(found.map((pollutant) => [pollutant, judged[pollutant]!.mean]));
  const so2Day = day.so2 && { so2Day: day.so2.mean };
  const { aqi, primary, missing }: AqiVerdict = hourlyAqi(values, hour + hourMs - 1, so2Day);
  if (aqi === undefined) return [];
  const uncertain = missing.length > 0 || found.some((pollutant) => judged[pollutant]!.uncertain);
  const first = primary[0] === undefined ? 0 : pollutants.indexOf(primary[0]) + 1;
  return samples({ aqi, aqi_primary: first }, hour, uncertain);
}

/** What a surface-water station has to have measured for its class to be certain: the main items of an automatic station. */
const mainItems: readonly WaterItem[] = ["dissolved_oxygen", "codmn", "ammonia_nitrogen", "total_phosphorus"];

/**
 * Class by GB 3838-2002, the item that decides, and by how much the worst item is over class III. pH alone tells no class. Uncertain
 * where a main item is missing or a reading is.
 */
function judgeWater(means: Means, hour: number, water: Around["water"]): readonly Sample[] {
  const found = waterItems.filter((item) => means[item]);
  if (found.every((item) => item === "ph")) return [];
  const saturation = means.oxygen_saturation;
  const values = Object.fromEntries(found.map((item) => [item, means[item]!.mean]));
  const verdict = waterClass(
    { ...values, ...(saturation && { oxygen_saturation: saturation.mean }) },
    { object: water, at: hour },
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
