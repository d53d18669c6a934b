import * as suncalc from "suncalc";
import { day, dayOf, fitted, hour, hourOfDay, startOfDay } from "./calendar.ts";
import { taizhou } from "./weather.ts";

export type Sun = { readonly rise: number; readonly set: number };

/** The level lamps burn at in the small hours, 23:00 to 05:00. */
export const dimmed = 0.6;

/** Street lighting by the astronomical clock: full from sunset, dimmed from 23:00 to 05:00, full again until sunrise. */
export type Lighting = {
  sun(at: number): Sun;
  /** 0 off, 1 full. */
  level(at: number): number;
  /** Hours that the lamps burned since they were fitted. Exact, and still by day. */
  hoursOn(at: number): number;
  /** Hours at full light that would have used the same energy. Exact, and still by day. */
  fullHours(at: number): number;
};

export function createLighting(): Lighting {
  const suns = new Map<number, Sun>();
  const first = dayOf(fitted);
  const burned: number[] = [0];
  const weighed: number[] = [0];

  function sunOf(number: number): Sun {
    let known = suns.get(number);
    if (known === undefined) {
      const noon = new Date(startOfDay(number) + day / 2);
      const { sunrise, sunset } = suncalc.getTimes(noon, taizhou.latitude, taizhou.longitude);
      known = { rise: sunrise!.getTime(), set: sunset!.getTime() };
      suns.set(number, known);
    }
    return known;
  }

  function hours(number: number, until: number, lowWeight: number): number {
    const start = startOfDay(number);
    const { rise, set } = sunOf(number);
    const lit = (from: number, to: number) => Math.max(0, Math.min(to, until) - from) / hour;
    const [five, eleven] = [start + 5 * hour, start + 23 * hour];
    return (
      lit(start, Math.min(five, rise)) * lowWeight +
      lit(five, Math.max(five, rise)) +
      lit(set, eleven) +
      lit(eleven, start + day) * lowWeight
    );
  }

  function counter(before: number[], lowWeight: number): (at: number) => number {
    return (at) => {
      if (at <= fitted) return 0;
      const today = dayOf(at);
      while (before.length <= today - first) {
        const last = before.length - 1;
        before.push(before[last]! + hours(first + last, startOfDay(first + last + 1), lowWeight));
      }
      return before[today - first]! + hours(today, at, lowWeight);
    };
  }

  return {
    sun: (at) => sunOf(dayOf(at)),
    level(at) {
      const { rise, set } = sunOf(dayOf(at));
      if (at >= rise && at < set) return 0;
      const now = hourOfDay(at);
      return now >= 23 || now < 5 ? dimmed : 1;
    },
    hoursOn: counter(burned, 1),
    fullHours: counter(weighed, dimmed),
  };
}
