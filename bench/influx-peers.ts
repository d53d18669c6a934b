import { InfluxDB, Point as Line } from "@influxdata/influxdb-client";
import type { Point } from "@weir/cloud/store/store.ts";
import type { TestDatabase, TestInflux } from "@weir/cloud/store/test-influx.ts";
import { systemClock as clock } from "@weir/wire/clock.ts";
import { infoOf } from "@weir/wire/quantities.ts";
import { cpuSecondsOf } from "./program.ts";

/** Wall time, ms; processor time of this process with all its threads and of influxd, s. */
export type Cost = { readonly ms: number; readonly own: number; readonly database: number };

/** `database` is 0 where the server is not on this machine. */
export async function measured(influx: TestInflux | undefined, work: () => Promise<void>): Promise<Cost> {
  const databaseCpu = () => (influx?.pid === undefined ? 0 : cpuSecondsOf(influx.pid));
  const [from, own, database] = [clock.monotonic(), process.cpuUsage(), databaseCpu()];
  await work();
  const { user, system } = process.cpuUsage(own);
  return { ms: clock.monotonic() - from, own: (user + system) / 1e6, database: databaseCpu() - database };
}

/** How many values a database holds. */
export async function storedIn({ reader: { url, database, headers } }: TestDatabase): Promise<number> {
  const query = new URLSearchParams({ db: database, q: "SELECT count(*) FROM /.*/" });
  const answer = await fetch(`${url}/query?${query}`, { headers });
  const { results } = (await answer.json()) as { results: { series?: { values: number[][] }[] }[] };
  const counts = (results[0]?.series ?? []).flatMap(({ values }) => values[0]!.slice(1));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The official client as its documentation begins: nothing set but where to write. Resolves when no more arrives. */
export async function writeBare(bare: TestDatabase, rounds: Iterable<readonly Point[]>): Promise<void> {
  const writeApi = writeApiOf(bare);
  for (const points of rounds) {
    for (const line of linesOf(points)) writeApi.writePoint(line);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await writeApi.close();
  // close resolves before what it sends has arrived.
  for (let before = -1, now = 0; now !== before; ) {
    before = now;
    await clock.sleep(500, new AbortController().signal);
    now = await storedIn(bare);
  }
}

function writeApiOf({ name, options: { url, api } }: TestDatabase) {
  if (api.version === 2) return new InfluxDB({ url, token: api.token }).getWriteApi(api.org, name, "ms");
  const writeApi = new InfluxDB({ url }).getWriteApi("", name, "ms");
  writeApi.path = `/write?db=${name}&precision=ms`;
  return writeApi;
}

/** What the server takes in its fastest batch, points/s, from lines that are made beforehand. */
export async function fastestBatch(influx: TestInflux, rounds: readonly (readonly Point[])[]) {
  const all = rounds.flatMap((points) => linesOf(points).map(String));
  const values = rounds.reduce((sum, points) => sum + points.length, 0);
  let best = { lines: 0, perSecond: 0 };
  for (const lines of [1000, 5000, 15_000, 30_000]) {
    const limit = await influx.create();
    const bodies = Array.from({ length: Math.ceil(all.length / lines) }, (_, n) =>
      all.slice(n * lines, (n + 1) * lines).join("\n"),
    );
    const { ms } = await measured(influx, async () => {
      for (const body of bodies) await limit.send(body);
    });
    const perSecond = (1000 * values) / ms;
    if (perSecond > best.perSecond) best = { lines, perSecond };
  }
  return best;
}

/** A line for all quantities of a domain that a device has at one time; points of it follow each other. */
function linesOf(points: readonly Point[]): readonly Line[] {
  const lines: Line[] = [];
  const open = new Map<string, Line>();
  let before: Pick<Point, "device" | "at"> | undefined;
  for (const point of points) {
    const { site, device, kind, metric, at, value } = point;
    if (before?.device !== device || before.at !== at) open.clear();
    before = point;
    const domain = infoOf(metric)!.domain;
    let line = open.get(domain);
    if (!line) {
      line = new Line(domain).tag("site", site).tag("device", device).tag("kind", kind).timestamp(at);
      open.set(domain, line);
      lines.push(line);
    }
    line.floatField(metric.replace("/", "_"), value);
  }
  return lines;
}
