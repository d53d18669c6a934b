import type { Quantity } from "@weir/wire/quantities.ts";
import { deviceVariable, siteVariable, tierVariable } from "../board.ts";
import { limitsAt } from "../limit.ts";
import { now } from "../now.ts";
import { alertList, bars, states, trend } from "../panels.ts";
import { chosen, target } from "../query.ts";
import { ageBars, newest } from "../rest.ts";
import type { Board } from "../shape.ts";

const perDevice = "$tag_site/$tag_device";

/** What this board shows of the domain `pipe`, so that the board of pipes need not. */
export const drainageQuantities: readonly Quantity[] = [
  "sewer_level",
  "sewer_fill",
  "sewer_headroom",
  "sewer_flow",
  "sewer_high_water",
  "manhole_cover_state",
  "manhole_tilt",
];

export const drainage: Board = {
  name: "drainage",
  title: { zh: "排水与下穿通道", en: "Drainage and underpasses" },
  description: {
    zh: "哪里积水、哪里快冒溢、井盖在不在、泵开了没有？",
    en: "Where does water stand, where is it about to overflow, are covers in place, do pumps run?",
  },
  tags: ["pipe", "drainage"],
  variables: [siteVariable, deviceVariable(["water", "pipe", "air"]), tierVariable],
  from: "now-6h",
  refresh: "30s",
  sections: [
    {
      key: "now",
      title: { zh: "现在", en: "Now" },
      panels: [
        bars({
          key: "road now",
          title: { zh: "哪条路要封？", en: "Which road has to be closed?" },
          about: {
            zh: "路面积水深度的最新值：3 cm 提示，10 cm 慢行，25 cm 封闭。",
            en: "Newest depth of water on the road: a notice from 3 cm, slow from 10 cm, closed from 25 cm.",
          },
          width: 8,
          targets: [
            target(`SELECT last("road_water_depth") FROM "water" WHERE ${chosen} GROUP BY "site", "device"`, {
              alias: perDevice,
            }),
          ],
          unit: "suffix:cm",
          min: 0,
          max: 50,
          limits: limitsAt("road", "road_water_depth"),
        }),
        now({
          key: "manholes",
          title: { zh: "哪口井快冒溢，井盖在吗？", en: "Which manhole is about to overflow, and are covers in place?" },
          about: {
            zh: "最新值，按运行单位默认限值着色。",
            en: "Newest values, coloured by the operator's default limits.",
          },
          width: 16,
          columns: [
            { quantity: "sewer_level", limits: limitsAt("sewer", "sewer_level") },
            { quantity: "sewer_fill", limits: limitsAt("sewer", "sewer_fill") },
            { quantity: "sewer_headroom", limits: limitsAt("sewer", "sewer_headroom") },
            { quantity: "sewer_high_water" },
            { quantity: "manhole_cover_state", limits: limitsAt("sewer", "manhole_cover_state") },
            { quantity: "manhole_tilt", limits: limitsAt("sewer", "manhole_tilt") },
          ],
        }),
        alertList({
          key: "alerts",
          title: { zh: "排水有哪些告警？", en: "Which alerts are there on drainage?" },
          about: { zh: "管网与积水的告警，按严重程度排列。", en: "Alerts on sewers and roads, worst first." },
          width: 24,
          height: 6,
          filter: '{domain=~"pipe|water"}',
        }),
      ],
    },
    {
      key: "trend",
      title: { zh: "雨、积水与液位", en: "Rain, water on roads and levels" },
      panels: [
        trend({
          key: "rain_rate",
          title: { zh: "雨下得有多大？", en: "How hard does it rain?" },
          about: {
            zh: "降水强度；先于液位。16 mm/h 以上为暴雨量级（GB/T 28592）。",
            en: "Rain rate; it comes before the level. 16 mm/h and more is a rainstorm (GB/T 28592).",
          },
          width: 8,
          quantities: ["rain_rate"],
          min: 0,
        }),
        trend({
          key: "road_water_depth",
          title: { zh: "路面积水在涨吗？", en: "Is the water on the road rising?" },
          about: { zh: "路面积水深度与各级限值。", en: "Depth of water on the road and its levels." },
          width: 8,
          quantities: ["road_water_depth"],
          limits: limitsAt("road", "road_water_depth"),
          min: 0,
        }),
        trend({
          key: "sewer_level",
          title: { zh: "集水井与管道液位在涨吗？", en: "Are wet wells and sewers rising?" },
          about: {
            zh: "管道液位与默认限值；每口井应设自己的限值。",
            en: "Sewer level and default limits; every well should have its own.",
          },
          width: 8,
          quantities: ["sewer_level"],
          limits: limitsAt("sewer", "sewer_level"),
        }),
        trend({
          key: "sewer_headroom",
          title: { zh: "离冒溢还有多高？", en: "How much room is left?" },
          about: { zh: "液面到井口的空高：越小越险。", en: "Height left above the sewage: the less, the worse." },
          width: 8,
          quantities: ["sewer_headroom"],
          limits: limitsAt("sewer", "sewer_headroom"),
        }),
        trend({
          key: "sewer_fill",
          title: { zh: "管道充满了吗？", en: "Are sewers full?" },
          about: {
            zh: "充满度；晴天也高说明淤堵或外水。",
            en: "Fill of the pipe; high in dry weather means silt or foreign water.",
          },
          width: 8,
          quantities: ["sewer_fill"],
          limits: limitsAt("sewer", "sewer_fill"),
        }),
        trend({
          key: "sewer_flow",
          title: { zh: "排走了多少？", en: "How much drains away?" },
          about: { zh: "排水流量。没有限值。", en: "Flow in the sewer. No limit applies." },
          width: 8,
          quantities: ["sewer_flow"],
        }),
        trend({
          key: "water_depth",
          title: { zh: "下穿通道与井内水深如何变化？", en: "How deep is the water in underpasses and wells?" },
          about: {
            zh: "压力式液位计的水深与水位。各测点零点不同，没有统一限值。",
            en: "Depth and level of pressure probes. Each has its own zero: there is no common limit.",
          },
          width: 16,
          quantities: ["water_depth", "water_level"],
        }),
        trend({
          key: "sewage_flow",
          title: { zh: "污水流量是多少？", en: "How much sewage flows?" },
          about: { zh: "污水流量。没有限值。", en: "Sewage flow. No limit applies." },
          width: 8,
          quantities: ["sewage_flow"],
        }),
      ],
    },
    {
      key: "machines",
      title: { zh: "泵站与井盖", en: "Pumping stations and covers" },
      panels: [
        states({
          key: "pump_state",
          title: { zh: "排水泵开了吗？", en: "Do the pumps run?" },
          about: {
            zh: "水泵状态：液位高而泵不转即刻派人。",
            en: "Pump states: high level and no pump means send somebody now.",
          },
          width: 12,
          quantities: ["pump_state"],
        }),
        trend({
          key: "pump_starts",
          title: { zh: "水泵每小时启动几次？", en: "How often do pumps start each hour?" },
          about: {
            zh: "每小时启动次数；过于频繁说明浮球或止回阀有问题。没有统一限值。",
            en: "Starts each hour; too many point to the float switch or the check valve. There is no common limit.",
          },
          width: 12,
          quantities: ["pump_starts"],
          targets: [
            target(
              `SELECT non_negative_difference(last("pump_starts")) FROM "pipe" WHERE ${chosen} GROUP BY time(1h), "site", "device" fill(none)`,
              { alias: perDevice },
            ),
          ],
          draw: "bars",
          min: 0,
        }),
        states({
          key: "manhole_cover_state",
          title: { zh: "井盖何时被打开？", en: "When were covers opened?" },
          about: { zh: "井盖状态。开启即告警：行人会坠落。", en: "Cover states. Open is an alarm: people fall." },
          width: 12,
          quantities: ["manhole_cover_state"],
          limits: limitsAt("sewer", "manhole_cover_state"),
        }),
        states({
          key: "sewer_high_water",
          title: { zh: "高水位开关何时动作？", en: "When did high-water switches act?" },
          about: {
            zh: "独立于液位计的开关：两者不一致时先查仪表。",
            en: "A switch independent of the level probe: where they disagree check the instruments first.",
          },
          width: 12,
          quantities: ["sewer_high_water"],
        }),
        ageBars("age", 12),
      ],
    },
    { key: "all", title: { zh: "全部最新读数", en: "Every newest reading" }, closed: true, panels: [newest("pipe")] },
  ],
};
