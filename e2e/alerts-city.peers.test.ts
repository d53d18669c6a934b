/** Alert rules on the simulated city: quiet on a calm day, and each seen firing on the fault or event that it is there for. Against Debian's influxd, or INFLUX_URL. */
import { deviceState } from "@weir/cloud/api/fakes.ts";
import { deriver } from "@weir/cloud/derived/derive.ts";
import { judged } from "@weir/cloud/derived/judge.ts";
import type { Point } from "@weir/cloud/store/store.ts";
import { openTestInflux, type TestDatabase, type TestInflux } from "@weir/cloud/store/test-influx.ts";
import { msOf, openRule } from "@weir/grafana/alerting/evaluate.ts";
import { alertRules } from "@weir/grafana/alerting/files.ts";
import { fileRule } from "@weir/grafana/alerting/rule.ts";
import { seenInCity } from "@weir/grafana/alerting/seen.ts";
import { parseFault } from "@weir/simulators/faults/fault.ts";
import { spoilValue } from "@weir/simulators/faults/value.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CityCase, cityCases } from "./alert-city-cases.ts";
import { askInflux } from "./ask-influx.ts";
import { type CityInstrument, cityInstruments, pointsOf, type Told } from "./city-truth.ts";

const minute = 60_000;
const never = new AbortController().signal;
let influx: TestInflux;
let calmDay: TestDatabase;
let faults: TestDatabase;

/** What the city's instruments show of what some rule asks for. */
const instruments = cityInstruments();

const windowOf = (uid: string) => Math.max(...ruleOf(uid).steps.map((step) => step.relativeTimeRange.from)) * 1000;
const ruleOf = (uid: string) => alertRules.find((rule) => rule.uid === uid) ?? raise(uid);

/** The instrument of a case as it tells under its fault, from before the rule's window until the case is over. */
function courseOf({ device, faults: put, start, minutes, rules }: CityCase): Point[] {
  const { told, kind } = instruments.find(({ id }) => id === device)!;
  const since = Date.parse(start);
  const end = since + minutes * minute;
  const spoilt = told.map(({ metric, truth }): Told => {
    const faulty = put.reduce((before, input) => {
      const read = parseFault(input);
      if ("errors" in read) throw new Error(read.errors.join("; "));
      return spoilValue(before, metric, read.fault, since);
    }, truth);
    return { metric, truth: (at) => (at < since ? truth(at) : faulty(at)) };
  });
  const from = end - Math.max(...rules.map((uid) => windowOf(uid) + msOf(ruleOf(uid).for))) - 10 * minute;
  const named = { site: device, device: nameOf({ device, faults: put, start }), kind, told: spoilt };
  return pointsOf(named, [from, end, end - from > 300 * minute ? 5 * minute : minute]);
}

const nameOf = ({ device, faults: put, start }: Pick<CityCase, "device" | "faults" | "start">) =>
  `${device} ${JSON.stringify(put)} ${start}`;

/** A day without a downpour and without a leak in the world of seed 1; the tank is filled between 09:00 and 10:30. */
const calm = Date.parse("2026-11-27T00:00:00+08:00");

beforeAll(async () => {
  influx = await openTestInflux();
  [calmDay, faults] = [await influx.create(), await influx.create()];
  const fields = JSON.stringify(alertRules.map(({ steps }) => steps));
  const asked = (metric: string) => fields.includes(`\\"${metric.replace("/", "_")}\\"`);
  const day = instruments.flatMap(({ id, kind, told }) =>
    pointsOf({ site: "calm", device: id, kind, told: told.filter(({ metric }) => asked(metric)) }, [
      calm - 120 * minute,
      calm + 24 * 60 * minute,
      5 * minute,
    ]),
  );
  await write(calmDay, day);
  await write(faults, cityCases.flatMap(courseOf));
  const noon = calm + 12 * 60 * minute;
  await judge(calmDay, "calm", instruments.map(stateOf), [noon, noon + 180 * minute]);
  for (const each of cityCases.filter(({ rules }) => rules.some(isJudged))) {
    const { told, kind } = instruments.find(({ id }) => id === each.device)!;
    const since = Date.parse(each.start);
    const state = stateOf({ id: nameOf(each), kind, told });
    await judge(faults, each.device, [state], [since, since + each.minutes * minute]);
  }
});

const isJudged = (uid: string) => ruleOf(uid).limits.some(({ quantity }) => judged.includes(quantity));

const stateOf = ({ id, kind, told }: Pick<CityInstrument, "id" | "kind" | "told">) => ({
  ...{ ...deviceState, device: id, kind, everyMs: 5 * minute },
  metrics: told.map(({ metric }) => metric),
});

/** As the cloud judges the hours of instruments once they are over. */
async function judge(
  database: TestDatabase,
  site: string,
  states: readonly ReturnType<typeof stateOf>[],
  [from, to]: readonly [number, number],
): Promise<void> {
  const store = database.open();
  const derive = deriver({
    ...{
      store,
      marking: store,
      stations: [],
      balances: [],
      latest: { stored: () => undefined },
      clock: { now: () => to },
    },
    directory: { devices: () => states.map((state) => ({ ...state, site })) },
  });
  for (let hour = from; hour < to; hour += 60 * minute) await derive({ site, devices: undefined, hour }, never);
  await store.close();
}

afterAll(() => influx?.end());

async function write(database: TestDatabase, points: readonly Point[]): Promise<void> {
  const store = database.open();
  for (let n = 0; n < points.length; n += 5000)
    expect(await store.write(points.slice(n, n + 5000), never)).toEqual({ rejected: [] });
  await store.close();
}

test("on a calm day no rule fires, all 24 hours", async () => {
  const fired = new Set<string>();
  for (const rule of alertRules.filter(({ uid }) => uid !== "weir-dead-man")) {
    const held = openRule(fileRule(rule), (query) => askInflux(calmDay.reader, query));
    for (let at = calm + 60 * minute; at <= calm + 24 * 60 * minute; at += 90 * minute)
      for (const { labels, state } of await held.evaluate(at))
        if (state !== "Normal") fired.add(`${rule.uid} ${labels.device} ${state}`);
  }
  expect([...fired]).toEqual([]);
});

test.each(cityCases.map((each) => [each.faults.length === 0 ? each.name : nameOf(each), each] as const))(
  "%s is seen",
  async (_, each) => {
    const end = Date.parse(each.start) + each.minutes * minute;
    for (const uid of each.rules) {
      const held = openRule(fileRule(ruleOf(uid)), (query) => askInflux(faults.reader, query));
      const forMs = msOf(ruleOf(uid).for);
      let state = "";
      for (const at of [end - forMs, end])
        state = (await held.evaluate(at)).find(({ labels }) => labels.device === nameOf(each))?.state ?? "no series";
      expect([uid, state]).toEqual([uid, "Alerting"]);
    }
  },
);

test("docs/alerts.md names exactly the rules that are seen here, and what they are seen on", () => {
  const seen: Record<string, string> = {};
  for (const { device, name, rules } of cityCases) for (const uid of rules) seen[uid] ??= `${device}: ${name}`;
  expect(seenInCity).toEqual(seen);
});

function raise(uid: string): never {
  throw new Error(`there is no rule ${uid}`);
}
