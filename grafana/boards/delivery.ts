import type { Quantity } from "@weir/wire/quantities.ts";
import { deviceVariable, siteVariable, tierVariable } from "../board.ts";
import { ageSteps, limitsAt, noLimits, type Thresholds } from "../limit.ts";
import { now } from "../now.ts";
import { alertList, stat, states, trend } from "../panels.ts";
import { chosen, target } from "../query.ts";
import { ageBars } from "../rest.ts";
import type { Board } from "../shape.ts";

const perDevice = "$tag_site/$tag_device";

/** What this board shows of the domain `gateway`, so that the board of gateways need not. */
export const deliveryQuantities: readonly Quantity[] = [
  "records_stored",
  "records_missing",
  "records_rejected",
  "records_gone",
  "records_unaccounted",
  "records_duplicated",
  "oldest_missing_age",
  "messages_unusable",
  "device_online",
  "data_age",
  "completeness",
  "validity",
  "ingest_rate",
  "ingest_rejected",
  "ingest_pending",
  "ingest_messages",
  "ingest_points",
  "store_available",
  "store_write_time",
  "facts_lost",
];

/** Anything but nothing is worth a look. */
const none: Thresholds = {
  mode: "absolute",
  steps: [
    { value: null, color: "green" },
    { value: 1, color: "red" },
  ],
};
const shareOf = (quantity: "completeness" | "validity") => ({ quantity, limits: limitsAt("data", quantity) });

export const delivery: Board = {
  name: "delivery",
  title: { zh: "交付与数据质量", en: "Delivery and data quality" },
  description: {
    zh: "丢了什么没有？哪些设备沉默？到达率和有效率是多少？",
    en: "Is anything lost? Which instruments are silent? How much arrived, and how much of it is valid?",
  },
  tags: ["delivery"],
  variables: [siteVariable, deviceVariable(["gateway"]), tierVariable],
  from: "now-24h",
  refresh: "1m",
  sections: [
    {
      key: "now",
      title: { zh: "丢了什么没有？", en: "Is anything lost?" },
      panels: [
        stat({
          key: "missing",
          title: { zh: "现在缺多少条记录？", en: "How many records are missing now?" },
          about: {
            zh: "各网关账本中尚未到达的记录之和：断网时增加，恢复后补齐归零。",
            en: "Sum over all gateways' ledgers of what has not arrived: it grows while a network is down and returns to nothing.",
          },
          width: 6,
          targets: [
            target(`SELECT last("records_missing") FROM "gateway" WHERE ${chosen} GROUP BY "site", "device"`, {
              alias: perDevice,
            }),
          ],
          transformations: [
            { id: "reduce", options: { reducers: ["lastNotNull"], mode: "seriesToRows" } },
            { id: "reduce", options: { reducers: ["sum"], mode: "reduceFields" } },
          ],
          unit: "none",
          decimals: 0,
          limits: limitsAt("gateway", "records_missing"),
        }),
        stat({
          key: "gone",
          title: { zh: "永远丢失了多少条？", en: "How many are lost for good?" },
          about: {
            zh: "网关放弃的、以及旧发件箱里未能送达的记录之和。",
            en: "What gateways have given up, and what earlier outboxes never delivered.",
          },
          width: 6,
          targets: [
            target(`SELECT last("records_gone") FROM "gateway" WHERE ${chosen} GROUP BY "site", "device"`, {
              alias: perDevice,
            }),
            target(`SELECT last("records_unaccounted") FROM "gateway" WHERE ${chosen} GROUP BY "site", "device"`, {
              refId: "B",
              alias: perDevice,
            }),
          ],
          transformations: [
            { id: "reduce", options: { reducers: ["lastNotNull"], mode: "seriesToRows" } },
            { id: "reduce", options: { reducers: ["sum"], mode: "reduceFields" } },
          ],
          unit: "none",
          decimals: 0,
          thresholds: none,
        }),
        stat({
          key: "oldest age",
          title: { zh: "数据最旧的设备有多久没消息？", en: "How old is the oldest device's data?" },
          about: {
            zh: "所有已登记设备最新有效读数时效的最大值。",
            en: "Largest age of the newest valid reading over all registered devices.",
          },
          width: 6,
          targets: [
            target(`SELECT last("data_age") FROM "gateway" WHERE ${chosen} GROUP BY "site", "device"`, {
              alias: perDevice,
            }),
          ],
          transformations: [
            { id: "reduce", options: { reducers: ["lastNotNull"], mode: "seriesToRows" } },
            { id: "reduce", options: { reducers: ["max"], mode: "reduceFields" } },
          ],
          unit: "s",
          thresholds: ageSteps,
        }),
        stat({
          key: "rate",
          title: { zh: "每秒入库多少点？", en: "How many points are stored each second?" },
          about: {
            zh: "云端每秒入库的数据点。没有限值。",
            en: "Points that the cloud stores each second. No limit applies.",
          },
          width: 6,
          targets: [
            target(`SELECT mean("ingest_rate") FROM "gateway" WHERE ${chosen} GROUP BY time($__interval) fill(none)`),
          ],
          unit: "suffix:/s",
          decimals: 1,
          thresholds: noLimits,
          graph: true,
        }),
        now({
          key: "ledger",
          title: { zh: "哪个网关的账不平？", en: "Which gateway's account does not balance?" },
          about: {
            zh: "交付账本：已入库、缺失、拒收、放弃、旧发件箱未达、重复到达。",
            en: "The delivery ledger: stored, missing, rejected, given up, missing from earlier outboxes, arrived again.",
          },
          width: 16,
          height: 10,
          columns: [
            { quantity: "records_stored" },
            { quantity: "records_missing", limits: limitsAt("gateway", "records_missing") },
            { quantity: "oldest_missing_age", limits: limitsAt("gateway", "oldest_missing_age") },
            { quantity: "records_rejected", thresholds: none },
            { quantity: "records_gone", thresholds: none },
            { quantity: "records_unaccounted", thresholds: none },
            { quantity: "records_duplicated" },
            { quantity: "messages_unusable", thresholds: none },
          ],
        }),
        alertList({
          key: "alerts",
          title: { zh: "数据质量与交付有哪些告警？", en: "Which alerts are there on data and delivery?" },
          about: { zh: "沉默、缺失、拒收与数据质量告警。", en: "Silence, missing and rejected records, data quality." },
          width: 8,
          height: 10,
          filter: '{domain=~"gateway|data"}',
        }),
      ],
    },
    {
      key: "silence",
      title: { zh: "谁沉默了？", en: "Who is silent?" },
      panels: [
        ageBars("age", 12),
        trend({
          key: "device_online",
          title: { zh: "各片区有百分之几的设备在线？", en: "What share of each site's devices is online?" },
          about: {
            zh: "云端每分钟写入每台已登记设备的在线状态：沉默是数值，不是空缺。具体设备见下表和左图；限值是每台设备的，这里是片区的平均。",
            en: "The cloud writes every registered device's state once a minute: silence is a value, not an absence. Which device it is: the bars on the left and the table below; the limit is each device's, and this is a mean over a site.",
          },
          width: 12,
          quantities: ["device_online"],
          targets: [
            target(
              `SELECT mean("device_online") * 100 FROM "gateway" WHERE ${chosen} GROUP BY time($__interval), "site" fill(none)`,
              { policy: `\${tier}`, alias: "$tag_site" },
            ),
          ],
          unit: "percent",
          min: 0,
        }),
      ],
    },
    {
      key: "quality",
      title: { zh: "到了多少，有效多少？", en: "How much arrived, how much is valid?" },
      panels: [
        now({
          key: "shares",
          title: { zh: "哪台设备昨天的数据不合格？", en: "Which device's data of yesterday is not good enough?" },
          about: {
            zh: "由云端每日计算；限值为运行单位默认值。",
            en: "Computed by the cloud once a day; the limits are operator's defaults.",
          },
          width: 8,
          columns: [
            shareOf("completeness"),
            shareOf("validity"),
            { quantity: "device_online", limits: limitsAt("gateway", "device_online") },
          ],
        }),
        trend({
          key: "completeness",
          title: { zh: "近 30 天每天到齐了多少？", en: "How much of each day arrived, last 30 days?" },
          about: { zh: "日数据传输率。", en: "Completeness of each day." },
          width: 8,
          quantities: ["completeness"],
          limits: limitsAt("data", "completeness"),
          policy: "default",
          timeFrom: "30d",
          draw: "steps",
          min: 0,
        }),
        trend({
          key: "validity",
          title: { zh: "近 30 天每天有多少有效？", en: "How much of each day was valid, last 30 days?" },
          about: { zh: "日数据有效率。", en: "Validity of each day." },
          width: 8,
          quantities: ["validity"],
          limits: limitsAt("data", "validity"),
          policy: "default",
          timeFrom: "30d",
          draw: "steps",
          min: 0,
        }),
      ],
    },
    {
      key: "cloud",
      title: { zh: "云端", en: "The cloud" },
      panels: [
        trend({
          key: "missing over time",
          title: { zh: "缺失何时出现、何时补齐？", en: "When were records missing, and when did they come?" },
          about: { zh: "各网关缺失记录数。", en: "Missing records of each gateway." },
          width: 12,
          quantities: ["records_missing"],
          limits: limitsAt("gateway", "records_missing"),
          draw: "steps",
          min: 0,
        }),
        trend({
          key: "ingest",
          title: { zh: "入库速率稳定吗？", en: "Is the rate of storing steady?" },
          about: { zh: "每秒入库数据点。没有限值。", en: "Points stored each second. No limit applies." },
          width: 12,
          quantities: ["ingest_rate"],
          min: 0,
        }),
        trend({
          key: "store_write_time",
          title: { zh: "数据库写得快吗？", en: "Does the store write fast?" },
          about: { zh: "每批入库耗时。没有限值。", en: "Time to store a batch. No limit applies." },
          width: 8,
          quantities: ["store_write_time"],
          min: 0,
        }),
        trend({
          key: "ingest_pending",
          title: { zh: "有多少在等待入库？", en: "How much waits for the store?" },
          about: {
            zh: "待入库字节数；数据库停时封顶，网关随之等待。",
            en: "Bytes waiting; bounded while the store is away, as gateways wait.",
          },
          width: 8,
          quantities: ["ingest_pending"],
          limits: limitsAt("gateway", "ingest_pending"),
          min: 0,
        }),
        states({
          key: "store_available",
          title: { zh: "数据库何时不可用？", en: "When was the store away?" },
          about: { zh: "数据库可用状态。", en: "Whether the store could be written." },
          width: 8,
          quantities: ["store_available"],
          limits: limitsAt("gateway", "store_available"),
        }),
        trend({
          key: "totals",
          title: { zh: "共收了多少、拒了多少、漏记了几分钟？", en: "How much was taken, refused, or left uncounted?" },
          about: {
            zh: "启动以来的累计：消息、数据点、拒收点、重复记录、未入库的统计分钟。没有限值。",
            en: "Since the start: messages, points, points rejected, records arrived again, minutes of facts lost. No limit applies.",
          },
          width: 24,
          quantities: ["ingest_messages", "ingest_points", "ingest_rejected", "records_duplicated", "facts_lost"],
          min: 0,
        }),
      ],
    },
  ],
};
