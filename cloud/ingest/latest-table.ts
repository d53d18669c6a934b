import type { Clock } from "@weir/wire/clock.ts";
import type { Point } from "../store/store.ts";
import type { Latest, LatestPoint } from "./latest.ts";

/** The latest values as ingest writes them. */
export type LatestTable = Latest & {
  /** Takes what the store has confirmed; only what is newer by its own time changes a value. */
  stored(points: Iterable<Point & { readonly gateway: string; readonly online: boolean }>): void;
  /** All values of the device are stale from now on. */
  died(site: string, device: string): void;
  /** The device has been removed. */
  forget(site: string, device: string): void;
  /** Fills an empty table with what the store held before this process began; all of it is stale until something is heard. */
  fill(points: readonly Point[], gatewayOf: (site: string, device: string) => string): void;
};

/** A reading this far ahead of the cloud's clock gives way to any later arrival: its clock was wrong. */
const aheadMs = 600_000;

export function latestTable(clock: Clock): LatestTable {
  const devices = new Map<string, Map<string, LatestPoint>>();
  const listeners = new Set<(changed: readonly LatestPoint[]) => void>();

  function deviceOf(site: string, device: string): Map<string, LatestPoint> {
    const key = `${site}/${device}`;
    const found = devices.get(key);
    if (found) return found;
    const entered = new Map<string, LatestPoint>();
    devices.set(key, entered);
    return entered;
  }

  function tell(changed: readonly LatestPoint[]): void {
    if (changed.length > 0) for (const listener of listeners) listener(changed);
  }

  return {
    all: () => [...devices.values()].flatMap((metrics) => [...metrics.values()]),
    ofDevice: (site, device) => [...(devices.get(`${site}/${device}`)?.values() ?? [])],
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stored(points) {
      const receivedAt = clock.now();
      const fresh: LatestPoint[] = [];
      let metrics = new Map<string, LatestPoint>();
      let [site, device] = ["", ""];
      for (const point of points) {
        if (point.site !== site || point.device !== device) {
          ({ site, device } = point);
          metrics = deviceOf(site, device);
        }
        const { metric, at, value, quality, kind, gateway, online } = point;
        const before = metrics.get(metric);
        if (before && at < before.at && before.at <= receivedAt + aheadMs) continue;
        const latest = { site, device, kind, metric, at, value, quality, gateway, receivedAt, stale: !online };
        metrics.set(metric, latest);
        if (listeners.size > 0) fresh.push(latest);
      }
      if (fresh.length > 0) tell(newestOnly(fresh, devices));
    },
    died(site, device) {
      const metrics = devices.get(`${site}/${device}`);
      const changed: LatestPoint[] = [];
      for (const [metric, point] of metrics ?? []) {
        if (point.stale) continue;
        const stale = { ...point, stale: true };
        metrics?.set(metric, stale);
        changed.push(stale);
      }
      tell(changed);
    },
    forget: (site, device) => void devices.delete(`${site}/${device}`),
    fill(points, gatewayOf) {
      for (const point of points) {
        const gateway = gatewayOf(point.site, point.device);
        deviceOf(point.site, point.device).set(point.metric, { ...point, gateway, receivedAt: point.at, stale: true });
      }
    },
  };
}

/** Of several values of one series in a batch, only the one that stayed. */
function newestOnly(
  fresh: readonly LatestPoint[],
  devices: ReadonlyMap<string, ReadonlyMap<string, LatestPoint>>,
): readonly LatestPoint[] {
  return fresh.filter((point) => devices.get(`${point.site}/${point.device}`)?.get(point.metric) === point);
}
