import { infoOf } from "@weir/wire/quantities.ts";
import { type Point, type RollUp, type SeriesQuery, tierMs } from "./store.ts";

/** Earliest and latest reading time that any store here can hold: 1970-01-01 to 2200-01-01, epoch ms. */
const times = [0, 7_258_118_400_000] as const;

/**
 * Why no store can ever take this point, as a rejection reason; undefined when one can. Both implementations ask this first, so
 * what is storable does not depend on the database. Pure.
 */
export function faultOf(point: Point): string | undefined {
  if (!Number.isSafeInteger(point.at) || point.at < times[0] || point.at > times[1])
    return `${point.metric}: its time ${point.at} is not a millisecond between 1970 and 2200`;
  if (point.quality === "bad" ? point.value !== null : point.value === null)
    return `${point.metric}: value ${point.value} with quality ${point.quality}; exactly a bad reading has no value`;
  if (point.value !== null && !Number.isFinite(point.value)) return `${point.metric}: ${point.value} is not a number`;
  if (point.value !== null && !Number.isInteger(point.value) && infoOf(point.metric)?.kind === "state")
    return `${point.metric}: ${point.value} is not a state; a state is a whole number`;
  return nameFault(point.site) ?? nameFault(point.device) ?? nameFault(point.metric);
}

/** Names without a fault, asked for with each point. */
const goodNames = new Set<string>();
const mostNames = 100_000;

function nameFault(name: string): string | undefined {
  if (goodNames.has(name)) return undefined;
  if (name === "" || name.length > 200) return `a name of ${name.length} characters; 1 to 200 can be stored`;
  for (let i = 0; i < name.length; i++)
    if (name.charCodeAt(i) < 0x20) return `${JSON.stringify(name)}: a name must not hold control characters`;
  if (name.endsWith("\\")) return `${JSON.stringify(name)}: a name must not end in a backslash`;
  if (goodNames.size >= mostNames) goodNames.clear();
  goodNames.add(name);
  return undefined;
}

/** Reason for a point that is older than the store keeps. */
export function tooOld(point: Point, keepMs: number): string {
  return `${point.metric}: ${new Date(point.at).toISOString()} is older than the ${keepMs / 86_400_000} days the store keeps`;
}

type Range = Pick<SeriesQuery, "from" | "to" | "tier" | "utcOffsetMs"> & { readonly everyMs?: number };

/** Throws RangeError unless the range runs forward, windows are a whole number of ms, and all of it is whole windows of the tier. */
export function checkRange({ from, to, everyMs, utcOffsetMs = 0, tier }: Range): void {
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from > to)
    throw new RangeError(`from ${from} to ${to} is not a range of epoch milliseconds`);
  if (everyMs !== undefined && !(Number.isSafeInteger(everyMs) && everyMs > 0))
    throw new RangeError(`a window of ${everyMs} ms; it must be a whole number above 0`);
  if (!Number.isSafeInteger(utcOffsetMs)) throw new RangeError(`an offset of ${utcOffsetMs} ms is not a whole number`);
  if (tier !== undefined && [from, to, everyMs ?? 0, utcOffsetMs].some((ms) => ms % tierMs[tier] !== 0))
    throw new RangeError(`from ${from} to ${to} by ${everyMs} ms is not made of whole windows of the tier ${tier}`);
}

/** Throws RangeError unless the request is for whole windows of its tier. */
export function checkRollUp({ tier, from, to }: RollUp): void {
  checkRange({ tier, from, to });
}
