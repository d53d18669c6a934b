import { deviceVariable, siteVariable, tierVariable } from "../board.ts";
import { limitsAt } from "../limit.ts";
import { now } from "../now.ts";
import { alertList, stat, states, trend } from "../panels.ts";
import { chosen, target } from "../query.ts";
import { withRest } from "../rest.ts";
import type { Board } from "../shape.ts";

const perDevice = "$tag_site/$tag_device";

export const lights: Board = {
  name: "lights",
  title: { zh: "路灯照明", en: "Streetlights" },
  description: {
    zh: "该亮的亮了吗、该灭的灭了吗？用了多少电？有没有漏电？",
    en: "Is lit what should be lit, and dark what should be dark? How much energy? Does anything leak current?",
  },
  tags: ["light"],
  variables: [siteVariable, deviceVariable(["light"]), tierVariable],
  from: "now-24h",
  refresh: "1m",
  sections: withRest("light", [
    {
      key: "now",
      title: { zh: "现在", en: "Now" },
      panels: [
        stat({
          key: "lit",
          title: { zh: "现在亮着百分之几的灯？", en: "Share of lamps lit now?" },
          about: {
            zh: "近 15 分钟报告的灯具开关状态的平均值。白天应接近 0，夜间应接近 100 %。",
            en: "Mean of the lamp states reported within 15 minutes. Near 0 by day, near 100 % by night.",
          },
          width: 4,
          targets: [target(`SELECT mean("lamp_state") * 100 FROM "light" WHERE ${chosen} AND time > now() - 15m`)],
          unit: "percent",
          decimals: 0,
        }),
        stat({
          key: "power",
          title: { zh: "现在共用多少电？", en: "How much power now?" },
          about: {
            zh: "各箱柜与回路电表有功功率之和（近 15 分钟均值）。",
            en: "Sum of active power of all cabinet and circuit meters (means of 15 minutes).",
          },
          width: 4,
          targets: [
            target(
              `SELECT mean("active_power") FROM "light" WHERE ${chosen} AND time > now() - 15m GROUP BY "site", "device"`,
              { alias: perDevice },
            ),
          ],
          transformations: [
            { id: "reduce", options: { reducers: ["lastNotNull"], mode: "seriesToRows" } },
            { id: "reduce", options: { reducers: ["sum"], mode: "reduceFields" } },
          ],
          unit: "watt",
          decimals: 1,
        }),
        alertList({
          key: "alerts",
          title: { zh: "路灯有哪些告警？", en: "Which alerts are there on streetlights?" },
          about: {
            zh: "正在告警与等待中的规则，按严重程度排列。",
            en: "Rules that fire or are about to, worst first.",
          },
          width: 16,
          height: 6,
          filter: '{domain="light"}',
        }),
        now({
          key: "lamps",
          title: { zh: "哪盏灯有故障？", en: "Which lamp has a fault?" },
          about: {
            zh: "灯具最新状态；漏电 30 mA 预警、100 mA 危险。",
            en: "Newest state of each lamp; 30 mA leakage is a warning, 100 mA a danger.",
          },
          width: 12,
          height: 10,
          columns: [
            { quantity: "lamp_state" },
            { quantity: "lamp_dim_level" },
            { quantity: "lamp_fault", limits: limitsAt("lamp", "lamp_fault") },
            { quantity: "lamp_temperature" },
            { quantity: "lamp_run_hours" },
            { quantity: "pole_tilt", limits: limitsAt("lamp", "pole_tilt") },
            { quantity: "pole_voltage", limits: limitsAt("lamp", "pole_voltage") },
          ],
        }),
        now({
          key: "cabinets",
          title: { zh: "哪个箱柜要去看？", en: "Which cabinet needs a visit?" },
          about: { zh: "箱柜最新状态。", en: "Newest state of each cabinet." },
          width: 12,
          height: 10,
          columns: [
            { quantity: "door_state", limits: limitsAt("lamp", "door_state") },
            { quantity: "immersion_state", limits: limitsAt("lamp", "immersion_state") },
            { quantity: "cabinet_temperature", limits: limitsAt("lamp", "cabinet_temperature") },
            { quantity: "cabinet_humidity" },
          ],
        }),
      ],
    },
    {
      key: "electricity",
      title: { zh: "供电与能耗", en: "Supply and energy" },
      panels: [
        trend({
          key: "voltage",
          title: { zh: "电压在允许范围内吗？", en: "Is the voltage within bounds?" },
          about: { zh: "各相电压。", en: "Voltage of each phase." },
          width: 8,
          quantities: ["voltage"],
          limits: limitsAt("supply", "voltage"),
        }),
        trend({
          key: "current",
          title: { zh: "电流与灯数相称吗？", en: "Does the current fit the number of lamps?" },
          about: {
            zh: "各相电流：亮灯后明显低于往日即有灯不亮。没有统一限值。",
            en: "Current of each phase: clearly lower than usual after switch-on means dark lamps. There is no common limit.",
          },
          width: 8,
          quantities: ["current"],
        }),
        trend({
          key: "active_power",
          title: { zh: "功率在何时升降？", en: "When does the power rise and fall?" },
          about: {
            zh: "有功功率：应与日落日出同步。灯的限值只在应亮或应灭时成立，由告警判断。",
            en: "Active power: it should follow sunset and sunrise. A lamp's limits hold only while it is to be on, or off: alerts judge that.",
          },
          width: 8,
          quantities: ["active_power"],
          told: limitsAt("lamp", "active_power"),
        }),
        trend({
          key: "energy",
          title: { zh: "每天用了多少度电？", en: "How much energy each day?" },
          about: {
            zh: "正向有功电能每日增量，北京时间整日。没有限值。",
            en: "Daily increase of imported energy, Beijing days. No limit applies.",
          },
          width: 16,
          quantities: ["active_energy_import"],
          targets: [
            target(
              `SELECT non_negative_difference(last("active_energy_import")) FROM "light" WHERE ${chosen} GROUP BY time(1d), "site", "device" fill(none) tz('Asia/Shanghai')`,
              { policy: "1h", alias: perDevice },
            ),
          ],
          timeFrom: "30d",
          draw: "bars",
          min: 0,
        }),
        trend({
          key: "leakage_current",
          title: { zh: "哪里漏电？", en: "Where does current leak?" },
          about: { zh: "漏电流；雨天尤其要看。", en: "Leakage current; look in rain above all." },
          width: 8,
          quantities: ["leakage_current"],
          limits: limitsAt("lamp", "leakage_current"),
          min: 0,
        }),
      ],
    },
    {
      key: "lamps",
      title: { zh: "灯具", en: "Lamps" },
      panels: [
        states({
          key: "lamp_state",
          title: { zh: "灯何时亮、何时灭？", en: "When were lamps on and off?" },
          about: {
            zh: "开关状态：昼亮与夜灭都是故障。没有限值。",
            en: "Lamp states: lit by day and dark by night are both faults. No limit applies.",
          },
          width: 12,
          quantities: ["lamp_state"],
        }),
        states({
          key: "lamp_fault",
          title: { zh: "故障代码何时出现？", en: "When did fault codes appear?" },
          about: {
            zh: "灯具故障代码，0 为正常；含义见型号手册。",
            en: "Fault code of the lamp, 0 is none; its meaning is in the model's manual.",
          },
          width: 12,
          quantities: ["lamp_fault"],
          limits: limitsAt("lamp", "lamp_fault"),
        }),
        trend({
          key: "lamp_dim_level",
          title: { zh: "调光按计划执行了吗？", en: "Is dimming done as planned?" },
          about: { zh: "调光亮度。没有限值。", en: "Dim level. No limit applies." },
          width: 12,
          quantities: ["lamp_dim_level"],
          draw: "steps",
        }),
        trend({
          key: "power_factor",
          title: { zh: "功率因数在下降吗？", en: "Is the power factor falling?" },
          about: { zh: "下降多因电容或驱动老化。", en: "It falls as capacitors and drivers age." },
          width: 12,
          quantities: ["power_factor"],
          limits: limitsAt("lamp", "power_factor"),
        }),
      ],
    },
  ]),
};
