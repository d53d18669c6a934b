import { interpret } from "@weir/device-profiles/interpret.ts";
import { metricOf } from "@weir/device-profiles/metric.ts";
import type { Address, Profile, ProfilePoint } from "@weir/device-profiles/schema.ts";
import type { Quality } from "@weir/wire/sample.ts";
import type { Result, Told } from "../drivers/driver.ts";
import { worse } from "./quality.ts";
import { type Reporting, reportingOf } from "./report.ts";

/** One point as it was read: for a person who wants to see what is behind a value. */
export type Reading = {
  readonly metric: string;
  readonly value: number | null;
  readonly quality: Quality;
  /** When the reply arrived, or when it was clear that none would; epoch ms. */
  readonly at: number;
  readonly raw?: number;
  /** Why the point is not good: a LinkErrorCode, what interpret says of the raw number, or `doubted` by the instrument itself. */
  readonly why?: string;
  /** What an instrument that reports by itself told before this one, oldest first. */
  readonly earlier?: readonly Reading[];
};

/** Points that are read together, with the places of their results. */
export type PointSet = {
  /** Every address once; always the same array, so that the driver remembers its plan. */
  readonly addresses: readonly Address[];
  readonly points: readonly PlacedPoint[];
};

export type PlacedPoint = {
  readonly point: ProfilePoint;
  readonly metric: string;
  readonly value: number;
  readonly decimals: number | undefined;
  readonly reporting: Reporting;
};

const known = new WeakMap<readonly ProfilePoint[], PointSet>();

/**
 * Lays out what to ask for these points. Points that share a register (bits, masks) share its reading.
 * The same array gives the same set: devices of one profile share it.
 */
export function layOut(points: readonly ProfilePoint[]): PointSet {
  const set = known.get(points) ?? place(points);
  known.set(points, set);
  return set;
}

function place(points: readonly ProfilePoint[]): PointSet {
  const addresses: Address[] = [];
  const places = new Map<string, number>();
  const placeOf = (address: Address) => {
    const key = JSON.stringify(address);
    const place = places.get(key) ?? addresses.push(address) - 1;
    places.set(key, place);
    return place;
  };
  const placed = points.map((point) => ({
    point,
    metric: metricOf(point),
    value: placeOf(point.at),
    decimals: point.decimals && placeOf(point.decimals),
    reporting: reportingOf(point),
  }));
  return { addresses, points: placed };
}

/** The set for any choice of these groups, laid out when first asked for. */
export function createPointSets(
  groups: readonly (readonly ProfilePoint[])[],
): (chosen: readonly boolean[]) => PointSet {
  const [only] = groups;
  if (only && groups.length === 1) return () => layOut(only);
  const sets = new Map<string, PointSet>();
  return (chosen) => {
    const key = chosen.join();
    const set = sets.get(key) ?? layOut(groups.flatMap((points, i) => (chosen[i] ? points : [])));
    sets.set(key, set);
    return set;
  };
}

/** A point's reading from the results of its set. A failed address gives a bad reading without a value. Pure. */
export function readingOf(placed: PlacedPoint, results: readonly Result[], now: number): Reading {
  const { metric } = placed;
  const result = results[placed.value]!;
  if ("error" in result) return { metric, value: null, quality: "bad", at: now, why: result.error };
  const decimals = placed.decimals === undefined ? undefined : results[placed.decimals]!;
  if (decimals && "error" in decimals) return { metric, value: null, quality: "bad", at: now, why: decimals.error };
  const reading = tell(placed, result, decimals?.raw);
  return result.earlier ? { ...reading, earlier: result.earlier.map((told) => tell(placed, told)) } : reading;
}

function tell({ point, metric }: PlacedPoint, { raw, at, quality: doubt }: Told, decimals?: number): Reading {
  const { value, quality, why } = interpret(point, raw, decimals);
  const reading = { metric, value, quality: doubt ? worse(quality, doubt) : quality, at, raw };
  if (why !== undefined) return { ...reading, why };
  return doubt ? { ...reading, why: "doubted" } : reading;
}

/** The bus cannot be asked more often by one device; a shorter period is taken as this. */
const shortestPeriodMs = 10;

/** Points by period, shortest first. */
export function byPeriod(profile: Profile, everyMs: number): ReadonlyMap<number, readonly ProfilePoint[]> {
  const periodOf = ({ every = everyMs }: ProfilePoint) => Math.max(shortestPeriodMs, every);
  if (profile.points.every(({ every }) => every === undefined))
    return new Map([[Math.max(shortestPeriodMs, everyMs), profile.points]]);
  const groups = Map.groupBy(profile.points, periodOf);
  return new Map([...groups].sort(([a], [b]) => a - b));
}
