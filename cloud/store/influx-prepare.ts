import type { Retention } from "./open.ts";
import { type Tier, tiers } from "./store.ts";

/** What was done about one thing of the database. */
export type Step = { readonly what: string; readonly did: "created" | "changed" | "as it was" };

/** A bucket of 2.x, a retention policy of 1.x (the first one: the database's default). keepMs undefined: for ever. */
export type Place = { readonly name: string; readonly tier: Tier | undefined; readonly keepMs: number | undefined };

/** The places of a store, readings first. */
export function placesOf(bucket: string, { keepMs, keepTiersMs = {} }: Retention): readonly Place[] {
  return [
    { name: bucket, tier: undefined, keepMs },
    ...tiers.map((tier) => ({ name: `${bucket}/${tier}`, tier, keepMs: keepTiersMs[tier] })),
  ];
}

/** `2 h`, `90 d`, `for ever`. */
export function forHowLong(keepMs: number | undefined): string {
  if (keepMs === undefined) return "for ever";
  return keepMs % 86_400_000 === 0 ? `${keepMs / 86_400_000} d` : `${keepMs / 3_600_000} h`;
}

/** Retention in whole seconds as both versions take it: 0 is for ever, and nothing is shorter than an hour. Throws RangeError with what is right. */
export function secondsOf({ name, keepMs }: Place): number {
  if (keepMs !== undefined && keepMs < 3_600_000)
    throw new RangeError(`${name}: kept for ${keepMs / 1000} s; InfluxDB keeps data for at least 1h, write 1h or more`);
  return keepMs === undefined ? 0 : Math.round(keepMs / 1000);
}
