import { infoOf, quantities } from "@weir/wire/quantities.ts";

/** Where a metric lives in InfluxDB. quality is the field beside it that is written only when the quality is not good. */
export type Place = {
  readonly measurement: string;
  readonly field: string;
  readonly quality: string;
  /** A state: its field is an integer. */
  readonly whole: boolean;
};

const byLength = Object.keys(quantities).sort((a, b) => b.length - a.length);

/**
 * Metric → measurement and field: a quantity of the vocabulary into its domain, `voltage/l1` as `voltage_l1`; any other name as it is
 * into `other`. Reversible by metricOf. Pure.
 */
export function placeOf(metric: string): Place {
  const known = places.get(metric);
  if (known) return known;
  const place = findPlace(metric);
  if (places.size >= mostPlaces) places.clear();
  places.set(metric, place);
  return place;
}

/** Asked for each point: the vocabulary is short, and names of others' making do not fill the memory. */
const places = new Map<string, Place>();
const mostPlaces = 10_000;

function findPlace(metric: string): Place {
  const info = infoOf(metric);
  const measurement = info?.domain ?? "other";
  const joined = metric.replace("/", "_");
  const field = measurement !== "other" && metricOf(measurement, joined) === metric ? joined : unlikeBeside(metric);
  return { measurement, field, quality: `${field}_q`, whole: info?.kind === "state" };
}

/** What a roll-up keeps of a field beside the field itself: `ph__min` … valid is the share 0 … 1 of the readings whose quality is good. */
export const rolled = ["mean", "min", "max", "last", "count", "valid", "bad"] as const;

const beside = `_q|__(?:${rolled.join("|")})`;
const besideField = new RegExp(`(?:${beside})$`);
const escaped = new RegExp(`(?:${beside})_+$`);
const unescaped = new RegExp(`(?:${beside})_*$`);

/** Field of a measurement → metric; undefined for a field beside another: of quality or of a roll-up. Pure. */
export function metricOf(measurement: string, field: string): string | undefined {
  if (besideField.test(field)) return undefined;
  const metric = escaped.test(field) ? field.slice(0, -1) : field;
  if (measurement === "other" || metric.includes("/") || Object.hasOwn(quantities, metric)) return metric;
  const quantity = byLength.find((name) => metric.startsWith(`${name}_`));
  return quantity === undefined ? metric : `${quantity}/${metric.slice(quantity.length + 1)}`;
}

/** A name that could be taken for a field beside another gets one more underscore. */
function unlikeBeside(metric: string): string {
  return unescaped.test(metric) ? `${metric}_` : metric;
}
