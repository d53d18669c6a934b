/**
 * The whole road at 5,000 points/s in real processes, from simulator over agent and broker to sqlite: ms from a register's change to its value in
 * the store, for another program that reads the file. In two parts: until the poll reads it, which the poll period decides, and after.
 * usage: node bench/latency.ts [devices] [seconds]
 */
import { DatabaseSync } from "node:sqlite";
import { fleetValue } from "@weir/simulators/fleet/fleet.ts";
import { systemClock as clock } from "@weir/wire/clock.ts";
import { fleetPoints, openRoad } from "./road.ts";

const devices = Number(process.argv[2] ?? 167);
const seconds = Number(process.argv[3] ?? 30);
const settleMs = 6000;
const lookEveryMs = 2;
const watched = fleetPoints - 1; // of each device one point: a record holds all of a cycle
const never = new AbortController().signal;

type Arrival = { readonly changedAt: number; readonly readAt: number; readonly readableAt: number };

const road = await openRoad({ devices });
try {
  await clock.sleep(settleMs, never);
  const { arrivals, looks, wrong, missed } = await watch();
  const ms = (of: (arrival: Arrival) => number) => quantiles(arrivals.map(of));
  console.log(
    `${devices} devices × ${fleetPoints} points every second = ${devices * fleetPoints} points/s, ${seconds} s, ${arrivals.length} changes of one point of each`,
  );
  row(
    "register changes → readable in the store",
    ms(({ changedAt, readableAt }) => readableAt - changedAt),
  );
  row(
    "  until the poll reads it (period 1 s)",
    ms(({ changedAt, readAt }) => readAt - changedAt),
  );
  row(
    "  from reading to readable",
    ms(({ readAt, readableAt }) => readableAt - readAt),
  );
  row("resolution: between two looks", quantiles(looks));
  console.log(`values that the instrument did not show then: ${wrong}; changes that were not seen: ${missed}`);
} finally {
  await road.end();
}

/** Looks whenever another connection has committed (PRAGMA data_version), every two milliseconds at most. */
async function watch() {
  const store = new DatabaseSync(road.store, { readOnly: true });
  const version = store.prepare("PRAGMA data_version");
  const newer = store.prepare("SELECT at, value FROM sample WHERE series = ? AND at > ? ORDER BY at");
  const metric = `pipe_pressure/p${watched + 1}`;
  const series = store
    .prepare(
      "SELECT id, device, coalesce((SELECT max(at) FROM sample WHERE series = id), 0) AS last FROM series WHERE metric = ?",
    )
    .all(metric)
    .map((each) => ({
      id: Number(each.id),
      unit: Number(/\d+$/.exec(String(each.device))![0]),
      last: Number(each.last),
    }));
  const arrivals: Arrival[] = [];
  const looks: number[] = [];
  let [wrong, missed, seen] = [0, 0, -1];
  const end = clock.monotonic() + seconds * 1000;
  for (let before = clock.monotonic(); before < end; ) {
    await clock.sleep(lookEveryMs, never);
    const now = clock.monotonic();
    looks.push(now - before);
    before = now;
    const { data_version } = version.get() as { data_version: number };
    if (data_version === seen) continue;
    seen = data_version;
    for (const each of series)
      for (const { at, value } of newer.all(each.id, each.last) as { at: number; value: number }[]) {
        const second = shownIn(each.unit, value, at);
        if (second === undefined) wrong++;
        else arrivals.push({ changedAt: second * 1000, readAt: at, readableAt: clock.now() });
        missed += Math.max(0, Math.round((at - each.last) / 1000) - 1);
        each.last = at;
      }
  }
  store.close();
  return { arrivals, looks, wrong, missed };
}

/** The second in which the unit showed this value: that of the reading, or the one before for a reply on its way at the turn. */
function shownIn(unit: number, value: number, at: number): number | undefined {
  const second = Math.floor(at / 1000);
  return [second, second - 1].find((each) => Math.abs(fleetValue(unit, watched, each) - value) < 1e-6);
}

function quantiles(values: readonly number[]) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), worst: at(1) };
}

function row(name: string, { p50, p99, worst }: ReturnType<typeof quantiles>): void {
  const cell = (value: number) => `${value.toFixed(0)} ms`.padStart(9);
  console.log(`${name.padEnd(44)}p50 ${cell(p50)}   p99 ${cell(p99)}   worst ${cell(worst)}`);
}
