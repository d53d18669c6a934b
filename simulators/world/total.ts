import { day, dayOf, fitted, startOfDay } from "./calendar.ts";

/**
 * The integral of a rate (per hour, never negative) since the meters were fitted. A pure function of the instant, so a
 * restarted simulator goes on where the city is; it only grows. The rate is taken as straight between knots of the day;
 * whole days are remembered.
 */
export function totalOf(ratePerHour: (at: number) => number, knotsPerDay = 48): (at: number) => number {
  const step = day / knotsPerDay;
  const first = dayOf(fitted);
  const before: number[] = [0];
  const rate = (at: number) => Math.max(0, ratePerHour(at));

  function within(number: number, until: number): number {
    const start = startOfDay(number);
    let sum = 0;
    let from = rate(start);
    for (let k = 0; k < knotsPerDay && start + k * step < until; k++) {
      const knot = start + k * step;
      const to = rate(knot + step);
      const part = Math.min(1, (until - knot) / step);
      sum += ((from + (to - from) * (part / 2)) * part * step) / 3_600_000;
      from = to;
    }
    return sum;
  }

  return (at) => {
    if (at <= fitted) return 0;
    const today = dayOf(at);
    while (before.length <= today - first) {
      const last = before.length - 1;
      before.push(before[last]! + within(first + last, startOfDay(first + last + 1)));
    }
    return before[today - first]! + within(today, at);
  };
}
