import type { Clock } from "@weir/wire/clock.ts";
import { quantityOf } from "@weir/wire/quantities.ts";
import type { Directory } from "../ingest/directory.ts";
import type { LatestTable } from "../ingest/latest-table.ts";
import type { RollUpOptions } from "../rollup/job.ts";
import type { Point, Store } from "../store/store.ts";
import { hourMean, hourMs, minuteMs } from "./hour-mean.ts";
import { inputs, judge, judged, type Means } from "./judge.ts";

export type DeriveOptions = {
  /** Writes what roll-up then takes in: not the one that marks windows, or each judgement would ask for the next. */
  readonly store: Pick<Store, "series" | "write">;
  readonly directory: Pick<Directory, "devices">;
  /** Told of what was written, for the latest values. */
  readonly latest: Pick<LatestTable, "stored">;
  readonly clock: Pick<Clock, "now">;
};

/** A device that does not say how long it may keep silent is taken to report every 5 minutes, and none longer than an hour. */
const usualCarryMs = 300_000;

/**
 * Judges the hour of each device from its readings, and the hour after it where that is over: its first minutes have this one's last readings.
 * A device that reports a judgement itself keeps its own. Resolves with the hours that points were written in. Rejects with a StoreUnavailable.
 */
export function deriver({ store, directory, latest, clock }: DeriveOptions): RollUpOptions["derive"] {
  return async ({ site, devices, hour }, signal) => {
    const wanted = devices && new Set(devices);
    const hours = [hour, hour + hourMs].filter((each) => each + hourMs <= clock.now());
    const points: (Point & { readonly gateway: string; readonly online: boolean })[] = [];
    for (const state of directory.devices()) {
      if (state.site !== site || (wanted && !wanted.has(state.device))) continue;
      if (/^drinking-water/.test(state.kind) || state.metrics.some((metric) => judged.includes(metric))) continue;
      const metrics = state.metrics.filter((metric) => inputs.includes(quantityOf(metric)!) && !metric.includes("/"));
      if (metrics.length === 0) continue;
      const { device, kind, gateway, online } = state;
      const carryMs = Math.min(hourMs, state.everyMs ?? usualCarryMs);
      const range = { from: hour - Math.ceil(carryMs / minuteMs) * minuteMs, to: hours.at(-1)! + hourMs };
      const series = await Promise.all(
        metrics.map((metric) => store.series({ site, device, metric, ...range, everyMs: minuteMs }, signal)),
      );
      for (const each of hours) {
        const means = Object.fromEntries(
          metrics.map((metric, n) => [metric, hourMean(series[n]!, { hour: each, carryMs })]),
        ) as Means;
        for (const sample of judge(means, each)) points.push({ site, device, kind, ...sample, gateway, online });
      }
    }
    if (points.length > 0) await store.write(points, signal);
    latest.stored(points);
    return hours.filter((each) => points.some(({ at }) => at === each));
  };
}
