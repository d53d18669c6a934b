import { releaseOf } from "@weir/alarms/deadband.ts";
import type { Limit } from "@weir/alarms/limits/limit.ts";
import { metricOf } from "@weir/cloud/store/influx-fields.ts";
import type { Point } from "@weir/cloud/store/store.ts";
import { msOf } from "@weir/grafana/alerting/evaluate.ts";
import type { Query } from "@weir/grafana/alerting/file.ts";
import type { AlertRule } from "@weir/grafana/alerting/rule.ts";
import { kindIn, waters } from "@weir/wire/kind.ts";
import { infoOf } from "@weir/wire/quantities.ts";

/** What one device says while a rule watches, and whether the rule is to fire on it. undefined: it says nothing then; null: a reading without a value. */
export type Course = {
  readonly name: string;
  readonly expect: "fires" | "quiet" | "returns";
  readonly kind: string;
  readonly metrics: Readonly<Record<string, (at: number) => number | null | undefined>>;
};

const minute = 60_000;

/** Crafted courses for a rule that is evaluated from t0 until its `for` has passed: just beyond its figure, just within, with gaps, with nulls, silent. */
export function coursesOf(rule: AlertRule, t0: number): readonly Course[] {
  const queries = rule.steps.flatMap(({ model }) => ("query" in model ? [model] : []));
  const metrics = queries.map(metricOfQuery);
  const metric = metrics[0]!;
  const course = (
    name: string,
    expect: Course["expect"],
    of: Course["metrics"] | ((at: number) => number | null | undefined),
    kind = kindOf(queries[0]!),
  ) => ({
    name,
    expect,
    kind,
    metrics: typeof of === "function" ? { [metric]: of } : of,
  });
  if (rule.uid.startsWith("weir-soon-")) return soon(rule, t0).map(([name, expect, of]) => course(name, expect, of));
  if (rule.uid.startsWith("weir-burst-"))
    return [
      course("steep", "fires", (at) => 400 - (20 * (at - t0)) / minute),
      course("usual", "quiet", (at) => 400 - (10 * (at - t0)) / minute),
      course("steep-gaps", "fires", (at) => ((at / minute) % 3 === 0 ? 400 - (20 * (at - t0)) / minute : undefined)),
    ];
  if (rule.uid.startsWith("weir-flat-"))
    return [
      course("stuck", "fires", () => 7),
      course("alive", "quiet", (at) => 7 + 0.001 * Math.sin(at / minute)),
      course("new", "quiet", (at) => (at < t0 - 60 * minute ? undefined : 7)),
      course("stuck-null", "fires", (at) => ((at / minute) % 2 === 0 ? null : 7)),
    ];
  if (rule.uid.startsWith("weir-more-"))
    return [
      course("one-more", "fires", (at) => (at < t0 - 30 * minute ? 5 : 6)),
      course("same", "quiet", () => 6),
      course("back-to-nothing", "quiet", (at) => (at < t0 - 30 * minute ? 6 : 0)),
    ];
  if (rule.uid.startsWith("weir-lamp-") && queries.length === 3) return lamp(rule.uid, course);
  if (rule.uid === "weir-clock_synchronised")
    return [course("lost", "fires", () => 0), course("held", "quiet", () => 1)];
  return atLimits(rule, t0, course);
}

type Maker = (
  name: string,
  expect: Course["expect"],
  of: Course["metrics"] | ((at: number) => number | null | undefined),
  kind?: string,
) => Course;

function atLimits({ limits, steps, for: wait }: AlertRule, t0: number, course: Maker): readonly Course[] {
  const { model, relativeTimeRange } = steps[0]!;
  const bucket = (model as Query).intervalMs;
  const windowMs = relativeTimeRange.from * 1000;
  const isMean = steps.some(({ refId }) => refId === "M");
  const end = t0 + msOf(wait);
  const step = stepOf(windowMs);
  const within = limits[0]!.value;
  const elsewhere = kinds.filter((kind) => kind !== "cloud" && !letsThrough(model as Query, kind));
  return limits.flatMap((limit) => {
    const beyond = beyondOf(limit);
    const release = releaseOf(limit);
    const side = limit.side;
    return [
      course(`beyond-${side}`, "fires", () => beyond),
      course(`at-${side}`, "quiet", () => limit.value),
      course(`gaps-${side}`, "fires", (at) => (Math.floor(at / bucket) % 6 === 0 ? undefined : beyond)),
      course(`nulls-${side}`, "fires", (at) => ((at / step) % 2 === 0 ? null : beyond)),
      course(`silent-${side}`, "quiet", (at) => (at < t0 - windowMs - minute ? beyond : undefined)),
      course(`only-nulls-${side}`, "quiet", () => null),
      ...(isMean ? [course(`too-few-${side}`, "quiet", (at) => (at < t0 - windowMs / 2 ? undefined : beyond))] : []),
      ...(isMean ? [] : [course(`past-${side}`, "quiet", (at) => (at < t0 - 2 * bucket ? beyond : within))]),
      ...(!isMean && release !== undefined
        ? [
            course(`returns-${side}`, "returns", (at) =>
              at <= end ? beyond : at <= end + bucket ? (limit.value + release) / 2 : pastRelease(limit, release),
            ),
          ]
        : []),
      ...elsewhere.map((kind) => course(`elsewhere-${kind}-${side}`, "quiet", () => beyond, kind)),
    ];
  });
}

/** A hair beyond the limit; a state has no hair. */
export function beyondOf({ quantity, side, value }: Limit): number {
  const by = infoOf(quantity)?.kind === "state" ? 1 : Math.max(Math.abs(value) * 1e-4, 1e-6);
  return side === "max" ? value + by : value - by;
}

function pastRelease({ side, value }: Limit, release: number): number {
  const by = Math.max(Math.abs(value), 1) * 1e-4;
  return side === "max" ? release - by : release + by;
}

function soon(
  rule: AlertRule,
  t0: number,
): readonly (readonly [string, Course["expect"], (at: number) => number | null | undefined])[] {
  const limit = rule.limits[0]!;
  const expression = rule.steps
    .map(({ model }) => ("type" in model && model.type === "math" ? model.expression : ""))
    .join("");
  const [, minutes, least] = /\$S \* (\d+) \* \(\$S [<>] -?([\d.]+)\)/.exec(expression)!.map(Number) as [
    number,
    number,
    number,
  ];
  const sign = limit.side === "max" ? 1 : -1;
  const end = t0 + msOf(rule.for);
  const rising = (slope: number, reaches: number, when: number) => (at: number) =>
    limit.value + sign * (reaches - slope * minutes + (slope * (at - when)) / minute);
  const steep = 2 * least;
  return [
    ["on-its-way", "fires", rising(steep, steep / 2, t0)],
    ["too-late-to-reach", "quiet", rising(steep, -steep / 2, end)],
    ["near-but-still", "quiet", () => limit.value - sign * Math.abs(limit.value) * 1e-3],
    ["slow", "quiet", rising(least / 2, 0, t0)],
    ["on-its-way-with-nulls", "fires", (at) => ((at / minute) % 4 === 0 ? null : rising(steep, 2 * steep, t0)(at))],
    ["went-silent", "quiet", (at) => (at < t0 - 12 * minute ? rising(steep, 0, t0 - 20 * minute)(at) : undefined)],
  ];
}

function lamp(uid: string, course: Maker): readonly Course[] {
  const of = (relay: number, dim: number, metric: string, value: number) => ({
    relay_state: () => relay,
    lamp_dim_level: () => dim,
    [metric]: () => value,
  });
  if (uid === "weir-lamp-dark")
    return [
      course("dark", "fires", of(1, 80, "active_power", 9.9)),
      course("lit", "quiet", of(1, 80, "active_power", 10)),
      course("off", "quiet", of(0, 80, "active_power", 1)),
      course("dimmed-away", "quiet", of(1, 10, "active_power", 1)),
      course("no-lamp", "quiet", { active_power: () => 1 }),
    ];
  if (uid === "weir-lamp-burning")
    return [
      course("burning", "fires", of(0, 0, "active_power", 10.1)),
      course("off", "quiet", of(0, 0, "active_power", 10)),
      course("on", "quiet", of(1, 100, "active_power", 120)),
    ];
  return [
    course("old", "fires", of(1, 50, "power_factor", 0.849)),
    course("well", "quiet", of(1, 50, "power_factor", 0.85)),
    course("dimmed", "quiet", of(1, 49, "power_factor", 0.5)),
  ];
}

/** Instruments in every water, and what the cloud calls itself. */
const kinds = [...waters.map((water) => kindIn("sonde", water)), "cloud"];

function kindOf(query: Query): string {
  return kinds.find((kind) => letsThrough(query, kind))!;
}

/** Whether a query asks instruments of this kind. */
function letsThrough({ query }: Query, kind: string): boolean {
  const [, how, pattern, text] = /"kind" (=~|!~|=) (?:\/(.*?)\/(?= GROUP)|'(.*?)')/.exec(query) ?? [];
  if (how === undefined) return kind !== "cloud";
  return how === "=" ? kind === text : new RegExp(pattern!).test(kind) === (how === "=~");
}

function metricOfQuery({ query }: Query): string {
  const [, field, measurement] = /\("([^"]+)"\).* FROM "(\w+)"/.exec(query)!;
  return metricOf(measurement!, field!)!;
}

function stepOf(windowMs: number): number {
  return windowMs > 4 * 3_600_000 ? 30 * minute : minute;
}

/** The points of a course, as the cloud would store them; readings come once a minute, for day-long means twice an hour. */
export function pointsOf(course: Course, device: string, from: number, to: number): readonly Point[] {
  const stepMs = stepOf(to - from - 60 * minute);
  const points: Point[] = [];
  for (let at = from; at <= to; at += stepMs)
    for (const [metric, of] of Object.entries(course.metrics)) {
      const value = of(at);
      if (value !== undefined)
        points.push({
          site: "crafted",
          device,
          kind: course.kind,
          metric,
          at,
          value,
          quality: value === null ? "bad" : "good",
        });
    }
  return points;
}
