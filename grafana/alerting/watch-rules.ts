import type { Limit } from "@weir/alarms/limits/limit.ts";
import { limitInForce } from "@weir/alarms/limits.ts";
import { type Quantity, quantities } from "@weir/wire/quantities.ts";
import { channelsOf } from "../channels.ts";
import { choices } from "./choices.ts";
import { evaluatorsOf } from "./limit-rules.ts";
import { type AlertRule, type Ask, maths, query, reduce, type Text, threshold, unitOf } from "./rule.ts";
import { type RunbookId, runbooks } from "./runbooks.ts";

/** Rules that no single limit makes: trends, standing still, what increases, what holds only under a condition, and the dead man's. */
export function watchRules(): readonly AlertRule[] {
  return [
    ...trends.flatMap(soon),
    burst(),
    ...flat.flatMap(flatLine),
    ...counters.map(increase),
    ...lamps(),
    unsynchronised(),
    deadMan(),
  ];
}

type Trend = {
  readonly quantity: Quantity;
  /** Of the limit that it runs towards. */
  readonly object: Limit["object"];
  readonly grade: string;
  readonly group: string;
  readonly minutes: number;
  /** Slopes that are smaller, in units a minute, are no trend. */
  readonly slope: number;
  readonly title: Text;
  readonly runbook: RunbookId;
  /** Instruments that it is about, where not all are. */
  readonly kind?: RegExp;
  readonly where?: string;
};

// biome-ignore format: a table
const trends: readonly Trend[] = [
  { quantity: "combustible_lel", object: "workplace", grade: "first", group: "hazmat", minutes: 10, slope: 0.5, title: { zh: "可燃气体快速上升", en: "Combustible gas rising fast" }, runbook: "gas-rising" },
  { quantity: "tank_level", object: "tank", grade: "HH", group: "hazmat", minutes: 10, slope: 0.005, title: { zh: "储罐十分钟内将达高高液位", en: "Tank at HH within ten minutes" }, runbook: "tank-soon" },
  { quantity: "tank_pressure", object: "tank", grade: "HH", group: "hazmat", minutes: 30, slope: 2, title: { zh: "储罐半小时内将达高高压力", en: "Tank pressure at HH within half an hour" }, runbook: "tank-soon" },
  { quantity: "road_water_depth", object: "road", grade: "heavy", group: "drainage", minutes: 30, slope: 0.1, title: { zh: "半小时内积水将达封路深度", en: "Road to be closed within half an hour" }, runbook: "flood-soon" },
  { quantity: "sewer_level", object: "sewer", grade: "overflow", group: "drainage", minutes: 30, slope: 0.005, title: { zh: "检查井半小时内将满溢", en: "Sewer overflows within half an hour" }, runbook: "sewer", kind: /^(?!pumping-station)/, where: `"kind" !~ /^pumping-station/` }, // a wet well is pumped up and down all day
  { quantity: "sewer_headroom", object: "sewer", grade: "overflow", group: "drainage", minutes: 30, slope: 0.005, title: { zh: "检查井半小时内将冒溢", en: "Manhole overflows within half an hour" }, runbook: "sewer" },
  { quantity: "pipe_pressure", object: "water-main", grade: "low", group: "pipes", minutes: 15, slope: 1, title: { zh: "一刻钟内管网压力将低于服务压力", en: "Pressure below service within a quarter of an hour" }, runbook: "pressure-falling" },
];

/** Where the value stands after some minutes if it goes on as it did over the last ones, against the limit. */
function soon({
  quantity,
  object,
  grade,
  group,
  minutes,
  slope,
  title,
  runbook,
  kind,
  where,
}: Trend): readonly AlertRule[] {
  const limit = limitInForce(choices.asOf, { object, quantity, grade, period: "sample" });
  const [evaluator, unload] = evaluatorsOf([limit]);
  const moving = limit.side === "max" ? `$S > ${slope}` : `$S < -${slope}`;
  const ask = { quantity, window: 600, ...(where !== undefined && { where }) };
  return channelsOf(quantity, kind).map((channel) => ({
    uid: ["weir-soon", quantity, channel].filter((part) => part !== "").join("-"),
    group,
    domain: quantities[quantity].domain,
    severity: "warning",
    title: channel === "" ? title : { zh: `${title.zh} ${channel}`, en: `${title.en} ${channel}` },
    limits: [limit],
    source: `${minutes} minutes at the slope of the last ten, above ${slope} a minute`,
    runbook: runbooks[runbook],
    steps: [
      query("A", { ...ask, channel }),
      query("D", { ...ask, channel, derivative: "derivative" }),
      reduce("B", "A", "last"),
      reduce("S", "D", "mean"),
      maths("P", `$B + $S * ${minutes} * (${moving})`),
      threshold("C", "P", evaluator, unload),
    ],
    shown: "P",
    unit: unitOf(quantity),
    for: "2m",
  }));
}

/** Pressure that falls faster than use ever makes it: a main has burst. */
function burst(): AlertRule {
  return {
    uid: "weir-burst-pipe_pressure",
    group: "pipes",
    domain: "pipe",
    severity: "critical",
    title: { zh: "管网压力骤降，疑似爆管", en: "Pressure falls steeply: a burst?" },
    limits: [],
    source: "operator's default: 15 kPa a minute over five minutes; use takes an hour for that",
    runbook: runbooks["pressure-falling"],
    steps: [
      query("D", { quantity: "pipe_pressure", window: 300, derivative: "derivative" }),
      reduce("S", "D", "mean"),
      threshold("C", "S", { type: "lt", params: [-15] }),
    ],
    shown: "S",
    unit: "kPa/min",
    for: "0s",
  };
}

/** Quantities that waver by nature, each with the kind of instrument asked. */
const flat: readonly Quantity[] = ["ph", "dissolved_oxygen", "turbidity", "pm25", "pipe_pressure", "tank_level"];

/** Highest and lowest of three hours are the same figure. */
function flatLine(quantity: Quantity): readonly AlertRule[] {
  const { zh, en, domain } = quantities[quantity];
  return channelsOf(quantity).map((channel) => {
    const ask: Ask = { quantity, channel, window: 10_800, bucket: 600 };
    return {
      uid: ["weir-flat", quantity, channel].filter((part) => part !== "").join("-"),
      group: "delivery",
      domain,
      severity: "warning",
      title: { zh: `${zh}数值僵死${channel && ` ${channel}`}`, en: `${en} stands still${channel && ` ${channel}`}` },
      limits: [],
      source: "operator's default: three hours without the slightest movement",
      runbook: runbooks["flat-line"],
      steps: [
        query("A", { ...ask, aggregate: "max" }),
        query("D", { ...ask, aggregate: "min" }),
        reduce("B", "A", "max"),
        reduce("L", "D", "min"),
        reduce("N", "A", "count"),
        maths("P", "$B - $L + ($N < 17)"),
        threshold("C", "P", { type: "lt", params: [1e-9] }),
      ],
      shown: "B",
      unit: unitOf(quantity),
      for: "0s",
    };
  });
}

type Counter = {
  readonly quantity: Quantity;
  readonly severity: "warning" | "critical";
  readonly runbook: RunbookId;
  readonly title: Text;
};

// biome-ignore format: a table
const counters: readonly Counter[] = [
  { quantity: "records_rejected", severity: "warning", runbook: "delivery", title: { zh: "记录被数据库拒收", en: "Records refused by the store" } },
  { quantity: "records_gone", severity: "critical", runbook: "delivery", title: { zh: "网关放弃记录，数据永久丢失", en: "A gateway has given up records: data is lost" } },
  { quantity: "records_unaccounted", severity: "critical", runbook: "delivery", title: { zh: "旧发件箱记录未达", en: "Records of an earlier outbox never came" } },
  { quantity: "samples_dropped", severity: "critical", runbook: "delivery", title: { zh: "网关丢弃样本", en: "A gateway drops samples" } },
  { quantity: "records_quarantined", severity: "warning", runbook: "delivery", title: { zh: "网关隔离记录", en: "A gateway has put records in quarantine" } },
  { quantity: "messages_unusable", severity: "warning", runbook: "delivery", title: { zh: "收到无法使用的消息", en: "Messages that could not be used" } },
  { quantity: "facts_lost", severity: "warning", runbook: "cloud", title: { zh: "云端统计未入库", en: "Facts of the cloud were lost" } },
];

/** It has grown within the last hour. */
function increase({ quantity, severity, runbook, title }: Counter): AlertRule {
  return {
    uid: `weir-more-${quantity}`,
    group: "delivery",
    domain: "gateway",
    severity,
    title,
    limits: [],
    source: "operator's default: any increase within an hour",
    runbook: runbooks[runbook],
    steps: [
      query("A", { quantity, window: 3600, derivative: "non_negative_derivative" }),
      reduce("B", "A", "max"),
      threshold("C", "B", { type: "gt", params: [0] }),
    ],
    shown: "B",
    unit: "/min",
    for: "0s",
  };
}

/** What holds for a lamp only while it is told to be on, or off. A device without a dim level is not asked: a meter is no lamp. */
function lamps(): readonly AlertRule[] {
  const limit = (quantity: Quantity, grade: string) => limitInForce(choices.asOf, { object: "lamp", quantity, grade });
  const rule = (name: string, of: Limit, condition: string): AlertRule => {
    const [evaluator, unload] = evaluatorsOf([of]);
    return {
      uid: `weir-lamp-${name}`,
      group: "streetlights",
      domain: "light",
      severity: of.severity,
      title: { zh: of.zh, en: of.en },
      limits: [of],
      source: "",
      runbook: runbooks.lighting,
      steps: [
        query("A", { quantity: of.quantity }),
        query("R", { quantity: "relay_state" }),
        query("D", { quantity: "lamp_dim_level" }),
        reduce("B", "A", "last"),
        reduce("K", "R", "last"),
        reduce("L", "D", "last"),
        // Where the condition does not hold the figure is the limit itself, which is within.
        maths("P", `$B * (${condition}) + ${of.value} * !(${condition})`),
        threshold("C", "P", evaluator, unload),
      ],
      shown: "B",
      unit: unitOf(of.quantity),
      for: "5m",
    };
  };
  return [
    rule("dark", limit("active_power", "dark"), "$K > 0 && $L > 10"),
    rule("burning", limit("active_power", "burning"), "$K < 1 || $L < 1"),
    rule("power_factor", limit("power_factor", "low"), "$K > 0 && $L >= 50"),
  ];
}

function unsynchronised(): AlertRule {
  return {
    uid: "weir-clock_synchronised",
    group: "delivery",
    domain: "gateway",
    severity: "warning",
    title: { zh: "网关时钟未同步", en: "A gateway's clock is not synchronised" },
    limits: [],
    source: "operator's default: a quarter of an hour without a time server",
    runbook: runbooks.clock,
    steps: [
      query("A", { quantity: "clock_synchronised" }),
      reduce("B", "A", "last"),
      threshold("C", "B", { type: "lt", params: [1] }),
    ],
    shown: "B",
    unit: "",
    for: "15m",
  };
}

/** The cloud writes facts of itself every minute. When none came for ten, nobody can tell that anything else is well. */
function deadMan(): AlertRule {
  return {
    uid: "weir-dead-man",
    group: "delivery",
    domain: "gateway",
    severity: "critical",
    title: { zh: "平台自身统计中断", en: "The platform's own facts have stopped" },
    limits: [],
    source: "operator's default: ten minutes without the cloud's own facts, which come every minute",
    runbook: runbooks.cloud,
    steps: [
      query("A", { quantity: "uptime", where: `"kind" = 'cloud'`, window: 600 }),
      reduce("B", "A", "count"),
      threshold("C", "B", { type: "lt", params: [1] }),
    ],
    shown: "",
    unit: "",
    for: "0s",
    noData: "Alerting",
  };
}
