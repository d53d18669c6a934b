import type { Quality, Sample } from "@weir/wire/sample.ts";
import { eventMeasurement } from "./influx-events.ts";
import { metricOf, placeOf, rolled } from "./influx-fields.ts";
import { type InfluxServer, placeOfQuery, whyRefused } from "./influx-server.ts";
import { type Bucket, type Point, type SeriesQuery, StoreUnavailable } from "./store.ts";
import { mergeWindows } from "./windows.ts";

/** Only InfluxQL that 1.x, 2.x and 3 share: bare measurement names, no sub-queries, times in ms. */
export type Series = {
  readonly name: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly (number | string | null)[])[];
};

export async function readRaw(
  server: InfluxServer,
  query: Omit<SeriesQuery, "everyMs"> & { readonly limit: number },
  signal: AbortSignal,
): Promise<readonly Sample[]> {
  const { measurement, field, quality } = placeOf(query.metric);
  const select = `SELECT ${name(field)}, ${name(quality)} FROM ${name(measurement)}`;
  const [series] = await ask(
    server,
    [`${select} WHERE ${within(query)} ORDER BY time ASC LIMIT ${query.limit}`],
    signal,
  );
  const rows = (series?.[0]?.values ?? []) as readonly (readonly [number, number | null, number | null])[];
  return rows.map(([at, value, q]) => ({ metric: query.metric, at, value, quality: qualityOf(value, q) }));
}

export async function readWindows(
  server: InfluxServer,
  query: SeriesQuery,
  signal: AbortSignal,
): Promise<readonly Bucket[]> {
  const { measurement, field, quality } = placeOf(query.metric);
  const from = `FROM ${name(measurement)} WHERE ${within(query)} GROUP BY time(${query.everyMs}ms, ${-(query.utcOffsetMs ?? 0)}ms) fill(none)`;
  const f = name(field);
  const q = name(quality);
  const [values, qualities] = await ask(
    server,
    [
      `SELECT mean(${f}), min(${f}), max(${f}), last(${f}), count(${f}) ${from}`,
      `SELECT count(${q}), sum(${q}) ${from}`,
    ],
    signal,
  );
  const buckets = new Map<number, Bucket>();
  for (const row of values?.[0]?.values ?? []) {
    const [at, mean, min, max, last, count] = row as readonly number[];
    if (!count) continue;
    buckets.set(at!, { at: at!, mean: mean!, min: min!, max: max!, last: last!, count, uncertain: 0, bad: 0 });
  }
  for (const row of qualities?.[0]?.values ?? []) {
    const [at, count, sum] = row as readonly number[];
    if (!count) continue;
    const uncertain = sum! / 64;
    const empty = { at: at!, mean: null, min: null, max: null, last: null, count: 0 };
    buckets.set(at!, { ...(buckets.get(at!) ?? empty), uncertain, bad: count - uncertain });
  }
  return [...buckets.values()].sort((a, b) => a.at - b.at);
}

/** Windows from a roll-up, put together from its rows: no InfluxQL that all versions share can weigh a mean by its count. */
export async function readTier(
  server: InfluxServer,
  query: SeriesQuery,
  signal: AbortSignal,
): Promise<readonly Bucket[]> {
  const { measurement, field } = placeOf(query.metric);
  const fields = rolled.map((suffix) => name(`${field}__${suffix}`)).join(", ");
  const [series] = await ask(server, [`SELECT ${fields} FROM ${name(measurement)} WHERE ${within(query)}`], signal);
  const rows = (series?.[0]?.values ?? []) as readonly (readonly (number | null)[])[];
  const buckets = rows.flatMap(([at, mean, min, max, last, count, valid, bad]): readonly Bucket[] => {
    if (typeof at !== "number" || typeof count !== "number" || typeof bad !== "number") return [];
    const uncertain = Math.max(0, count - Math.round((valid ?? 0) * (count + bad)));
    return [{ at, mean: mean ?? null, min: min ?? null, max: max ?? null, last: last ?? null, count, uncertain, bad }];
  });
  return mergeWindows(
    buckets.sort((a, b) => a.at - b.at),
    query,
  );
}

/** The newest value and the newest quality of each series; whichever is later says what the newest point is. */
export async function readLatest(server: InfluxServer, signal: AbortSignal): Promise<readonly Point[]> {
  const [measurements = []] = await ask(server, ["SHOW FIELD KEYS"], signal);
  const ofPoints = measurements.filter((series) => series.name !== eventMeasurement);
  // 1.x lists the fields of roll-ups too.
  const places = ofPoints.flatMap((series) =>
    series.values
      .map(([field]) => ({ measurement: series.name, field: String(field) }))
      .filter(({ field }) => field.endsWith("_q") || metricOf(series.name, field) !== undefined),
  );
  if (places.length === 0) return [];
  const results = await ask(
    server,
    places.map(
      ({ measurement, field }) => `SELECT last(${name(field)}) FROM ${name(measurement)} GROUP BY site, device, kind`,
    ),
    signal,
  );
  type Newest = { at: number; value: number | null; qAt: number; q: number | null };
  const newest = new Map<string, Newest & { place: Omit<Point, keyof Sample>; metric: string }>();
  for (const [index, { measurement, field }] of places.entries()) {
    const isQuality = field.endsWith("_q");
    const metric = metricOf(measurement, isQuality ? field.slice(0, -2) : field);
    if (metric === undefined) continue;
    for (const series of results[index] ?? []) {
      const { site = "", device = "", kind = "" } = series.tags ?? {};
      const [at, last] = series.values[0] as readonly [number, number];
      const key = `${site}\n${device}\n${kind}\n${metric}`;
      const found = newest.get(key) ?? {
        place: { site, device, kind },
        metric,
        ...{ at: -1, value: null, qAt: -1, q: null },
      };
      newest.set(key, { ...found, ...(isQuality ? { qAt: at, q: last } : { at, value: last }) });
    }
  }
  return [...newest.values()].map(({ place, metric, at, value, qAt, q }) =>
    qAt > at
      ? { ...place, metric, at: qAt, value: null, quality: "bad" }
      : { ...place, metric, at, value, quality: qualityOf(value, qAt === at ? q : null) },
  );
}

/** One result (its series) per statement. Rejects with a StoreUnavailable. */
export async function ask(
  server: InfluxServer,
  statements: readonly string[],
  signal: AbortSignal,
): Promise<readonly (readonly Series[])[]> {
  const parameters = new URLSearchParams({ ...placeOfQuery(server.api), epoch: "ms", q: statements.join(";") });
  try {
    const response = await fetch(new URL("/query", server.url), {
      method: "POST",
      headers: { ...server.headers.read, "content-type": "application/x-www-form-urlencoded" },
      body: parameters.toString(),
      signal: AbortSignal.any([signal, AbortSignal.timeout(server.timeoutMs)]),
    });
    const answer = (await response.json()) as {
      readonly error?: string;
      readonly message?: string;
      readonly results?: readonly { readonly series?: readonly Series[]; readonly error?: string }[];
    };
    const error = answer.error ?? answer.message ?? answer.results?.find((result) => result.error)?.error;
    if (!response.ok || error !== undefined)
      throw Object.assign(new Error(error ?? "no reason given"), response.ok ? {} : { statusCode: response.status });
    return (answer.results ?? []).map((result) => result.series ?? []);
  } catch (error) {
    throw new StoreUnavailable(`InfluxDB at ${server.url}: ${whyRefused(server, error)}`, { cause: error });
  }
}

function within(query: Omit<SeriesQuery, "everyMs">): string {
  return `"site" = ${text(query.site)} AND "device" = ${text(query.device)} AND time >= ${query.from}ms AND time < ${query.to}ms`;
}

function qualityOf(value: number | null, q: number | null): Quality {
  if (value === null) return "bad";
  return q === null ? "good" : "uncertain";
}

/** An identifier as InfluxQL quotes it. */
export function name(identifier: string): string {
  return `"${identifier.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** A string as InfluxQL quotes it. */
export function text(value: string): string {
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
