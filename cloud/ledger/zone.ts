/** A day of a time zone: its date there, and its bounds, epoch ms. */
export type Day = { readonly date: string; readonly start: number; readonly end: number };

/** The day of a moment, epoch ms. */
export type DayOf = (at: number) => Day;

const dayMs = 86_400_000;
const kept = 100;

/** Days as a time zone (IANA name) has them, with 23 or 25 hours where its clocks change. Throws RangeError for a zone that is none. */
export function daysIn(timeZone: string): DayOf {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    hourCycle: "h23",
    ...{ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" },
  });
  const known: Day[] = [];

  /** Local time as if it were UTC. */
  function localOf(at: number): number {
    const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!);
  }

  /** The moment at which the local clock shows this; the offset a day's middle has is tried, then the one found there. */
  function momentOf(local: number): number {
    const guess = local - (localOf(local) - local);
    return local - (localOf(guess) - guess);
  }

  return (at) => {
    const found = known.find(({ start, end }) => at >= start && at < end);
    if (found) return found;
    const midnight = Math.floor(localOf(Math.floor(at / 1000) * 1000) / dayMs) * dayMs;
    const day = {
      date: new Date(midnight).toISOString().slice(0, 10),
      start: momentOf(midnight),
      end: momentOf(midnight + dayMs),
    };
    known.unshift(day);
    known.splice(kept);
    return day;
  };
}
