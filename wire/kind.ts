/**
 * Waters that limits tell apart. A river is where nothing is said; drinking-water is the network and the tap, plant-outlet where water leaves the
 * waterworks, outlet where a sewage works discharges.
 */
export const waters = ["river", "lake", "drinking-water", "plant-outlet", "outlet"] as const;
export type Water = (typeof waters)[number];

/** Kind of an instrument in this water, as births and the tag `kind` tell it: a sonde in a lake is a `lake-sonde`, in a river a `sonde`. Pure. */
export function kindIn(kind: string, water: Water): string {
  return water === "river" || kind.startsWith(`${water}-`) ? kind : `${water}-${kind}`;
}

/** The water that an instrument of this kind is in. Pure. */
export function waterOf(kind: string): Water {
  return waters.find((water) => kind.startsWith(`${water}-`)) ?? "river";
}
