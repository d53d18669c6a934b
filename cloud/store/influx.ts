import { checkRange, checkRollUp } from "./check.ts";
import { writeEvents } from "./influx-events.ts";
import { readLatest, readRaw, readTier, readWindows } from "./influx-read.ts";
import { rollUp } from "./influx-rollup.ts";
import { type InfluxApi, serverOf, tierOf } from "./influx-server.ts";
import { writePoints } from "./influx-write.ts";
import type { Store } from "./store.ts";

export type InfluxStoreOptions = {
  /** `http://127.0.0.1:8086`. */
  readonly url: string;
  readonly api: InfluxApi;
  /** Default 10 s. */
  readonly timeoutMs?: number;
};

/**
 * Points in InfluxDB, one measurement per domain, tags site, device, kind, a field per quantity. A write has been answered with 204 when
 * it resolves. Opens no connection until it is used. Roll-ups are in buckets `<bucket>/5m` and `<bucket>/1h` (1.x: retention policies). Retention is the bucket's: what it refuses as too old is rejected.
 * A point written again with another quality keeps both its value and the `_q` field; one sent again as it was is unchanged.
 */
export function openInfluxStore(options: InfluxStoreOptions): Store {
  const server = serverOf(options);
  return {
    write: (points, signal) => writePoints(server, points, signal),
    writeEvents: (events, signal) => writeEvents(server, events, signal),
    latest: (signal) => readLatest(server, signal),
    async series(query, signal) {
      checkRange(query);
      if (query.tier !== undefined) return readTier(tierOf(server, query.tier), query, signal);
      return readWindows(server, query, signal);
    },
    async rollUp(request, signal) {
      checkRollUp(request);
      return rollUp(server, request, signal);
    },
    async raw(query, signal) {
      checkRange(query);
      return readRaw(server, query, signal);
    },
    close: () => Promise.resolve(),
  };
}
