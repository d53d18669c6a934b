import { rawOf, severityOf } from "@weir/device-profiles/opcua-values.ts";
import type { Clock } from "@weir/wire/clock.ts";
import type { Place } from "./places.ts";
import type { ServerValue } from "./session.ts";

const everyMs = 60_000;
const mostAtOnce = 100;

/**
 * Whether what a server tells is what it has: a subscription may live and no longer tell. Once a minute some of the values that
 * have not been told for long are asked for. One that differs, and still does and has not been told when asked again, is silent.
 */
export function createAudit({ clock, quietMs }: { readonly clock: Clock; readonly quietMs: number }) {
  const suspects = new Map<Place, number>();
  let nextAt = 0;
  let cursor = 0;

  function isQuiet({ toldAt, samplingMs }: Place): boolean {
    return clock.monotonic() - toldAt > quietMs + 2 * samplingMs;
  }

  function isOther(place: Place, value: ServerValue): boolean {
    if (severityOf(value.status) !== severityOf(place.track.status() ?? "")) return true;
    const [told, now] = [place.track.raw(), rawOf(value, place.element)];
    if (told === undefined || now === undefined) return told !== now;
    return place.deadband === undefined ? !Object.is(told, now) : Math.abs(told - now) > place.deadband * 1.001;
  }

  return {
    reset: (): void => {
      suspects.clear();
      nextAt = clock.monotonic() + everyMs;
    },
    /** What to ask for now; nothing most of the time. */
    due: (watched: readonly Place[]): readonly Place[] => {
      const now = clock.monotonic();
      if (now < nextAt || watched.length === 0) return [];
      nextAt = now + everyMs;
      if (suspects.size > 0) {
        const again = watched.filter((place) => suspects.has(place) && isQuiet(place));
        if (again.length === 0) suspects.clear();
        return again;
      }
      const turned = watched.map((_, i) => watched[(cursor + i) % watched.length]!);
      cursor = (cursor + mostAtOnce) % watched.length;
      return turned.slice(0, mostAtOnce).filter(isQuiet);
    },
    /** The values of what was due, in its order: a place that is silent, if there is one. */
    judge: (due: readonly Place[], values: readonly ServerValue[]): Place | undefined => {
      const others = due.filter((place, i) => isOther(place, values[i]!));
      const silent = others.find((place) => suspects.get(place) === place.toldAt);
      suspects.clear();
      for (const place of others) suspects.set(place, place.toldAt);
      if (others.length > 0)
        nextAt = clock.monotonic() + quietMs + 2 * Math.max(...others.map(({ samplingMs }) => samplingMs));
      return silent;
    },
  };
}
