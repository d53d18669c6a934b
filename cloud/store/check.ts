import { infoOf } from "@weir/wire/quantities.ts";
import type { Point } from "./store.ts";

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

function nameFault(name: string): string | undefined {
  if (name === "" || name.length > 200) return `a name of ${name.length} characters; 1 to 200 can be stored`;
  for (let i = 0; i < name.length; i++)
    if (name.charCodeAt(i) < 0x20) return `${JSON.stringify(name)}: a name must not hold control characters`;
  if (name.endsWith("\\")) return `${JSON.stringify(name)}: a name must not end in a backslash`;
  return undefined;
}

/** Reason for a point that is older than the store keeps. */
export function tooOld(point: Point, keepMs: number): string {
  return `${point.metric}: ${new Date(point.at).toISOString()} is older than the ${keepMs / 86_400_000} days the store keeps`;
}

/** Throws RangeError unless the range runs forward and, where there are windows, their length is a whole number of ms. */
export function checkRange(query: { readonly from: number; readonly to: number; readonly everyMs?: number }): void {
  if (!Number.isSafeInteger(query.from) || !Number.isSafeInteger(query.to) || query.from > query.to)
    throw new RangeError(`from ${query.from} to ${query.to} is not a range of epoch milliseconds`);
  if (query.everyMs !== undefined && !(Number.isSafeInteger(query.everyMs) && query.everyMs > 0))
    throw new RangeError(`a window of ${query.everyMs} ms; it must be a whole number above 0`);
}
