import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { Worker } from "node:worker_threads";
import type { Clock } from "@weir/wire/clock.ts";
import { checkRange, checkRollUp, faultOf, tooOld } from "./check.ts";
import type { Columns, LatestRow, Reply, Request, SeriesRow, ThreadSettings } from "./sqlite-worker.ts";
import {
  type Bucket,
  type Point,
  type Store,
  StoreUnavailable,
  type Tier,
  tierMs,
  tiers,
  type WriteResult,
} from "./store.ts";

export type SqliteStoreOptions = {
  readonly file: string;
  /** Points older than this are refused and forgotten, ms; without it all is kept. */
  readonly keepMs?: number;
  /** The same for the windows of each roll-up. */
  readonly keepTiersMs?: Partial<Record<Tier, number>>;
  /** How long to wait for another program's lock on the file; default 5 s. */
  readonly busyMs?: number;
  readonly clock: Clock;
};

/**
 * The embedded store: one SQLite file (WAL, `synchronous=FULL`). A write has been synced to disk when it resolves. Writing, reading
 * and rolling up have a thread each, so that a long query delays no receipt and none blocks the caller's event loop.
 * Rejects with an Error that names the file when it cannot be opened.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { file, keepMs, keepTiersMs = {}, busyMs = 5000, clock } = options;
  mkdirSync(dirname(file), { recursive: true });
  const writer = openThread({ file, busyMs, role: "write" });
  const catalogue = new Map<string, Map<string, SeriesRow>>();
  let nextId = 1;
  /** Series that the file does not have yet, or with another kind. They go with every write until one succeeds. */
  const unsaved = new Map<number, SeriesRow>();

  const known = await writer.ask<readonly SeriesRow[]>({ op: "list" }).catch(async (error) => {
    await writer.close();
    throw new Error(`${file}: cannot be used as a store: ${error.message}`, { cause: error });
  });
  const reader = openThread({ file, busyMs, role: "read" });
  const roller = openThread({ file, busyMs, role: "roll" });
  for (const row of known) {
    nextId = Math.max(nextId, row.id + 1);
    metricsOf(row.site, row.device).set(row.metric, row);
  }

  function metricsOf(site: string, device: string): Map<string, SeriesRow> {
    const key = `${site}\n${device}`;
    const found = catalogue.get(key);
    if (found) return found;
    const metrics = new Map<string, SeriesRow>();
    catalogue.set(key, metrics);
    return metrics;
  }

  function devicesOf(site: string): readonly string[] {
    return [...catalogue.keys()].flatMap((key) => (key.startsWith(`${site}\n`) ? [key.slice(site.length + 1)] : []));
  }

  function seriesOf(metrics: Map<string, SeriesRow>, point: Point): SeriesRow {
    const found = metrics.get(point.metric);
    if (found && (found.kind === point.kind || point.kind === "")) return found;
    const { site, device, metric, kind } = point;
    const row = { id: found?.id ?? nextId++, site, device, metric, kind };
    metrics.set(metric, row);
    unsaved.set(row.id, row);
    return row;
  }

  async function write(points: readonly Point[], signal: AbortSignal): Promise<WriteResult> {
    if (signal.aborted) throw new StoreUnavailable("stopped", { cause: signal.reason });
    const oldest = keepMs === undefined ? 0 : clock.now() - keepMs;
    const rejected: { index: number; reason: string }[] = [];
    const ids = new Int32Array(points.length);
    const at = new Float64Array(points.length);
    const value = new Float64Array(points.length);
    const uncertain = new Uint8Array(points.length);
    let length = 0;
    let site = "";
    let device = "";
    let metrics = new Map<string, SeriesRow>();
    for (const [index, point] of points.entries()) {
      const reason = faultOf(point) ?? (point.at < oldest ? tooOld(point, keepMs ?? 0) : undefined);
      if (reason !== undefined) {
        rejected.push({ index, reason });
        continue;
      }
      if (point.site !== site || point.device !== device) {
        ({ site, device } = point);
        metrics = metricsOf(site, device);
      }
      ids[length] = seriesOf(metrics, point).id;
      at[length] = point.at;
      value[length] = point.value ?? Number.NaN;
      uncertain[length] = point.quality === "uncertain" ? 1 : 0;
      length++;
    }
    if (length === 0) return { rejected };
    const series = [...unsaved.values()];
    const columns: Columns = {
      series,
      ids: ids.subarray(0, length),
      at: at.subarray(0, length),
      value: value.subarray(0, length),
      uncertain: uncertain.subarray(0, length),
    };
    const buffers = [ids.buffer, at.buffer, value.buffer, uncertain.buffer];
    await orUnavailable(writer.ask({ op: "write", columns }, buffers));
    for (const row of series) if (unsaved.get(row.id) === row) unsaved.delete(row.id);
    return { rejected };
  }

  const stop = new AbortController();
  const kept = [
    { every: undefined, keep: keepMs },
    ...tiers.map((tier) => ({ every: tierMs[tier], keep: keepTiersMs[tier] })),
  ].flatMap(({ every, keep }) => (keep === undefined ? [] : [{ every, keep }]));
  const forgetting = kept.length === 0 ? undefined : forgetHourly(stop.signal);
  async function forgetHourly(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const { every, keep } of kept)
        for (let fromId = 1; fromId < nextId && !signal.aborted; fromId += 100)
          await writer
            .ask({ op: "forget", every, before: clock.now() - keep, fromId, toId: Math.min(fromId + 100, nextId) })
            .catch(() => undefined);
      await clock.sleep(3_600_000, signal);
    }
  }

  return {
    write,
    writeEvents: async () => ({ rejected: [] }),
    async latest(signal) {
      const rows = await orUnavailable(reader.ask<readonly LatestRow[]>({ op: "latest" }), signal);
      return rows.map(({ id: _, ...point }) => point);
    },
    async series(query, signal) {
      checkRange(query);
      const series = catalogue.get(`${query.site}\n${query.device}`)?.get(query.metric);
      if (!series) return [];
      const { from, to, everyMs, utcOffsetMs = 0, tier } = query;
      const every = tier && tierMs[tier];
      const grid = { everyMs, utcOffsetMs };
      return orUnavailable(reader.ask<readonly Bucket[]>({ op: "windows", series, from, to, grid, every }), signal);
    },
    async rollUp(request, signal) {
      checkRollUp(request);
      const { tier, site, devices = devicesOf(site), from, to } = request;
      const ids = devices.flatMap((device) =>
        [...(catalogue.get(`${site}\n${device}`)?.values() ?? [])].map(({ id }) => id),
      );
      if (ids.length > 0) await orUnavailable(roller.ask({ op: "rollUp", every: tierMs[tier], ids, from, to }), signal);
      return { refused: [] };
    },
    async raw(query, signal) {
      checkRange(query);
      const series = catalogue.get(`${query.site}\n${query.device}`)?.get(query.metric);
      if (!series) return [];
      const { from, to, limit } = query;
      return orUnavailable(reader.ask({ op: "raw", series, from, to, limit }), signal);
    },
    async close() {
      stop.abort();
      await forgetting;
      await Promise.all([writer.close(), reader.close(), roller.close()]);
    },
  };
}

async function orUnavailable<Result>(work: Promise<Result>, signal?: AbortSignal): Promise<Result> {
  try {
    if (!signal) return await work;
    signal.throwIfAborted();
    const stopped = Promise.withResolvers<never>();
    const stop = () => stopped.reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    return await Promise.race([work, stopped.promise]).finally(() => signal.removeEventListener("abort", stop));
  } catch (error) {
    throw new StoreUnavailable(`sqlite: ${(error as Error).message}`, { cause: error });
  }
}

type Thread = {
  ask<Result>(request: Request, transfer?: readonly ArrayBuffer[]): Promise<Result>;
  close(): Promise<void>;
};

/** A thread that answers requests in order. Should it die, what it was asked rejects and the next request starts another. */
function openThread(settings: ThreadSettings): Thread {
  type Waiting = { resolve(result: never): void; reject(error: Error): void };
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  let closed = false;
  let worker: Worker | undefined;
  let idle = Promise.withResolvers<void>();

  function start(): Worker {
    const started = new Worker(new URL("./sqlite-worker.ts", import.meta.url), { workerData: settings });
    started.on("message", (reply: Reply) => {
      const asker = waiting.get(reply.id);
      waiting.delete(reply.id);
      if ("error" in reply) asker?.reject(new Error(reply.error));
      else asker?.resolve(reply.result as never);
      if (waiting.size === 0) idle.resolve();
    });
    const die = (error: Error) => {
      if (worker === started) worker = undefined;
      for (const asker of waiting.values()) asker.reject(error);
      waiting.clear();
      idle.resolve();
    };
    started.on("error", die);
    started.on("exit", (code) => die(new Error(`its ${settings.role} thread ended with code ${code}`)));
    return started;
  }

  return {
    ask(request, transfer = []) {
      if (closed) return Promise.reject(new Error("closed"));
      if (waiting.size === 0) idle = Promise.withResolvers<void>();
      return new Promise((resolve, reject) => {
        const id = asked++;
        waiting.set(id, { resolve, reject });
        worker ??= start();
        worker.postMessage({ id, request }, [...transfer]);
      });
    },
    async close() {
      closed = true;
      if (waiting.size > 0) await idle.promise;
      await worker?.terminate();
    },
  };
}
