import { HttpError, InfluxDB, Point as Line, type WriteApi } from "@influxdata/influxdb-client";
import { refusal } from "@weir/wire/refusal.ts";
import { faultOf } from "./check.ts";
import { placeOf } from "./influx-fields.ts";
import { type InfluxServer, pathOfWrite, whyRefused } from "./influx-server.ts";
import { type Point, StoreUnavailable, type WriteResult } from "./store.ts";

/**
 * Writes points over HTTP. The official client builds the lines and sends them; its own buffer and retries, which lose data quietly,
 * are bypassed: one request per call, nothing kept. When the server refuses a body because of its content, halves are sent until
 * the guilty points are alone.
 */
export async function writePoints(
  server: InfluxServer,
  points: readonly Point[],
  signal: AbortSignal,
): Promise<WriteResult> {
  const rejected: Rejected[] = [];
  const good: number[] = [];
  for (const [index, point] of points.entries()) {
    const reason = faultOf(point);
    if (reason === undefined) good.push(index);
    else rejected.push({ index, reason });
  }
  const refused = await sendLines(
    server,
    { indices: good, lines: (some) => linesOf(some.map((n) => points[n]!)) },
    signal,
  );
  return { rejected: [...rejected, ...refused].sort((a, b) => a.index - b.index) };
}

type Rejected = WriteResult["rejected"][number];
export type Sending = {
  readonly indices: readonly number[];
  readonly lines: (indices: readonly number[]) => readonly Line[];
  /** Of the lines' times; default ms. */
  readonly precision?: "ms" | "ns";
};

/** Sends lines in one request, and in halves when their content is refused. Resolves with the guilty. Rejects with a StoreUnavailable. */
export async function sendLines(
  server: InfluxServer,
  { indices: all, lines, precision = "ms" }: Sending,
  signal: AbortSignal,
): Promise<readonly Rejected[]> {
  const rejected: Rejected[] = [];
  const pending = all.length === 0 ? [] : [all];
  for (let indices = pending.pop(); indices; indices = pending.pop()) {
    const text = lines(indices).map((line) => line.toLineProtocol() ?? "");
    const refusal = await post(server, text, precision, signal);
    if (refusal === undefined) continue;
    if (indices.length === 1) rejected.push({ index: indices[0]!, reason: refusal });
    else {
      const middle = indices.length >>> 1;
      pending.push(indices.slice(middle), indices.slice(0, middle));
    }
  }
  return rejected;
}

/**
 * Points → lines: one per measurement, site, device, kind and time, with all their quantities as fields. Pure.
 * Gauges and counters are floats, states integers; a bad sample has only its `_q` field.
 */
export function linesOf(points: readonly Point[]): readonly Line[] {
  const lines = new Map<string, Line>();
  let last: Point | undefined;
  let lastMeasurement = "";
  let line: Line | undefined;
  for (const point of points) {
    const { measurement, field, quality, whole } = placeOf(point.metric);
    if (!last || measurement !== lastMeasurement || !isBeside(point, last)) {
      const key = `${measurement}\n${point.site}\n${point.device}\n${point.kind}\n${point.at}`;
      line = lines.get(key);
      if (!line) {
        line = new Line(measurement).tag("site", point.site).tag("device", point.device).tag("kind", point.kind);
        lines.set(key, line.timestamp(point.at));
      }
      [last, lastMeasurement] = [point, measurement];
    }
    if (point.value !== null) {
      if (whole) line!.intField(field, point.value);
      else line!.floatField(field, point.value);
    }
    if (point.quality !== "good") line!.intField(quality, point.quality === "uncertain" ? 64 : 0);
  }
  return [...lines.values()];
}

function isBeside(a: Point, b: Point): boolean {
  return a.at === b.at && a.device === b.device && a.site === b.site && a.kind === b.kind;
}

/** Resolves when the server has stored the lines, or with its reason when their content is at fault. Rejects with a StoreUnavailable. */
export async function post(
  server: InfluxServer,
  lines: readonly string[],
  precision: "ms" | "ns",
  signal: AbortSignal,
): Promise<string | undefined> {
  const api = writeApiOf(server, lines.length, precision);
  const stopped = Promise.withResolvers<never>();
  const stop = () => stopped.reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    api.writeRecords([...lines]);
    await Promise.race([api.flush(), stopped.promise]);
    return undefined;
  } catch (error) {
    if (
      error instanceof HttpError &&
      (error.statusCode === 400 || error.statusCode === 413 || error.statusCode === 422)
    )
      return refusal("influx", { words: reasonOf(error) });
    throw new StoreUnavailable(`InfluxDB at ${server.url}: ${whyRefused(server, error)}`, { cause: error });
  } finally {
    signal.removeEventListener("abort", stop);
    api.dispose();
  }
}

/** A fresh sender whose buffer is larger than what it will be given, so that only flush sends, and flush tells. */
function writeApiOf(server: InfluxServer, lines: number, precision: "ms" | "ns"): WriteApi {
  const { api } = server;
  const [org, bucket] = api.version === 2 ? [api.org, api.bucket] : ["", api.database];
  const influx = new InfluxDB({
    url: server.url,
    timeout: server.timeoutMs,
    headers: server.headers.write,
  });
  const writeApi = influx.getWriteApi(org, bucket, precision, {
    maxRetries: 0,
    flushInterval: 0,
    batchSize: lines + 1,
    maxBatchBytes: Number.POSITIVE_INFINITY,
    gzipThreshold: Number.POSITIVE_INFINITY,
    writeFailed: (error) => Promise.reject(error),
  });
  if (api.version === 1) writeApi.path = pathOfWrite(api, precision);
  return writeApi;
}

function reasonOf(error: HttpError): string {
  const { message, error: old } = (error.json ?? {}) as { message?: unknown; error?: unknown };
  const text = typeof message === "string" ? message : typeof old === "string" ? old : error.message;
  return text.replaceAll(/\s+/g, " ").slice(0, 200);
}
