/** The thread that owns a connection to the sqlite store's file. One writes, one reads, one rolls up; see sqlite.ts. */
import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import type { Sample } from "@weir/wire/sample.ts";
import type { Bucket } from "./store.ts";
import { type Grid, mergeWindows, windowsOf } from "./windows.ts";

/** Series rows that are new or have another kind, then one column per property; value NaN is none. */
export type Columns = {
  readonly series: readonly SeriesRow[];
  readonly ids: Int32Array;
  readonly at: Float64Array;
  readonly value: Float64Array;
  /** 1 = uncertain. */
  readonly uncertain: Uint8Array;
};

export type SeriesRow = {
  readonly id: number;
  readonly site: string;
  readonly device: string;
  readonly metric: string;
  readonly kind: string;
};

export type LatestRow = SeriesRow & Omit<Sample, "metric">;

export type Request =
  | { readonly op: "list" }
  | { readonly op: "write"; readonly columns: Columns }
  | {
      readonly op: "forget";
      /** Of the readings, or of the tier with windows of this length. */
      readonly every: number | undefined;
      readonly before: number;
      readonly fromId: number;
      readonly toId: number;
    }
  | {
      readonly op: "rollUp";
      readonly every: number;
      readonly ids: readonly number[];
      readonly from: number;
      readonly to: number;
    }
  | { readonly op: "latest" }
  | {
      readonly op: "raw";
      readonly series: SeriesRow;
      readonly from: number;
      readonly to: number;
      readonly limit: number;
    }
  | {
      readonly op: "windows";
      readonly series: SeriesRow;
      readonly from: number;
      readonly to: number;
      readonly grid: Grid;
      /** Length of the windows of the tier to read from. */
      readonly every: number | undefined;
    };

export type Reply = { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: string };

export type ThreadSettings = {
  readonly file: string;
  readonly busyMs: number;
  readonly role: "write" | "read" | "roll";
};

const version = 1;

const { file, busyMs, role } = workerData as ThreadSettings;
const db = openFile();
const insertSeries = db.prepare("INSERT INTO series (kind, id, site, device, metric) VALUES (?, ?, ?, ?, ?)");
const updateSeries = db.prepare("UPDATE series SET kind = ? WHERE id = ? AND site = ? AND device = ? AND metric = ?");
const insertSample = db.prepare("INSERT OR REPLACE INTO sample (series, at, value, uncertain) VALUES (?, ?, ?, ?)");
const forgetSamples = db.prepare("DELETE FROM sample WHERE series = ? AND at < ?");
const forgetWindows = db.prepare("DELETE FROM tier WHERE every = ? AND series = ? AND at < ?");
const insertWindow = db.prepare("INSERT OR REPLACE INTO tier VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const selectWindows = db.prepare(
  "SELECT at, mean, min, max, last, count, uncertain, bad FROM tier WHERE every = ? AND series = ? AND at >= ? AND at < ? ORDER BY at",
);
const selectSeries = db.prepare("SELECT id, site, device, metric, kind FROM series ORDER BY id");
const selectNewest = db.prepare("SELECT at, value, uncertain FROM sample WHERE series = ? ORDER BY at DESC LIMIT 1");
const selectRange = db.prepare(
  "SELECT at, value, uncertain FROM sample WHERE series = ? AND at >= ? AND at < ? ORDER BY at LIMIT ?",
);

parentPort?.on("message", ({ id, request }: { id: number; request: Request }) => {
  parentPort?.postMessage(answer(id, request));
});

function answer(id: number, request: Request): Reply {
  try {
    return { id, result: run(request) };
  } catch (error) {
    return { id, error: (error as Error).message };
  }
}

function run(request: Request): unknown {
  switch (request.op) {
    case "list":
      return selectSeries.all();
    case "write":
      return transaction(() => write(request.columns));
    case "forget":
      return transaction(() => {
        for (let id = request.fromId; id < request.toId; id++)
          if (request.every === undefined) forgetSamples.run(id, request.before);
          else forgetWindows.run(request.every, id, request.before);
      });
    case "rollUp":
      return rollUp(request);
    case "latest":
      return latest();
    case "raw":
      return [...readings(request, request.limit)].map((reading) => ({ metric: request.series.metric, ...reading }));
    case "windows":
      return request.every === undefined
        ? windowsOf(readings(request, -1), request.grid)
        : mergeWindows(
            selectWindows.iterate(request.every, request.series.id, request.from, request.to) as Iterable<Bucket>,
            request.grid,
          );
  }
}

function write({ series, ids, at, value, uncertain }: Columns): void {
  for (const { kind, id, site, device, metric } of series) {
    const found = updateSeries.run(kind, id, site, device, metric).changes;
    if (found === 0) insertSeries.run(kind, id, site, device, metric);
  }
  for (let i = 0; i < ids.length; i++) {
    const v = value[i] as number;
    insertSample.run(ids[i] as number, at[i] as number, Number.isNaN(v) ? null : v, uncertain[i] as number);
  }
}

/** What takes long, reading, is done before the file is locked. */
function rollUp({ every, ids, from, to }: Extract<Request, { readonly op: "rollUp" }>): void {
  const rows = ids.map(
    (id) => [id, windowsOf(readings({ series: { id }, from, to }, -1), { everyMs: every })] as const,
  );
  transaction(() => {
    for (const [id, buckets] of rows)
      for (const { at, mean, min, max, last, count, uncertain, bad } of buckets)
        insertWindow.run(every, id, at, mean, min, max, last, count, uncertain, bad);
  });
}

function latest(): readonly LatestRow[] {
  const rows: LatestRow[] = [];
  for (const series of selectSeries.iterate() as Iterable<SeriesRow>) {
    const newest = selectNewest.get(series.id) as Row | undefined;
    if (newest) rows.push({ ...series, ...readingOf(newest) });
  }
  return rows;
}

type Row = { readonly at: number; readonly value: number | null; readonly uncertain: number };

function* readings(
  range: { readonly series: Pick<SeriesRow, "id">; readonly from: number; readonly to: number },
  limit: number,
): Iterable<Omit<Sample, "metric">> {
  const rows = selectRange.iterate(range.series.id, range.from, range.to, limit) as Iterable<Row>;
  for (const row of rows) yield readingOf(row);
}

function readingOf({ at, value, uncertain }: Row): Omit<Sample, "metric"> {
  return { at, value, quality: value === null ? "bad" : uncertain === 1 ? "uncertain" : "good" };
}

function transaction(work: () => void): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    work();
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

function openFile(): DatabaseSync {
  const opened = new DatabaseSync(file);
  opened.exec(`PRAGMA busy_timeout = ${busyMs}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL`);
  opened.exec(`PRAGMA cache_size = ${role === "write" ? -65_536 : -16_384}; PRAGMA wal_autocheckpoint = 4000`);
  const found = (opened.prepare("PRAGMA user_version").get() as { user_version: number }).user_version;
  if (found > version)
    throw new Error(
      `${file} was written by a newer version (format ${found}, this is ${version}); update this program`,
    );
  opened.exec(`
    CREATE TABLE IF NOT EXISTS series (
      id INTEGER PRIMARY KEY, site TEXT NOT NULL, device TEXT NOT NULL, metric TEXT NOT NULL, kind TEXT NOT NULL,
      UNIQUE (site, device, metric));
    CREATE TABLE IF NOT EXISTS sample (
      series INTEGER NOT NULL, at INTEGER NOT NULL, value REAL, uncertain INTEGER NOT NULL,
      PRIMARY KEY (series, at)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS tier (
      every INTEGER NOT NULL, series INTEGER NOT NULL, at INTEGER NOT NULL, mean REAL, min REAL, max REAL, last REAL,
      count INTEGER NOT NULL, uncertain INTEGER NOT NULL, bad INTEGER NOT NULL,
      PRIMARY KEY (every, series, at)) WITHOUT ROWID;
    PRAGMA user_version = ${version}`);
  return opened;
}
