import { editionAt } from "@weir/alarms/aqi-table.ts";
import type { Clock } from "@weir/wire/clock.ts";
import { waterOf } from "@weir/wire/kind.ts";
import { quantityOf } from "@weir/wire/quantities.ts";
import type { DeviceState, Directory } from "../ingest/directory.ts";
import type { LatestTable } from "../ingest/latest-table.ts";
import type { Hour, RollUpOptions } from "../rollup/job.ts";
import type { Point, Store } from "../store/store.ts";
import { type Balance, balanceKind, balanceSamples, hourFlow, type Meter } from "./balance.ts";
import { type HourMean, hourMean, hourMs, minuteMs } from "./hour-mean.ts";
import { dayInputs, dayMeans, inputs, judge, judged, type Means } from "./judge.ts";
import { keyOf, type Station, type Subject, standingOf, subjectsOf } from "./station.ts";

export type DeriveOptions = {
  /** Writes what roll-up then takes in: not the one that marks windows, or each judgement would ask for the next. */
  readonly store: Pick<Store, "series" | "write">;
  /** The one that marks windows, for stations and balances: no hour of an instrument is one of theirs. */
  readonly marking: Pick<Store, "write">;
  readonly directory: Pick<Directory, "devices">;
  readonly stations: readonly Station[];
  readonly balances: readonly Balance[];
  /** Told of what was judged, for the latest values. */
  readonly latest: Pick<LatestTable, "stored">;
  readonly clock: Pick<Clock, "now">;
};

/** A device that does not say how long it may keep silent is taken to report every 5 minutes, and none longer than an hour. */
const usualCarryMs = 300_000;
const carryOf = (state: DeviceState | undefined) => Math.min(hourMs, state?.everyMs ?? usualCarryMs);

/**
 * Judges the hour of each station, and of each device that stands in none, from readings, and the hours after it, where they are over, that stand on
 * this one's readings: the next, whose first minutes have its last; by the AQI of 2012 all whose 24 hours hold it. A device that reports a judgement
 * itself keeps its own. Then the balances of all zones that one of the devices is a meter of. Resolves with the hours that devices were judged in.
 * Rejects with a StoreUnavailable.
 */
export function deriver(options: DeriveOptions): RollUpOptions["derive"] {
  const { store, marking, directory, stations, latest, clock } = options;
  const isOver = (hour: number) => hour + hourMs <= clock.now();

  return async (asked, signal) => {
    const { site, devices, hour } = asked;
    const wanted = devices && new Set(devices);
    const [points, ofStations]: [Told[], Told[]] = [[], []];
    for (const subject of subjectsOf(directory.devices(), stations)) {
      const { device, kind, members } = subject;
      if (subject.site !== site || !members.some((member) => wanted?.has(member.device) ?? true)) continue;
      const { gateway, online } = standingOf(members);
      for (const sample of await judgementsOf(subject, hour, signal))
        (subject.isStation ? ofStations : points).push({ site, device, kind, ...sample, gateway, online });
    }
    if (points.length > 0) await store.write(points, signal);
    if (ofStations.length > 0) await marking.write(ofStations, signal);
    latest.stored([...points, ...ofStations, ...(await balance(options, asked, isOver, signal))]);
    return [...new Set(points.map(({ at }) => at))].sort((a, b) => a - b);
  };

  async function judgementsOf({ kind, members }: Subject, hour: number, signal: AbortSignal) {
    const water = waterOf(kind);
    const told = members.flatMap((member) => member.metrics.map((metric) => ({ member, metric })));
    if ((water !== "river" && water !== "lake") || told.some(({ metric }) => judged.includes(metric))) return [];
    const asked = told.filter(({ metric }) => inputs.includes(quantityOf(metric)!) && !metric.includes("/"));
    if (asked.length === 0) return [];
    const metrics = [...new Set(asked.map(({ metric }) => metric))];
    const daily = metrics.filter((metric) => dayInputs.includes(quantityOf(metric)!));
    const after = daily.length > 0 ? 23 : 1;
    const hours = Array.from({ length: after + 1 }, (_, n) => hour + n * hourMs)
      .filter((each, n) => n <= 1 || editionAt(each) === "2012")
      .filter(isOver);
    if (hours.length === 0) return [];
    const back = (metric: string) =>
      daily.includes(metric) && hours.some((each) => editionAt(each) === "2012") ? 23 : 0;
    const read = async ({ member, metric }: (typeof asked)[number]) => {
      const { site, device } = member;
      const carryMs = carryOf(member);
      const from = hour - back(metric) * hourMs - Math.ceil(carryMs / minuteMs) * minuteMs;
      const range = { from, to: hours.at(-1)! + hourMs };
      const buckets = await store.series({ site, device, metric, ...range, everyMs: minuteMs }, signal);
      return { metric, meanOf: (each: number) => hourMean(buckets, { hour: each, carryMs }) };
    };
    const series = await Promise.all(asked.map(read));
    /** Of the first instrument that has one. */
    const meanOf = (metric: string, each: number) =>
      series.reduce<HourMean | undefined>(
        (mean, one) => mean ?? (one.metric === metric ? one.meanOf(each) : undefined),
        undefined,
      );
    return hours.flatMap((each) => {
      const means = Object.fromEntries(metrics.map((metric) => [metric, meanOf(metric, each)])) as Means;
      const day = editionAt(each) === "2012" ? dayMeans(daily, (metric, n) => meanOf(metric, each - n * hourMs)) : {};
      return judge(means, each, { water, day });
    });
  }
}

type Told = Point & { readonly gateway: string; readonly online: boolean };

/** Resolves with what it has written. */
async function balance(
  { store, marking, directory, balances }: DeriveOptions,
  { site, devices, hour }: Hour,
  isOver: (hour: number) => boolean,
  signal: AbortSignal,
): Promise<readonly Told[]> {
  const isOf = (meter: Meter) => meter.site === site && (devices === undefined || devices.includes(meter.device));
  const touched = balances.filter((each) => [...each.in, ...each.out].some(isOf));
  if (touched.length === 0) return [];
  const states = new Map(directory.devices().map((state) => [keyOf(state), state]));
  const hours = [hour, hour + hourMs].filter(isOver);
  const points: Told[] = [];
  for (const { site, name: device, ...zone } of touched) {
    const { gateway, online } = standingOf(
      [...zone.in, ...zone.out].flatMap((meter) => states.get(keyOf(meter)) ?? []),
    );
    const flowsOf = async (meter: Meter) => {
      const carryMs = carryOf(states.get(keyOf(meter)));
      const range = { from: hour - Math.ceil(carryMs / minuteMs) * minuteMs, to: hours.at(-1)! + hourMs };
      const buckets = await store.series({ ...meter, ...range, everyMs: minuteMs }, signal);
      return hours.map((each) => hourFlow(buckets, meter, { hour: each, carryMs }));
    };
    const [into, out] = [await Promise.all(zone.in.map(flowsOf)), await Promise.all(zone.out.map(flowsOf))];
    for (const [n, each] of hours.entries())
      for (const sample of balanceSamples({ in: into.map((of) => of[n]), out: out.map((of) => of[n]) }, each))
        points.push({ site, device, kind: balanceKind, ...sample, gateway, online });
  }
  if (points.length > 0) await marking.write(points, signal);
  return points;
}
