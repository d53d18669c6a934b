import { deviceVariable, siteVariable, tierVariable } from "../board.ts";
import { ageSteps, noLimits } from "../limit.ts";
import { headOf, none, stat, trend } from "../panels.ts";
import { both, chosen, target } from "../query.ts";
import type { Board, Panel, Variable } from "../shape.ts";

const field = `\${field:raw}`;
const domain = `\${domain:raw}`;
const each = `FROM "${domain}" WHERE ${chosen} GROUP BY time($__interval), "site", "device" fill(none)`;

const domainVariable: Variable = {
  type: "custom",
  name: "domain",
  label: { zh: "领域", en: "Domain" },
  query: "water,air,pipe,light,hazmat,gateway,other",
  multi: false,
  includeAll: false,
  current: { text: { zh: "水", en: "water" }, value: "water", selected: true },
  options: [
    ["water", "水", "water"],
    ["air", "大气", "air"],
    ["pipe", "管网", "pipes"],
    ["light", "路灯", "streetlights"],
    ["hazmat", "危化品", "hazardous materials"],
    ["gateway", "网关与设备", "gateways and equipment"],
    ["other", "词汇表之外", "outside the vocabulary"],
  ].map(([value, zh, en], n) => ({ text: { zh: zh!, en: en! }, value: value!, selected: n === 0 })),
};

/** Fields of readings: those of qualities and of roll-ups belong to one of these. */
const fieldVariable: Variable = {
  type: "query",
  name: "field",
  label: { zh: "量", en: "Quantity" },
  datasource: { type: "influxdb", uid: "weir" },
  query: { refId: "field", query: `SHOW FIELD KEYS FROM "${domain}"` },
  regex: "/^(?!.*(_q$|__)).*$/",
  refresh: 1,
  sort: 1,
  multi: false,
  includeAll: false,
  current: { text: "ph", value: "ph" },
};

/** Hour of the day against what is usual then: tenth to ninetieth percentile of a month of hourly means, and the last 24 hours. */
const usualBand: Panel = {
  ...headOf({
    key: "usual",
    title: {
      zh: "过去 24 小时与平日同一时刻相比如何？",
      en: "How do the last 24 hours compare with the usual at that hour?",
    },
    about: {
      zh: "横轴为北京时间的小时。灰带为近 30 天该小时均值的第 10 到第 90 百分位，细线为中位数，粗线为最近 24 小时。来自 1 小时汇总。没有限值：带外即不寻常。",
      en: "Across: hour of the day, Beijing time. The band is the 10th to 90th percentile of that hour's means over 30 days, the thin line their median, the thick line the last 24 hours. From the 1 h tier. No limit applies: outside the band is unusual.",
    },
    width: 12,
    height: 9,
    empty: {
      zh: "若为空：1 小时汇总尚无此量的数据。",
      en: "When empty: the 1 h tier has nothing of this quantity yet.",
    },
  }),
  type: "trend",
  timeFrom: "30d",
  targets: [
    target(`SELECT mean("${field}") AS "value" FROM "${domain}" WHERE ${chosen} GROUP BY time(1h) fill(none)`, {
      policy: "1h",
      format: "table",
    }),
  ],
  transformations: [
    {
      id: "formatTime",
      options: { timeField: "Time", outputFormat: "HH", timezone: "Asia/Shanghai", useTimezone: true },
    },
    {
      id: "groupBy",
      options: {
        fields: {
          Time: { operation: "groupby", aggregations: [] },
          value: { operation: "aggregate", aggregations: ["p10", "median", "p90", "lastNotNull"] },
        },
      },
    },
    {
      id: "convertFieldType",
      options: { fields: {}, conversions: [{ targetField: "Time", destinationType: "number" }] },
    },
    { id: "sortBy", options: { fields: {}, sort: [{ field: "Time" }] } },
  ],
  options: {
    xField: "Time",
    legend: { displayMode: "list", placement: "bottom", showLegend: true, calcs: [] },
    tooltip: { mode: "multi", sort: "none" },
  },
  fieldConfig: {
    defaults: {
      unit: "none",
      noValue: none,
      thresholds: noLimits,
      color: { mode: "fixed", fixedColor: "text" },
      custom: { drawStyle: "line", lineWidth: 0, fillOpacity: 0, showPoints: "never" },
    },
    overrides: [
      {
        matcher: { id: "byName", options: "Time" },
        properties: [
          { id: "displayName", value: { zh: "小时", en: "hour" } },
          { id: "unit", value: "suffix:h" },
        ],
      },
      {
        matcher: { id: "byName", options: "value (p10)" },
        properties: [{ id: "displayName", value: { zh: "第 10 百分位", en: "10th percentile" } }],
      },
      {
        matcher: { id: "byName", options: "value (p90)" },
        properties: [
          { id: "displayName", value: { zh: "第 90 百分位", en: "90th percentile" } },
          { id: "custom.fillBelowTo", value: { zh: "第 10 百分位", en: "10th percentile" } },
          { id: "custom.fillOpacity", value: 20 },
        ],
      },
      {
        matcher: { id: "byName", options: "value (median)" },
        properties: [
          { id: "displayName", value: { zh: "中位数", en: "median" } },
          { id: "custom.lineWidth", value: 1 },
        ],
      },
      {
        matcher: { id: "byName", options: "value (lastNotNull)" },
        properties: [
          { id: "displayName", value: { zh: "最近 24 小时", en: "last 24 hours" } },
          { id: "custom.lineWidth", value: 2 },
          { id: "color", value: { mode: "fixed", fixedColor: "blue" } },
        ],
      },
    ],
  },
};

const events: Panel = {
  ...headOf({
    key: "events",
    title: { zh: "这个测点发生过什么？", en: "What has happened at this point?" },
    about: {
      zh: "告警的发生与解除（状态 1 与 0），来自事件记录。",
      en: "Alerts and their end (state 1 and 0), from the record of events.",
    },
    width: 12,
    height: 9,
    empty: { zh: "若为空：所选时段内没有事件。", en: "When empty: nothing happened in the chosen time." },
  }),
  type: "table",
  targets: [
    target(
      both(
        (l) =>
          `SELECT "severity", "title_${l}" AS "title", "text_${l}" AS "text", "state" FROM "event" WHERE ${chosen} ORDER BY time DESC LIMIT 200`,
      ),
      { format: "table" },
    ),
  ],
  options: { frameIndex: 0, showHeader: true, cellHeight: "sm" },
  fieldConfig: {
    defaults: { unit: "none", noValue: none, custom: { align: "auto", inspect: true, filterable: true } },
    overrides: [
      {
        matcher: { id: "byName", options: "state" },
        properties: [
          { id: "displayName", value: { zh: "状态", en: "State" } },
          {
            id: "mappings",
            value: [
              {
                type: "value",
                options: {
                  0: { text: { zh: "已解除", en: "resolved" }, color: "green", index: 0 },
                  1: { text: { zh: "告警", en: "firing" }, color: "red", index: 1 },
                },
              },
            ],
          },
        ],
      },
      {
        matcher: { id: "byName", options: "title" },
        properties: [{ id: "displayName", value: { zh: "事件", en: "Event" } }],
      },
      {
        matcher: { id: "byName", options: "text" },
        properties: [{ id: "displayName", value: { zh: "说明", en: "Text" } }],
      },
      {
        matcher: { id: "byName", options: "severity" },
        properties: [{ id: "displayName", value: { zh: "级别", en: "Severity" } }],
      },
    ],
  },
};

export const point: Board = {
  name: "point",
  title: { zh: "测点详情", en: "One point in detail" },
  description: {
    zh: "这个测点现在是多少、平日是多少、可信吗、发生过什么、谁负责？",
    en: "What does this point read, what is usual, can it be trusted, what has happened, who looks after it?",
  },
  tags: ["point"],
  variables: [
    { ...siteVariable, multi: false, includeAll: false, current: { text: "", value: "" } },
    domainVariable,
    deviceVariable([domain], { multi: false, includeAll: false, current: { text: "", value: "" } }),
    fieldVariable,
    tierVariable,
  ],
  from: "now-24h",
  refresh: "1m",
  sections: [
    {
      key: "now",
      title: { zh: "现在", en: "Now" },
      panels: [
        stat({
          key: "newest",
          title: { zh: "现在是多少？", en: "What is it now?" },
          about: {
            zh: "所选量的最新值，单位见词汇表。",
            en: "Newest value of the chosen quantity; its unit is in the vocabulary.",
          },
          width: 6,
          targets: [target(`SELECT last("${field}") FROM "${domain}" WHERE ${chosen}`)],
          unit: "none",
        }),
        stat({
          key: "age",
          title: { zh: "数据有多新？", en: "How old is its data?" },
          about: {
            zh: "该设备最新有效读数的时效，由云端每分钟写入。",
            en: "Age of the device's newest valid reading, written by the cloud once a minute.",
          },
          width: 6,
          targets: [target(`SELECT last("data_age") FROM "gateway" WHERE ${chosen}`)],
          unit: "s",
          thresholds: ageSteps,
        }),
        stat({
          key: "completeness",
          title: { zh: "昨天到齐了多少？", en: "How much of yesterday arrived?" },
          about: { zh: "日数据传输率。", en: "Completeness of the day." },
          width: 6,
          targets: [target(`SELECT last("completeness") FROM "gateway" WHERE ${chosen}`)],
          unit: "percent",
          decimals: 1,
        }),
        stat({
          key: "validity",
          title: { zh: "昨天有多少有效？", en: "How much of yesterday was valid?" },
          about: { zh: "日数据有效率。", en: "Validity of the day." },
          width: 6,
          targets: [target(`SELECT last("validity") FROM "gateway" WHERE ${chosen}`)],
          unit: "percent",
          decimals: 1,
        }),
      ],
    },
    {
      key: "course",
      title: { zh: "走势", en: "Course" },
      panels: [
        {
          ...trend({
            key: "course",
            title: { zh: "所选量如何变化？", en: "How does the chosen quantity go?" },
            about: {
              zh: "所选精度的均值，以及 1 小时汇总的最小与最大值。限值见所属领域的看板。",
              en: "Mean at the chosen resolution, with least and largest of the 1 h tier. Limits are on the domain's board.",
            },
            width: 24,
            height: 10,
            quantities: ["uptime"],
            unit: "none",
            targets: [
              target(`SELECT mean("${field}") ${each}`, {
                policy: `\${tier}`,
                alias: both((l) => (l === "zh" ? "均值" : "mean")),
              }),
              target(`SELECT min("${field}__min") ${each}`, {
                refId: "B",
                policy: "1h",
                alias: both((l) => (l === "zh" ? "最小" : "least")),
              }),
              target(`SELECT max("${field}__max") ${each}`, {
                refId: "C",
                policy: "1h",
                alias: both((l) => (l === "zh" ? "最大" : "largest")),
              }),
            ],
          }),
        },
        usualBand,
        events,
      ],
    },
    {
      key: "trust",
      title: { zh: "可信吗？", en: "Can it be trusted?" },
      panels: [
        trend({
          key: "doubtful",
          title: { zh: "何时质量不佳？", en: "When was its quality not good?" },
          about: {
            zh: "质量不佳的读数个数（存疑或无效）。空为全部良好。",
            en: "Readings whose quality was uncertain or bad. Empty means all were good.",
          },
          width: 8,
          quantities: ["uptime"],
          unit: "none",
          targets: [target(`SELECT count("${field}_q") ${each}`, { alias: "$tag_device" })],
          draw: "bars",
          min: 0,
        }),
        trend({
          key: "share valid",
          title: { zh: "每小时有效读数占几成？", en: "What share of each hour's readings was valid?" },
          about: { zh: "1 小时汇总中质量良好的比例。", en: "Share of good readings in the 1 h tier." },
          width: 8,
          quantities: ["uptime"],
          unit: "percentunit",
          targets: [target(`SELECT mean("${field}__valid") ${each}`, { policy: "1h", alias: "$tag_device" })],
          min: 0,
        }),
        trend({
          key: "supply",
          title: { zh: "供电和电池正常吗？", en: "Are supply and battery well?" },
          about: {
            zh: "仪表自报的供电与电池电压。限值随型号而异。",
            en: "Supply and battery voltage as the instrument tells them. Limits depend on the model.",
          },
          width: 8,
          quantities: ["supply_voltage", "battery_voltage"],
        }),
      ],
    },
  ],
};
