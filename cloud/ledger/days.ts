/**
 * What of a day has arrived, in minutes: `expected` = `onTime` + `late` + `rejected` + `missing`. A reading vouches for the time until the
 * device's next report is due (its birth says when), so that a value that does not change counts in full.
 */
export type Delivered = {
  /** Of the day in the city's time zone, 2026-11-24. */
  readonly date: string;
  /** Its start, epoch ms. */
  readonly at: number;
  /** From when the device was first known; up to a moment ago, today. */
  readonly expected: number;
  /** Stored within five minutes. */
  readonly onTime: number;
  readonly late: number;
  /** Refused by the store, nothing else there. */
  readonly rejected: number;
  readonly missing: number;
  /** (onTime + late) / expected, %: what Chinese bureaus call 数据传输率. */
  readonly completeness: number;
  /** Of the values in force in the minutes that arrived those of quality good, %: 数据有效率. null when nothing arrived. */
  readonly validity: number | null;
};

/** Epoch ms; `to` is not included. */
export type Gap = { readonly kind: "missing" | "late" | "rejected"; readonly from: number; readonly to: number };

export type DeviceDays = {
  readonly site: string;
  readonly gateway: string;
  readonly device: string;
  readonly kind: string;
  /** One for each date of `dates()`; null where the device was not known yet. */
  readonly days: readonly (Delivered | null)[];
};

/** What arrived day by day, by the time of the readings: late data corrects the day it belongs to. Survives a restart. */
export type Days = {
  readonly timeZone: string;
  /** The days that are kept, oldest first, today last. */
  dates(): readonly { readonly date: string; readonly start: number; readonly end: number }[];
  /** Every registered device, or those of a site or gateway; of every kept day, or of one. */
  devices(wanted?: {
    readonly site?: string;
    readonly gateway?: string;
    readonly date?: string;
  }): readonly DeviceDays[];
  /** What of the kept days is not simply there, newest first; at most `limit`. */
  gaps(site: string, device: string, limit: number): readonly Gap[];
};

/** The same of several devices together; null when none was expected. Pure. */
export function together(days: readonly (Delivered | null)[]): Delivered | null {
  const known = days.filter((day) => day !== null);
  const first = known[0];
  if (!first) return null;
  const sum = (of: (day: Delivered) => number) => known.reduce((total, day) => total + of(day), 0);
  const expected = sum((day) => day.expected);
  const arrived = sum((day) => day.onTime + day.late);
  const valid = sum((day) => ((day.validity ?? 0) * (day.onTime + day.late)) / 100);
  return {
    date: first.date,
    at: first.at,
    expected,
    onTime: sum((day) => day.onTime),
    late: sum((day) => day.late),
    rejected: sum((day) => day.rejected),
    missing: sum((day) => day.missing),
    completeness: Math.floor((arrived * 10_000) / expected) / 100,
    validity: arrived === 0 ? null : Math.floor(Math.round((valid / arrived) * 1e8) / 1e4) / 100,
  };
}
