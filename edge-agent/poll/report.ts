import type { ProfilePoint } from "@weir/device-profiles/schema.ts";
import { type Quantity, type QuantityInfo, quantities } from "@weir/wire/quantities.ts";
import type { Quality } from "@weir/wire/sample.ts";

/** When a point's reading is worth a sample. Without band: always. */
export type Reporting = {
  readonly band: { readonly absolute: number } | { readonly percent: number } | undefined;
  readonly atLeastEveryMs: number;
};

/** A state is reported when it changes, anything else as its profile says. */
export function reportingOf({ quantity, deadband, at_least_every }: ProfilePoint): Reporting {
  const info: QuantityInfo | undefined = quantities[quantity as Quantity];
  const band = deadband ?? (info?.kind === "state" ? { absolute: 0 } : undefined);
  return { band, atLeastEveryMs: at_least_every };
}

/** While a device answers, at least one of its points is reported this often, ms; `everyMs` is the device's poll period. Pure. */
export function reportsEvery(points: readonly ProfilePoint[], everyMs: number): number {
  return Math.min(...points.map((point) => Math.max(point.every ?? everyMs, point.at_least_every)));
}

/** What was last reported of a point. `due` is monotonic ms on the poll grid, so that a heartbeat does not slip by a cycle. */
export type Reported = { readonly due: number; readonly value: number | null; readonly quality: Quality };

/**
 * Report by exception. The first reading, a change of quality and the heartbeat are always reported. Else a bad point is
 * not; a point with a band only when it moved by more than that; a point without one every time. Pure.
 */
export function isWorthReporting(reporting: Reporting, last: Reported | undefined, now: Reported): boolean {
  if (!last || now.quality !== last.quality) return true;
  if (now.due - last.due >= reporting.atLeastEveryMs - 1) return true;
  if (now.value === null || last.value === null) return now.value !== last.value;
  if (!reporting.band) return true;
  const moved = Math.abs(now.value - last.value);
  if ("absolute" in reporting.band) return moved > reporting.band.absolute;
  return moved > (Math.abs(last.value) * reporting.band.percent) / 100;
}
