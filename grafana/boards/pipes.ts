import { deviceVariable, siteVariable, tierVariable } from "../board.ts";
import { limitsAt } from "../limit.ts";
import { now } from "../now.ts";
import { alertList, states, trend } from "../panels.ts";
import { chosen, target } from "../query.ts";
import { withRest } from "../rest.ts";
import type { Board } from "../shape.ts";
import { drainageQuantities } from "./drainage.ts";

const perDevice = "$tag_site/$tag_device";

export const pipes: Board = {
  name: "pipes",
  title: { zh: "供水与管网", en: "Pipes" },
  description: {
    zh: "水压够吗？哪里在漏？阀门、水泵和表具正常吗？",
    en: "Is there pressure enough? Where does it leak? Are valves, pumps and meters well?",
  },
  tags: ["pipe"],
  variables: [siteVariable, deviceVariable(["pipe"]), tierVariable],
  from: "now-24h",
  refresh: "1m",
  sections: withRest(
    "pipe",
    [
      {
        key: "now",
        title: { zh: "现在", en: "Now" },
        panels: [
          now({
            key: "mains",
            title: { zh: "各测点现在的压力与流量正常吗？", en: "Are pressure and flow well at each point now?" },
            about: {
              zh: "最新值；压力按服务压力着色。",
              en: "Newest values; pressure coloured by what service needs.",
            },
            width: 16,
            columns: [
              { quantity: "pipe_pressure", limits: limitsAt("water-main", "pipe_pressure") },
              { quantity: "pipe_flow" },
              { quantity: "pipe_velocity" },
              { quantity: "flow_total_forward" },
              { quantity: "leak_state", limits: limitsAt("water-main", "leak_state") },
            ],
          }),
          alertList({
            key: "alerts",
            title: { zh: "管网有哪些告警？", en: "Which alerts are there on the pipes?" },
            about: {
              zh: "正在告警与等待中的规则，按严重程度排列。",
              en: "Rules that fire or are about to, worst first.",
            },
            width: 8,
            filter: '{domain="pipe"}',
          }),
        ],
      },
      {
        key: "flow",
        title: { zh: "压力、流量与漏损", en: "Pressure, flow and leakage" },
        panels: [
          trend({
            key: "pipe_pressure",
            title: { zh: "水压够不够、高不高？", en: "Is the pressure enough, and not too much?" },
            about: {
              zh: "低于 140 kPa 高层无水；骤降并伴流量骤升是爆管的样子。",
              en: "Below 140 kPa upper floors run dry; a fall with a jump in flow is what a burst looks like.",
            },
            width: 12,
            quantities: ["pipe_pressure"],
            limits: limitsAt("water-main", "pipe_pressure"),
          }),
          trend({
            key: "pipe_flow",
            title: { zh: "流量如何变化？", en: "How does the flow go?" },
            about: {
              zh: "瞬时流量。没有统一限值：与常值带比较见测点页。",
              en: "Flow now. There is no common limit: the point's own board has its usual band.",
            },
            width: 12,
            quantities: ["pipe_flow"],
          }),
          trend({
            key: "night flow",
            title: {
              zh: "每天的最小小时流量在升高吗（夜间漏损）？",
              en: "Is the smallest hourly flow of each day rising (leakage by night)?",
            },
            about: {
              zh: "每日最小的小时平均流量，多出现在 2–4 时：用水最少时仍在流的，多半是漏损。持续升高说明新增漏点。没有统一限值。",
              en: "Smallest hourly mean of each day, usually 2 to 4 h: what still flows when nobody draws is mostly leakage. A lasting rise is a new leak. There is no common limit.",
            },
            width: 12,
            quantities: ["pipe_flow"],
            targets: [
              target(
                `SELECT min("pipe_flow") FROM "pipe" WHERE ${chosen} GROUP BY time(1d), "site", "device" fill(none) tz('Asia/Shanghai')`,
                {
                  policy: "1h",
                  alias: perDevice,
                },
              ),
            ],
            timeFrom: "30d",
            draw: "bars",
            min: 0,
          }),
          trend({
            key: "daily volume",
            title: { zh: "每天用了多少水？", en: "How much water each day?" },
            about: {
              zh: "正向累计流量每日的增量，北京时间整日。没有限值。",
              en: "Daily increase of the forward total, Beijing days. No limit applies.",
            },
            width: 12,
            quantities: ["flow_total_forward"],
            targets: [
              target(
                `SELECT non_negative_difference(last("flow_total_forward")) FROM "pipe" WHERE ${chosen} GROUP BY time(1d), "site", "device" fill(none) tz('Asia/Shanghai')`,
                { policy: "1h", alias: perDevice },
              ),
            ],
            timeFrom: "30d",
            draw: "bars",
            min: 0,
          }),
          trend({
            key: "zone balance",
            title: { zh: "各分区有多少水下落不明？", en: "How much water is unaccounted for in each zone?" },
            about: {
              zh: "每小时：进水量减去计量出水量，由云端按 cloud.yaml 的 balances 计算；夜里仍有的差值多半是漏损。任一表缺数则该小时没有差值。没有统一限值。",
              en: "Each hour: inflow less metered outflow, computed by the cloud from `balances` in cloud.yaml; what is left of it by night is mostly leakage. An hour in which a meter is missing has none. There is no common limit.",
            },
            width: 12,
            quantities: ["zone_unaccounted_flow"],
            empty: { zh: "若为空：没有配置分区水量平衡。", en: "When empty: no zone is balanced." },
          }),
          trend({
            key: "zone night",
            title: {
              zh: "各分区夜间最小未计水量在升高吗？",
              en: "Is each zone's smallest unaccounted flow of the day rising?",
            },
            about: {
              zh: "每日最小的小时未计水量，北京时间整日，多出现在 2–4 时。持续升高说明新增漏点。没有统一限值。",
              en: "Smallest unaccounted hour of each Beijing day, usually 2 to 4 h. A lasting rise is a new leak. There is no common limit.",
            },
            width: 12,
            quantities: ["zone_unaccounted_flow"],
            targets: [
              target(
                `SELECT min("zone_unaccounted_flow") FROM "pipe" WHERE ${chosen} GROUP BY time(1d), "site", "device" fill(none) tz('Asia/Shanghai')`,
                { policy: "1h", alias: perDevice },
              ),
            ],
            timeFrom: "30d",
            draw: "bars",
            empty: { zh: "若为空：没有配置分区水量平衡。", en: "When empty: no zone is balanced." },
          }),
          trend({
            key: "zone flows",
            title: { zh: "各分区进了多少、出了多少？", en: "How much flows into each zone, and out of it?" },
            about: {
              zh: "每小时的进水量与计量出水量。没有限值。",
              en: "Inflow and metered outflow of each hour. No limit applies.",
            },
            width: 12,
            quantities: ["zone_inflow", "zone_outflow"],
            empty: { zh: "若为空：没有配置分区水量平衡。", en: "When empty: no zone is balanced." },
          }),
          trend({
            key: "leak_noise",
            title: { zh: "哪里听得到漏水？", en: "Where can a leak be heard?" },
            about: {
              zh: "夜间最安静时的噪声最有意义。没有统一限值。",
              en: "It tells most at the quietest hour. There is no common limit.",
            },
            width: 12,
            quantities: ["leak_noise"],
          }),
          states({
            key: "leak_state",
            title: { zh: "记录仪何时报告漏损？", en: "When did loggers report a leak?" },
            about: { zh: "漏损状态。", en: "State of leak loggers." },
            width: 12,
            quantities: ["leak_state"],
            limits: limitsAt("water-main", "leak_state"),
          }),
        ],
      },
      {
        key: "machines",
        title: { zh: "水泵与阀门", en: "Pumps and valves" },
        panels: [
          states({
            key: "pump_state",
            title: { zh: "哪些水泵在转？", en: "Which pumps run?" },
            about: {
              zh: "水泵状态。频繁启停伤电机。没有限值。",
              en: "State of pumps. Frequent starts harm the motor. No limit applies.",
            },
            width: 12,
            quantities: ["pump_state"],
          }),
          states({
            key: "pump_fault",
            title: { zh: "哪些水泵有故障？", en: "Which pumps have a fault?" },
            about: { zh: "水泵故障状态。", en: "Fault state of pumps." },
            width: 12,
            quantities: ["pump_fault"],
          }),
          trend({
            key: "valve_opening",
            title: { zh: "阀门开了多少？", en: "How far are valves open?" },
            about: { zh: "阀门开度。没有限值。", en: "Valve opening. No limit applies." },
            width: 12,
            quantities: ["valve_opening"],
          }),
          trend({
            key: "vibration_velocity",
            title: { zh: "水泵振动大吗？", en: "Do pumps vibrate?" },
            about: {
              zh: "振动速度有效值；限值随机型而异（GB/T 6075）。",
              en: "RMS vibration velocity; limits depend on the machine (ISO 10816).",
            },
            width: 12,
            quantities: ["vibration_velocity"],
          }),
        ],
      },
    ],
    drainageQuantities,
  ),
};
