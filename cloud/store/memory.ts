import { checkRange, checkRollUp, faultOf } from "./check.ts";
import { type Bucket, type Event, type Point, type Store, StoreUnavailable, tierMs } from "./store.ts";
import { mergeWindows, windowsOf } from "./windows.ts";

/** A store for tests: keeps points as long as the process lives. `trouble`, while set, is what every write rejects with. */
export type MemoryStore = Store & {
  trouble: Error | undefined;
  readonly points: () => readonly Point[];
  readonly events: () => readonly Event[];
};

export function openMemoryStore(
  kept = new Map<string, Point>(),
  tiers = new Map<string, Map<number, Bucket>>(),
): MemoryStore {
  const keyOf = ({ site, device, metric, at }: Point) => [site, device, metric, at].join("\n");
  const inRange = (query: { site: string; device: string; metric: string; from: number; to: number }) =>
    [...kept.values()]
      .filter(({ site, device, metric }) => site === query.site && device === query.device && metric === query.metric)
      .filter(({ at }) => at >= query.from && at < query.to)
      .sort((a, b) => a.at - b.at);
  const begun = new Map<string, Event>();
  const store: MemoryStore = {
    trouble: undefined,
    events: () => [...begun.values()],
    async writeEvents(events, signal) {
      await Promise.resolve();
      if (signal.aborted) throw new StoreUnavailable("stopped", { cause: signal.reason });
      if (store.trouble) throw store.trouble;
      for (const event of events) begun.set(`${event.fingerprint}\n${event.at}`, event);
      return { rejected: [] };
    },
    points: () => [...kept.values()],
    async write(points, signal) {
      await Promise.resolve();
      if (signal.aborted) throw new StoreUnavailable("stopped", { cause: signal.reason });
      if (store.trouble) throw store.trouble;
      const reasons = points.map(faultOf);
      for (const [index, point] of points.entries()) if (reasons[index] === undefined) kept.set(keyOf(point), point);
      return { rejected: reasons.flatMap((reason, index) => (reason === undefined ? [] : [{ index, reason }])) };
    },
    async latest() {
      const newest = new Map<string, Point>();
      for (const point of kept.values()) {
        const key = [point.site, point.device, point.metric].join("\n");
        if (point.at >= (newest.get(key)?.at ?? 0)) newest.set(key, point);
      }
      return [...newest.values()];
    },
    async series(query) {
      checkRange(query);
      const { site, device, metric, from, to, tier } = query;
      if (tier === undefined) return windowsOf(inRange(query), query);
      const rows = [...(tiers.get([tier, site, device, metric].join("\n"))?.values() ?? [])];
      return mergeWindows(
        rows.filter(({ at }) => at >= from && at < to).sort((a, b) => a.at - b.at),
        query,
      );
    },
    async rollUp(request, signal) {
      checkRollUp(request);
      await Promise.resolve();
      if (signal.aborted) throw new StoreUnavailable("stopped", { cause: signal.reason });
      if (store.trouble) throw store.trouble;
      const { tier, site, devices, from, to } = request;
      const named = [...kept.values()].filter((point) => point.site === site);
      for (const { device, metric } of named.filter((point) => devices?.includes(point.device) ?? true)) {
        const key = [tier, site, device, metric].join("\n");
        const rows = tiers.get(key) ?? new Map<number, Bucket>();
        tiers.set(key, rows);
        const readings = inRange({ site, device, metric, from, to });
        for (const bucket of windowsOf(readings, { everyMs: tierMs[tier] })) rows.set(bucket.at, bucket);
      }
      return { refused: [] };
    },
    async raw(query) {
      checkRange(query);
      return inRange(query)
        .slice(0, query.limit)
        .map(({ metric, at, value, quality }) => ({ metric, at, value, quality }));
    },
    close: () => Promise.resolve(),
  };
  return store;
}
