import { infoOf, quantities } from "@weir/wire/quantities.ts";

/** Where a metric lives in InfluxDB. quality is the field beside it that is written only when the quality is not good. */
export type Place = { readonly measurement: string; readonly field: string; readonly quality: string };

const byLength = Object.keys(quantities).sort((a, b) => b.length - a.length);

/**
 * Metric → measurement and field: a quantity of the vocabulary into its domain, `voltage/l1` as `voltage_l1`; any other name as it is
 * into `other`. Reversible by metricOf. Pure.
 */
export function placeOf(metric: string): Place {
  const measurement = infoOf(metric)?.domain ?? "other";
  const joined = metric.replace("/", "_");
  const field = measurement !== "other" && metricOf(measurement, joined) === metric ? joined : unlikeQuality(metric);
  return { measurement, field, quality: `${field}_q` };
}

/** Field of a measurement → metric; undefined for a quality field. Pure. */
export function metricOf(measurement: string, field: string): string | undefined {
  if (field.endsWith("_q")) return undefined;
  const metric = /_q_+$/.test(field) ? field.slice(0, -1) : field;
  if (measurement === "other" || metric.includes("/") || Object.hasOwn(quantities, metric)) return metric;
  const quantity = byLength.find((name) => metric.startsWith(`${name}_`));
  return quantity === undefined ? metric : `${quantity}/${metric.slice(quantity.length + 1)}`;
}

/** A name that could be taken for a quality field gets one more underscore. */
function unlikeQuality(metric: string): string {
  return /_q_*$/.test(metric) ? `${metric}_` : metric;
}
