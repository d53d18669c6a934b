import { deviceVariable, siteVariable, tierVariable } from "../board.ts";
import { limitsAt } from "../limit.ts";
import { now } from "../now.ts";
import { alertList, stat, states, trend } from "../panels.ts";
import { chosen, target } from "../query.ts";
import { withRest } from "../rest.ts";
import type { Board } from "../shape.ts";
import { deliveryQuantities } from "./delivery.ts";

const perDevice = "$tag_site/$tag_device";

export const gateways: Board = {
  name: "gateways",
  title: { zh: "网关与设备健康", en: "Gateways and equipment" },
  description: {
    zh: "哪个网关离线、磁盘将满、时钟不准？哪条总线拥挤？哪块电池要换？",
    en: "Which gateway is away, short of disk, or off the time? Which bus is crowded? Which battery is to be changed?",
  },
  tags: ["gateway"],
  variables: [siteVariable, deviceVariable(["gateway"]), tierVariable],
  from: "now-24h",
  refresh: "1m",
  sections: withRest(
    "gateway",
    [
      {
        key: "now",
        title: { zh: "现在", en: "Now" },
        panels: [
          stat({
            key: "online",
            title: { zh: "哪些网关在线？", en: "Which gateways are online?" },
            about: {
              zh: "云端所见的网关在线状态，每分钟一值。",
              en: "Whether the cloud sees each gateway, once a minute.",
            },
            width: 8,
            height: 8,
            targets: [
              target(`SELECT last("gateway_online") FROM "gateway" WHERE ${chosen} GROUP BY "site", "device"`, {
                alias: perDevice,
              }),
            ],
            unit: "none",
            limits: limitsAt("gateway", "gateway_online"),
            mappings: [
              {
                type: "value",
                options: {
                  0: { text: { zh: "离线", en: "offline" }, index: 0 },
                  1: { text: { zh: "在线", en: "online" }, index: 1 },
                },
              },
            ],
          }),
          now({
            key: "fleet",
            title: { zh: "哪个网关要去看？", en: "Which gateway needs a visit?" },
            about: { zh: "最新值，按默认限值着色。", en: "Newest values, coloured by default limits." },
            width: 16,
            columns: [
              { quantity: "outbox_fill", limits: limitsAt("gateway", "outbox_fill") },
              { quantity: "outbox_oldest_age", limits: limitsAt("gateway", "outbox_oldest_age") },
              { quantity: "disk_used", limits: limitsAt("gateway", "disk_used") },
              { quantity: "clock_offset", limits: limitsAt("gateway", "clock_offset") },
              { quantity: "uplink_state" },
              { quantity: "cpu_load" },
              { quantity: "memory_used" },
              { quantity: "devices_down" },
            ],
          }),
          alertList({
            key: "alerts",
            title: { zh: "网关与设备有哪些告警？", en: "Which alerts are there on gateways and equipment?" },
            about: {
              zh: "正在告警与等待中的规则，按严重程度排列。",
              en: "Rules that fire or are about to, worst first.",
            },
            width: 24,
            height: 6,
            filter: '{domain="gateway"}',
          }),
        ],
      },
      {
        key: "outbox",
        title: { zh: "发件箱与上行链路", en: "Outbox and uplink" },
        panels: [
          trend({
            key: "outbox_fill",
            title: { zh: "发件箱占了多少？", en: "How full is the outbox?" },
            about: {
              zh: "满时按策略丢弃最旧记录并计数：这是唯一会丢数据的地方。",
              en: "When full the oldest go, counted: the only place where data can be lost.",
            },
            width: 8,
            quantities: ["outbox_fill"],
            limits: limitsAt("gateway", "outbox_fill"),
            min: 0,
          }),
          trend({
            key: "outbox_oldest_age",
            title: { zh: "最旧的记录等了多久？", en: "How long has the oldest record waited?" },
            about: {
              zh: "等待回执最久的记录的时长。",
              en: "Age of the record that has waited longest for its receipt.",
            },
            width: 8,
            quantities: ["outbox_oldest_age"],
            limits: limitsAt("gateway", "outbox_oldest_age"),
            min: 0,
          }),
          states({
            key: "uplink_state",
            title: { zh: "上行链路何时断开？", en: "When was the uplink down?" },
            about: { zh: "网关自己所见的上行链路。", en: "The uplink as the gateway itself sees it." },
            width: 8,
            quantities: ["uplink_state"],
          }),
          states({
            key: "gateway_online",
            title: { zh: "各网关何时离线？", en: "When was each gateway away?" },
            about: { zh: "云端所见，每分钟一值。", en: "As the cloud sees it, once a minute." },
            width: 8,
            quantities: ["gateway_online"],
            limits: limitsAt("gateway", "gateway_online"),
          }),
          states({
            key: "outbox_degraded",
            title: { zh: "发件箱何时只在内存中？", en: "When was an outbox in memory only?" },
            about: {
              zh: "磁盘写不进去时发件箱降级为内存：此时断电会丢数据。",
              en: "When the disk cannot be written the outbox falls back to memory: a power cut then loses readings.",
            },
            width: 8,
            quantities: ["outbox_degraded"],
            limits: limitsAt("gateway", "outbox_degraded"),
          }),
          trend({
            key: "samples_dropped",
            title: {
              zh: "网关丢弃或隔离过数据吗？",
              en: "Has a gateway dropped samples, or put records in quarantine?",
            },
            about: {
              zh: "累计值；任何增长都会告警。没有限值。",
              en: "Totals; any increase raises an alert. No limit applies.",
            },
            width: 8,
            quantities: ["samples_dropped", "records_quarantined"],
            draw: "steps",
            min: 0,
          }),
          trend({
            key: "receipt_delay",
            title: { zh: "从发出到回执要多久？", en: "How long from sending to receipt?" },
            about: { zh: "网络加入库的总时延。没有限值。", en: "Network and store together. No limit applies." },
            width: 8,
            quantities: ["receipt_delay"],
            min: 0,
          }),
          trend({
            key: "signal_strength",
            title: { zh: "无线信号够吗？", en: "Is the radio signal strong enough?" },
            about: {
              zh: "低于 −100 dBm 时连接不可靠。没有限值。",
              en: "Below −100 dBm a link is unreliable. No limit applies.",
            },
            width: 8,
            quantities: ["signal_strength"],
          }),
          trend({
            key: "clock_offset",
            title: { zh: "时钟准吗？", en: "Is the clock right?" },
            about: {
              zh: "网关与云端的时差；超过 1 分钟，分钟数据会落错时段。",
              en: "Gateway against cloud; beyond a minute readings fall into the wrong period.",
            },
            width: 8,
            quantities: ["clock_offset"],
            limits: limitsAt("gateway", "clock_offset"),
          }),
          states({
            key: "clock_synchronised",
            title: { zh: "时钟何时未同步？", en: "When was a clock not synchronised?" },
            about: {
              zh: "未同步时读数标为存疑；持续一刻钟告警。没有限值。",
              en: "Until it is, readings are marked uncertain; a quarter of an hour raises an alert. No limit applies.",
            },
            width: 8,
            quantities: ["clock_synchronised"],
          }),
        ],
      },
      {
        key: "machines",
        title: { zh: "主机、总线与电源", en: "Host, buses and power" },
        panels: [
          trend({
            key: "load",
            title: { zh: "主机忙吗？", en: "Is the host busy?" },
            about: {
              zh: "CPU、内存与磁盘使用率。磁盘超过 90 % 告警。",
              en: "CPU, memory and disk. Disk above 90 % alarms.",
            },
            width: 8,
            quantities: ["cpu_load", "memory_used", "disk_used"],
            min: 0,
          }),
          trend({
            key: "bus_utilisation",
            title: { zh: "哪条总线拥挤？", en: "Which bus is crowded?" },
            about: {
              zh: "总线占用率；接近 100 % 时周期被跳过。没有限值。",
              en: "Share of time the bus is in use; near 100 % cycles are skipped. No limit applies.",
            },
            width: 8,
            quantities: ["bus_utilisation"],
            min: 0,
          }),
          trend({
            key: "battery_level",
            title: { zh: "哪块电池快没电？", en: "Which battery is low?" },
            about: { zh: "电池电量；低于 20 % 派人更换。", en: "Battery level; below 20 % somebody has to go." },
            width: 8,
            quantities: ["battery_level"],
            limits: limitsAt("gateway", "battery_level"),
            min: 0,
          }),
          trend({
            key: "requests_failed",
            title: { zh: "每小时有多少请求失败？", en: "How many requests fail each hour?" },
            about: {
              zh: "失败请求数的每小时增量：持续不为零说明接线、地址或供电有问题。没有限值。",
              en: "Hourly increase of failed requests: a lasting one means wiring, address or power. No limit applies.",
            },
            width: 12,
            quantities: ["requests_failed"],
            targets: [
              target(
                `SELECT non_negative_difference(last("requests_failed")) FROM "gateway" WHERE ${chosen} GROUP BY time(1h), "site", "device" fill(none)`,
                {
                  alias: perDevice,
                },
              ),
            ],
            draw: "bars",
            min: 0,
          }),
          trend({
            key: "devices_down",
            title: { zh: "有多少设备不应答？", en: "How many instruments do not answer?" },
            about: {
              zh: "各网关所辖设备总数与不应答数。没有限值。",
              en: "Instruments of each gateway, and those that do not answer. No limit applies.",
            },
            width: 12,
            quantities: ["devices_total", "devices_down"],
            min: 0,
            draw: "steps",
          }),
        ],
      },
    ],
    deliveryQuantities,
  ),
};
