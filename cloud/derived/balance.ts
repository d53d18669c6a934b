import { infoOf } from "@weir/wire/quantities.ts";
import type { Sample } from "@weir/wire/sample.ts";
import type { Bucket } from "../store/store.ts";
import { type HourMean, hourMean, hourMs, minuteMs } from "./hour-mean.ts";

/** A meter of a zone: its flow in m³/h (a gauge), or its total in m³ (a counter). */
export type Meter = { readonly site: string; readonly device: string; readonly metric: string };

/** What flows into a zone and out of it. `name` and `site` are the device that its balance is kept under. */
export type Balance = {
  readonly site: string;
  readonly name: string;
  readonly in: readonly Meter[];
  readonly out: readonly Meter[];
};

/** What a zone is balanced by, as metrics. */
export const balanced: readonly string[] = ["zone_inflow", "zone_outflow", "zone_unaccounted_flow"];

/** Kind of the device that a balance is kept under. */
export const balanceKind = "balance";

/** Flow of a meter over one hour, m³/h; undefined where too little of it is there to say. Pure. */
export function hourFlow(
  buckets: readonly Bucket[],
  { metric }: Pick<Meter, "metric">,
  { hour, carryMs }: { readonly hour: number; readonly carryMs: number },
): HourMean | undefined {
  if (infoOf(metric)?.kind !== "counter") return hourMean(buckets, { hour, carryMs });
  const [from, to] = [totalAt(buckets, hour, carryMs), totalAt(buckets, hour + hourMs, carryMs)];
  // A meter that was replaced or reset has not counted backwards.
  if (!from || !to || to.mean < from.mean) return undefined;
  return { mean: to.mean - from.mean, uncertain: from.uncertain || to.uncertain };
}

/** A counter's newest value before an instant, no older than its instrument may keep silent. */
function totalAt(buckets: readonly Bucket[], at: number, carryMs: number): HourMean | undefined {
  const reach = Math.max(minuteMs, carryMs);
  const bucket = buckets.findLast((each) => each.at < at && each.at >= at - reach && each.count + each.bad > 0);
  return bucket && bucket.last !== null ? { mean: bucket.last, uncertain: bucket.uncertain > 0 } : undefined;
}

/**
 * Flows of an hour → inflow, outflow, and the inflow that no outflow accounts for, stamped with the hour's beginning. A sum of which one meter is
 * missing is absent; uncertain where one meter is. Pure.
 */
export function balanceSamples(
  flows: { readonly in: readonly (HourMean | undefined)[]; readonly out: readonly (HourMean | undefined)[] },
  hour: number,
): readonly Sample[] {
  const [inflow, outflow] = [sumOf(flows.in), sumOf(flows.out)];
  const sample = (metric: string, sum: HourMean | undefined): readonly Sample[] =>
    sum ? [{ metric, at: hour, value: sum.mean, quality: sum.uncertain ? "uncertain" : "good" }] : [];
  const rest = inflow &&
    outflow && { mean: inflow.mean - outflow.mean, uncertain: inflow.uncertain || outflow.uncertain };
  return [
    ...sample("zone_inflow", inflow),
    ...sample("zone_outflow", outflow),
    ...sample("zone_unaccounted_flow", rest),
  ];
}

function sumOf(flows: readonly (HourMean | undefined)[]): HourMean | undefined {
  if (flows.some((flow) => flow === undefined)) return undefined;
  return {
    mean: flows.reduce((sum, flow) => sum + flow!.mean, 0),
    uncertain: flows.some((flow) => flow!.uncertain),
  };
}
