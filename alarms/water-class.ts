import type { Limit } from "./limits/limit.ts";
import { waterClasses } from "./limits/surface-water.ts";
import { exceeds, limitsInForce } from "./limits.ts";

/** Items of GB 3838 table 1 in the order of the state `water_class_item`: the first is 1. */
export const waterItems = [
  "ph",
  "dissolved_oxygen",
  "codmn",
  "cod",
  "bod5",
  "ammonia_nitrogen",
  "total_phosphorus",
  "total_nitrogen",
  "copper",
  "zinc",
  "fluoride",
  "selenium",
  "arsenic",
  "mercury",
  "cadmium",
  "chromium_vi",
  "lead",
  "cyanide",
  "volatile_phenol",
  "oil_in_water",
  "anionic_surfactant",
  "sulfide",
  "faecal_coliform",
] as const;

export type WaterItem = (typeof waterItems)[number];

/** 1 to 5 are I to V; 6 is worse than V (劣Ⅴ). */
export type WaterClass = 1 | 2 | 3 | 4 | 5 | 6;

/** Readings of one station in the units of the vocabulary; oxygen saturation decides class I of oxygen too. What is absent is not judged. */
export type WaterReadings = Readonly<Partial<Record<WaterItem | "oxygen_saturation", number>>>;

export type WaterVerdict = {
  readonly class: WaterClass;
  /** The items that are as bad as that, in the order of the standard; none in class I. */
  readonly deciding: readonly WaterItem[];
  /** Items beyond the target class, worst first. times: C ÷ limit − 1; undefined for pH and oxygen, which have no multiple. */
  readonly over: readonly { readonly item: WaterItem; readonly limit: Limit; readonly times?: number }[];
  /** What was judged: a class from two items is not one from nine. */
  readonly items: Readonly<Partial<Record<WaterItem, WaterClass>>>;
};

/**
 * Class of a body of water by its worst item, GB 3838-2002 table 1, by the edition in force at the instant. Limits are within.
 * Total nitrogen and coliform do not decide: the ministry's rules of routine judgement (环办〔2011〕22号) look at them apart. undefined when no
 * reading can be judged. Pure.
 */
export function waterClass(
  readings: WaterReadings,
  { object, at, target = 3 }: { readonly object: "river" | "lake"; readonly at: number; readonly target?: WaterClass },
): WaterVerdict | undefined {
  const table = Map.groupBy(limitsInForce(at, { object }), ({ quantity }) => quantity as string);
  const items: Partial<Record<WaterItem, WaterClass>> = {};
  const over: WaterVerdict["over"][number][] = [];
  for (const item of waterItems) {
    const value = readings[item];
    const limits = table.get(item) ?? [];
    if (value === undefined || !Number.isFinite(value) || limits.length === 0) continue;
    if (apart.has(item)) continue;
    const saturated = item === "dissolved_oxygen" && (readings.oxygen_saturation ?? 0) >= 90;
    const own = saturated ? 1 : classOf(limits, value);
    items[item] = own;
    const limit = limits.find((each) => each.grade === waterClasses[target - 1] && exceeds(each, value));
    if (!limit || own <= target) continue;
    over.push(multiple(limit) ? { item, limit, times: value / limit.value - 1 } : { item, limit });
  }
  const judged = Object.entries(items) as [WaterItem, WaterClass][];
  if (judged.length === 0) return undefined;
  const worst = Math.max(...judged.map(([, own]) => own)) as WaterClass;
  return {
    class: worst,
    deciding: worst === 1 ? [] : judged.filter(([, own]) => own === worst).map(([item]) => item),
    over: over.sort((a, b) => (b.times ?? 0) - (a.times ?? 0)),
    items,
  };
}

const apart: ReadonlySet<WaterItem> = new Set(["total_nitrogen", "faecal_coliform"]);

/** Best class all of whose limits the value keeps to. */
function classOf(limits: readonly Limit[], value: number): WaterClass {
  const n = waterClasses.findIndex((grade) => limits.every((limit) => limit.grade !== grade || !exceeds(limit, value)));
  return (n < 0 ? 6 : n + 1) as WaterClass;
}

function multiple({ quantity, side }: Limit): boolean {
  return side === "max" && quantity !== "ph";
}
