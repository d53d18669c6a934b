import { releaseOf } from "@weir/alarms/deadband.ts";
import type { Limit, LimitObject, Period } from "@weir/alarms/limits/limit.ts";
import { objects } from "@weir/alarms/limits/limit.ts";
import { limitsInForce } from "@weir/alarms/limits.ts";
import type { Water } from "@weir/wire/kind.ts";
import { quantities } from "@weir/wire/quantities.ts";
import { channelsOf } from "../channels.ts";
import { kindsIn } from "../query.ts";
import { choices } from "./choices.ts";
import type { Evaluator, Step } from "./file.ts";
import { type AlertRule, maths, query, reduce, threshold, unitOf } from "./rule.ts";
import { type RunbookId, runbooks } from "./runbooks.ts";

type Watch = {
  /** In a uid. */
  readonly short: string;
  readonly group: string;
  /** Instruments that stand there, by their kind; the store has no other mark of a place's use. */
  readonly kind?: RegExp;
  /** The same as a condition on the tag. */
  readonly where?: string;
  readonly for: string;
  readonly runbook: (limit: Limit) => RunbookId;
};

/** Instruments of any kind but those made for drinking water, in these waters: the tag `kind` begins with where they are (wire/kind.ts). */
const inWaters = (...some: readonly Water[]) => ({ kind: /^(?!drinking-water)/, where: kindsIn(...some) });
const always = (id: RunbookId) => () => id;
const ofLamp = ({ severity }: Limit): RunbookId => (severity === "critical" ? "electric-shock" : "lighting");

/** Objects whose limits become rules, and how each is watched. */
const watched: Readonly<Partial<Record<LimitObject, Watch>>> = {
  river: {
    short: "river",
    group: "water",
    ...inWaters("river"),
    for: "30m",
    runbook: always("river-quality"),
  },
  lake: { short: "lake", group: "water", ...inWaters("lake"), for: "30m", runbook: always("lake-quality") },
  outlet: { short: "outlet", group: "water", ...inWaters("outlet"), for: "0s", runbook: always("outlet") },
  "drinking-water": {
    short: "tap",
    group: "water",
    kind: /^drinking-water/,
    where: kindsIn("drinking-water", "plant-outlet"),
    for: "10m",
    runbook: always("tap-water"),
  },
  "network-end": {
    short: "tap",
    group: "water",
    kind: /^drinking-water/,
    where: kindsIn("drinking-water"),
    for: "10m",
    runbook: always("disinfectant"),
  },
  "plant-outlet": {
    short: "plant",
    group: "water",
    kind: /^drinking-water/,
    where: kindsIn("plant-outlet"),
    for: "10m",
    runbook: always("disinfectant"),
  },
  "ambient-air": { short: "air", group: "air", for: "0s", runbook: always("air-quality") },
  noise: { short: "noise", group: "air", for: "10m", runbook: always("noise") },
  workplace: { short: "gas", group: "hazmat", for: "1m", runbook: gasRunbook },
  tank: { short: "tank", group: "hazmat", for: "1m", runbook: always("tank") },
  road: { short: "road", group: "drainage", for: "2m", runbook: always("flood") },
  sewer: {
    short: "sewer",
    group: "drainage",
    for: "5m",
    runbook: ({ quantity }) => (quantity.startsWith("manhole") ? "manhole" : "sewer"),
  },
  "water-main": {
    short: "main",
    group: "pipes",
    for: "3m",
    runbook: ({ quantity }) => (quantity === "leak_state" ? "leak" : "pressure"),
  },
  supply: { short: "supply", group: "streetlights", for: "15m", runbook: always("voltage") },
  lamp: { short: "lamp", group: "streetlights", for: "5m", runbook: ofLamp },
  gateway: { short: "gateway", group: "delivery", for: "5m", runbook: gatewayRunbook },
  data: { short: "data", group: "delivery", for: "0s", runbook: always("data-quality") },
};

function gasRunbook({ quantity }: Limit): RunbookId {
  if (quantity === "oxygen_volume") return "oxygen";
  if (quantity.startsWith("detector")) return "detector";
  return quantities[quantity].kind === "state" && !quantity.startsWith("gas_alarm") ? "scene" : "gas";
}

function gatewayRunbook({ quantity }: Limit): RunbookId {
  if (quantity === "data_age" || quantity === "device_online") return "silence";
  if (quantity === "gateway_online") return "gateway-away";
  if (quantity === "clock_offset") return "clock";
  if (quantity === "store_available" || quantity === "ingest_pending") return "cloud";
  return quantity === "disk_used" || quantity === "battery_level" ? "gateway-health" : "delivery";
}

/** Lamp rules that hold only while a lamp is told to be on or off: watch-rules.ts. */
const conditional: ReadonlySet<string> = new Set(["power_factor", "active_power"]);
const chosenGrade: Readonly<Partial<Record<LimitObject, string>>> = {
  river: choices.waterClass,
  lake: choices.lakeClass,
  outlet: choices.outletGrade,
  "ambient-air": choices.airArea,
  noise: choices.noiseArea,
};
const judged: ReadonlySet<string> = new Set(["aqi", "water_class"]);

/** Why a limit in force has no rule of its own; undefined when it has one. */
export function whyNoRule(limit: Limit): string | undefined {
  const { object, grade, quantity, period } = limit;
  const watch = watched[object];
  if (!watch) return "nothing watches such a place";
  if (conditional.has(quantity)) return "holds only while a lamp is on or off: a rule of its own kind";
  const wanted = chosenGrade[object];
  if (wanted !== undefined && grade !== wanted && !judged.has(quantity)) return `the city has chosen ${wanted}`;
  if (!(period in means) && period !== "sample" && object !== "noise")
    return "a mean over more than a day is a report, not an alert";
  if (channelsOf(quantity, watch.kind).length === 0) return "no known instrument measures it there";
  return undefined;
}

/** How a mean is asked: window and bucket in seconds, and how many buckets make it valid (GB 3095). */
const means: Readonly<
  Partial<Record<Period, { readonly window: number; readonly bucket: number; readonly atLeast: number }>>
> = {
  hour: { window: 3600, bucket: 300, atLeast: 9 },
  "8h": { window: 28_800, bucket: 3600, atLeast: 6 },
  day: { window: 86_400, bucket: 3600, atLeast: 20 },
};

/** A rule for each limit in force, both sides of one quantity in one rule. Pure. */
export function limitRules(): readonly AlertRule[] {
  const chosen = limitsInForce(choices.asOf).filter((limit) => whyNoRule(limit) === undefined);
  const pairs = Map.groupBy(chosen, ({ object, quantity, grade, period }) =>
    [object, quantity, grade, period].join(" "),
  );
  return [...pairs.values()].flatMap((limits) => {
    const watch = watched[limits[0]!.object]!;
    return channelsOf(limits[0]!.quantity, watch.kind).map((channel) => ruleOf(limits, watch, channel));
  });
}

function ruleOf(limits: readonly Limit[], watch: Watch, channel: string): AlertRule {
  const limit = limits[0]!;
  const { object, quantity, grade, period } = limit;
  const { domain } = quantities[quantity];
  const place = channel === "" ? "" : ` ${channel}`;
  const period2 = period === "sample" ? "" : period;
  return {
    uid: ["weir", watch.short, quantity, grade, period2, channel].filter((part) => part !== "").join("-"),
    group: watch.group,
    domain,
    severity: limit.severity,
    title: {
      zh: `${objects[object].zh} ${nameOf(limits, "zh")}${place}`,
      en: `${objects[object].en}: ${nameOf(limits, "en")}${place}`,
    },
    limits,
    source: "",
    runbook: runbooks[watch.runbook(limit)],
    steps: stepsOf(limits, watch.where, channel),
    shown: "B",
    unit: unitOf(quantity),
    for: limit.severity === "critical" && watch.for === "1m" ? "0s" : watch.for,
    labels: object === "noise" ? { period } : {},
  };
}

/** An operator's limits are named after what is wrong; those of a standard after what they limit. */
function nameOf(limits: readonly Limit[], language: "zh" | "en"): string {
  const [limit] = limits as [Limit];
  if (limits.length > 1)
    return `${quantities[limit.quantity][language]}${language === "zh" ? "越限" : " out of range"}`;
  if (limit.standard === "operator" || /^gb-t50493/.test(limit.id)) return limit[language];
  return `${limit[language]}${language === "zh" ? " 超限" : ", exceeded"}`;
}

function stepsOf(limits: readonly Limit[], where: string | undefined, channel: string): readonly Step[] {
  const { quantity, period } = limits[0]!;
  const [evaluator, unload] = evaluatorsOf(limits);
  const ask = { quantity, channel, ...(where !== undefined && { where }) };
  const mean = means[period];
  if (!mean) {
    const slow = quantity === "completeness" || quantity === "validity" ? { window: 172_800, bucket: 3600 } : {};
    const hourly = judged.has(quantity) || period !== "sample" ? { window: 10_800, bucket: 600 } : {};
    return [
      query("A", { ...ask, ...slow, ...hourly }),
      reduce("B", "A", "last"),
      threshold("C", "B", evaluator, unload),
    ];
  }
  const within = limits[0]!.value;
  return [
    query("A", { ...ask, aggregate: "mean", window: mean.window, bucket: mean.bucket }),
    reduce("B", "A", "mean"),
    reduce("N", "A", "count"),
    // Too few readings make no mean: the limit itself, which is within and above what would end an alert.
    maths("M", `$B * ($N >= ${mean.atLeast}) + ${within} * ($N < ${mean.atLeast})`),
    threshold("C", "M", evaluator, unload),
  ];
}

/** Limits of one quantity → when an alert begins, and when it ends: once the value is back by the deadband. Pure. */
export function evaluatorsOf(limits: readonly Limit[]): readonly [Evaluator, Evaluator | undefined] {
  const release = limits.map((limit) => releaseOf(limit));
  if (limits.length === 1) {
    const [{ side, value }] = limits as [Limit];
    const unload = release[0];
    const [over, back] = side === "max" ? (["gt", "lt"] as const) : (["lt", "gt"] as const);
    return [{ type: over, params: [value] }, unload === undefined ? undefined : { type: back, params: [unload] }];
  }
  const low = limits.findIndex(({ side }) => side === "min");
  const high = limits.findIndex(({ side }) => side === "max");
  if (limits.length !== 2 || low < 0 || high < 0)
    throw new RangeError(`${limits.map(({ id }) => id).join(", ")}: more than one limit on a side cannot be one rule`);
  const unload = [release[low], release[high]].filter((value) => value !== undefined);
  return [
    { type: "outside_range", params: [limits[low]!.value, limits[high]!.value] },
    unload.length === 2 ? { type: "within_range", params: unload } : undefined,
  ];
}
