import { infoOf } from "@weir/wire/quantities.ts";
import { refusal } from "@weir/wire/refusal.ts";
import { type Point, type RollUp, type SeriesQuery, tierMs } from "./store.ts";

/** Earliest and latest reading time that any store here can hold: 1970-01-01 to 2200-01-01, epoch ms. */
const times = [0, 7_258_118_400_000] as const;

/**
 * Why no store can ever take this point, as a rejection reason; undefined when one can. Both implementations ask this first, so
 * what is storable does not depend on the database. Pure.
 */
export function faultOf({ site, device, metric, at, value, quality }: Point): string | undefined {
  if (!Number.isSafeInteger(at) || at < times[0] || at > times[1]) return refusal("time", { metric, at });
  if (quality === "bad" ? value !== null : value === null) return refusal("quality", { metric, value, quality });
  if (value !== null && !Number.isFinite(value)) return refusal("number", { metric, value });
  if (value !== null && !Number.isInteger(value) && infoOf(metric)?.kind === "state")
    return refusal("state", { metric, value });
  return nameFault(site) ?? nameFault(device) ?? nameFault(metric);
}

/** Names without a fault, asked for with each point. */
const goodNames = new Set<string>();
const mostNames = 100_000;

function nameFault(name: string): string | undefined {
  if (goodNames.has(name)) return undefined;
  if (name === "" || name.length > 200) return refusal("nameLength", { length: name.length });
  for (let i = 0; i < name.length; i++)
    if (name.charCodeAt(i) < 0x20) return refusal("nameControl", { name: JSON.stringify(name) });
  if (name.endsWith("\\")) return refusal("nameEnd", { name: JSON.stringify(name) });
  if (goodNames.size >= mostNames) goodNames.clear();
  goodNames.add(name);
  return undefined;
}

/** Reason for a point that is older than the store keeps. */
export function tooOld({ metric, at }: Point, keepMs: number): string {
  return refusal("old", { metric, at: new Date(at).toISOString(), days: keepMs / 86_400_000 });
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
