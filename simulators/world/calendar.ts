export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** The city's clock: China Standard Time, UTC+8 the whole year. */
export const zoneMs = 8 * hour;

/** When every meter of the city was fitted: totals count from here. */
export const fitted = Date.UTC(2026, 0, 1) - zoneMs;

/** Whole days since 1970-01-01 by the city's clock. */
export function dayOf(at: number): number {
  return Math.floor((at + zoneMs) / day);
}

/** The instant at which a day of dayOf begins. */
export function startOfDay(number: number): number {
  return number * day - zoneMs;
}

/** 0 to 24, with its fraction. */
export function hourOfDay(at: number): number {
  return ((((at + zoneMs) % day) + day) % day) / hour;
}

/** 1970-01-01 was a Thursday. */
export function isWeekend(at: number): boolean {
  const weekday = (((dayOf(at) + 4) % 7) + 7) % 7;
  return weekday === 0 || weekday === 6;
}

/** 0 at New Year, 1 at the next, by the mean year. */
export function yearPhase(at: number): number {
  const years = (at + zoneMs) / (365.2425 * day);
  return years - Math.floor(years);
}

/** A bump of height 1 around an hour of the day, width in hours, that knows that 23:30 is near 00:30. */
export function around(hourNow: number, centre: number, width: number): number {
  const apart = Math.abs(hourNow - centre);
  const near = Math.min(apart, 24 - apart) / width;
  return Math.exp(-near * near);
}
