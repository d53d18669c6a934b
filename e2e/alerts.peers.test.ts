/** Every alert rule as Grafana would evaluate it, against Debian's influxd 1.6.7 (or INFLUX_URL), on series that the cloud's own writer stored. */
import { openTestInflux, type TestDatabase, type TestInflux } from "@weir/cloud/store/test-influx.ts";
import { msOf, openRule } from "@weir/grafana/alerting/evaluate.ts";
import type { FileRule } from "@weir/grafana/alerting/file.ts";
import { alertRules } from "@weir/grafana/alerting/files.ts";
import { type AlertRule, fileRule } from "@weir/grafana/alerting/rule.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Course, coursesOf, pointsOf } from "./alert-courses.ts";
import { askInflux } from "./ask-influx.ts";

const minute = 60_000;
const t0 = Date.parse("2026-11-24T12:00:00Z");
const never = new AbortController().signal;
let influx: TestInflux;
let database: TestDatabase;

const rules = alertRules.filter(({ uid }) => uid !== "weir-dead-man");
const crafted = new Map(rules.map((rule) => [rule.uid, coursesOf(rule, t0)]));
const deviceOf = (rule: AlertRule, course: Course) => `${rule.uid} ${course.name}`;
const windowMs = (rule: AlertRule) => Math.max(...rule.steps.map((step) => step.relativeTimeRange.from)) * 1000;

const bucketOf = (rule: AlertRule) =>
  Math.max(...rule.steps.flatMap(({ model }) => ("query" in model ? [model.intervalMs] : [])));

beforeAll(async () => {
  influx = await openTestInflux();
  database = await influx.create();
  const store = database.open();
  const points = rules.flatMap((rule) =>
    crafted
      .get(rule.uid)!
      .flatMap((course) =>
        pointsOf(
          course,
          deviceOf(rule, course),
          t0 - windowMs(rule) - 20 * minute,
          t0 + msOf(rule.for) + 2 * bucketOf(rule),
        ),
      ),
  );
  for (let n = 0; n < points.length; n += 5000)
    expect(await store.write(points.slice(n, n + 5000), never)).toEqual({ rejected: [] });
  await store.close();
});

afterAll(() => influx?.end());

const ask = (query: string) => askInflux(database.reader, query);

/** What a rule does otherwise than its courses expect. */
async function mistakesOf(rule: AlertRule, file: FileRule = fileRule(rule)): Promise<readonly string[]> {
  const bucket = bucketOf(rule);
  const end = t0 + msOf(rule.for);
  const held = openRule(file, ask);
  const mistakes: string[] = [];
  const states = async (at: number) => {
    const instances = await held.evaluate(at);
    return (course: Course) =>
      instances.find(({ labels }) => labels.device === deviceOf(rule, course))?.state ?? "Normal";
  };
  for (const at of end === t0 ? [t0] : [t0, (t0 + end) / 2, end]) {
    const state = await states(at);
    for (const course of crafted.get(rule.uid)!) {
      const wanted = course.expect === "quiet" ? "Normal" : at === end ? "Alerting" : "Pending";
      if (state(course) !== wanted)
        mistakes.push(`${course.name} at +${(at - t0) / 1000} s: ${state(course)}, not ${wanted}`);
    }
  }
  const returning = crafted.get(rule.uid)!.filter((course) => course.expect === "returns");
  if (returning.length === 0) return mistakes;
  const inside = await states(end + bucket);
  for (const course of returning)
    if (inside(course) !== "Alerting") mistakes.push(`${course.name}: ${inside(course)} within the deadband`);
  const back = await states(end + 2 * bucket);
  for (const course of returning)
    if (back(course) !== "Normal") mistakes.push(`${course.name}: ${back(course)} beyond the deadband`);
  return mistakes;
}

test.each(rules.map((rule) => [rule.uid, rule] as const))(
  "%s fires just beyond its figure, and not just within",
  async (_, rule) => {
    expect(await mistakesOf(rule)).toEqual([]);
  },
);

describe("the dead man's rule", () => {
  const file = fileRule(alertRules.find(({ uid }) => uid === "weir-dead-man")!);
  const uptime = (kind: string, at: number) => ({
    site: "cloud",
    device: "cloud",
    kind,
    metric: "uptime",
    at,
    value: 1,
    quality: "good" as const,
  });

  test("fires ten minutes after the cloud's last fact, and not because gateways are well", async () => {
    const writer = database.open();
    await writer.write([uptime("cloud", t0), uptime("gateway", t0 + 12 * minute)], never);
    await writer.close();
    const held = openRule(file, ask);
    const state = async (at: number) => (await held.evaluate(at)).map((instance) => instance.state);
    expect(await state(t0 - minute)).toEqual(["Alerting"]);
    expect(await state(t0 + minute)).toEqual(["Normal"]);
    expect(await state(t0 + 9 * minute)).toEqual(["Normal"]);
    expect(await state(t0 + 11 * minute)).toEqual(["Alerting"]);
  });
});

/** Mistakes that somebody could make, each in a rule that has it to lose. */
const mutants: readonly (readonly [name: string, uid: string, change: (json: string) => string])[] = [
  [
    "a threshold a thousandth too high",
    "weir-gas-combustible_lel-first-fence",
    (json) => json.replace('"params":[25]', '"params":[25.025]'),
  ],
  [
    "a threshold a thousandth too low",
    "weir-gas-combustible_lel-first-fence",
    (json) => json.replace('"params":[25]', '"params":[24.975]'),
  ],
  [
    "the other side",
    "weir-river-dissolved_oxygen-III",
    (json) => json.replace('"type":"lt","params":[5]', '"type":"gt","params":[5]'),
  ],
  ["no hysteresis", "weir-tank-tank_level-H", (json) => json.replace(/,"unloadEvaluator":\{[^}]*\}/, "")],
  [
    "hysteresis that never ends",
    "weir-tank-tank_level-H",
    (json) => json.replace(/("unloadEvaluator":\{"type":"lt","params":\[)[^\]]*/, "$1-5"),
  ],
  ["another field", "weir-main-pipe_pressure-low", (json) => json.replace('\\"pipe_pressure\\"', '\\"pipe_flow\\"')],
  ["no kind", "weir-tap-ph", (json) => json.replace(/ AND \\"kind\\"[^G]*/, " ")],
  [
    "two fields",
    "weir-gas-h2s_ppm-first",
    (json) => json.replace('last(\\"h2s_ppm\\")', 'last(\\"h2s_ppm\\"), last(\\"co_ppm\\")'),
  ],
  [
    "a mean of anything",
    "weir-air-pm25-II-day",
    (json) => json.replaceAll("$N >= 20", "$N >= 1").replaceAll("$N < 20", "$N < 1"),
  ],
  ["no slope asked for", "weir-soon-tank_level", (json) => json.replace("($S > 0.005)", "1")],
  ["no for", "weir-river-codmn-III", (json) => json.replace('"for":"30m"', '"for":"0s"')],
  ["a short look back", "weir-river-codmn-III", (json) => json.replace('"from":900', '"from":30')],
  [
    "the highest instead of the last",
    "weir-gas-combustible_lel-first-fence",
    (json) => json.replace('"reducer":"last"', '"reducer":"max"'),
  ],
  ["growth of anything", "weir-more-records_gone", (json) => json.replace('"gt","params":[0]', '"gt","params":[-1]')],
];

test.each(mutants)("a rule with %s is noticed", async (_, uid, change) => {
  const rule = rules.find((each) => each.uid === uid)!;
  const json = JSON.stringify(fileRule(rule));
  const mutant = change(json);
  expect(mutant).not.toBe(json);
  expect(await mistakesOf(rule, JSON.parse(mutant))).not.toEqual([]);
});
