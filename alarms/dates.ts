/** Standards begin and end at midnight in China, which knows no summer time. */
const shanghaiMs = 8 * 3_600_000;

/** Local date `YYYY-MM-DD` at an instant, epoch ms. */
export function localDate(at: number): string {
  return new Date(at + shanghaiMs).toISOString().slice(0, 10);
}

/** Local hour of the day, 0 to 23, at an instant. */
export function localHour(at: number): number {
  return new Date(at + shanghaiMs).getUTCHours();
}
