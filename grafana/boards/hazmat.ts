import type { Quantity } from "@weir/wire/quantities.ts";
import { deviceVariable, siteVariable, tierVariable } from "../board.ts";
import { limitsAt } from "../limit.ts";
import { now } from "../now.ts";
import { alertList, bars, states, trend } from "../panels.ts";
import { chosen, target, trendTargets } from "../query.ts";
import { withRest } from "../rest.ts";
import type { Board, Panel, Text } from "../shape.ts";

const perDevice = "$tag_site/$tag_device";
const columnOf = (object: "workplace" | "tank") => (quantity: Quantity) => ({
  quantity,
  limits: limitsAt(object, quantity),
});

const gas = (quantity: Quantity, title: Text, about: Text): Panel =>
  trend({ key: quantity, title, about, width: 8, quantities: [quantity], limits: limitsAt("workplace", quantity) });

const levels: Text = { zh: "虚线为一级与二级报警值。", en: "Dashed lines are the first and second alarm level." };

export const hazmat: Board = {
  name: "hazmat",
  title: { zh: "危化品", en: "Hazardous materials" },
  description: {
    zh: "哪里在泄漏？储罐离高高液位还有多远？探测器本身可靠吗？风往哪里吹？",
    en: "Where does it leak? How far are tanks from high-high? Can the detectors be trusted? Which way does the wind blow?",
  },
  tags: ["hazmat"],
  variables: [siteVariable, deviceVariable(["hazmat", "air"]), tierVariable],
  from: "now-6h",
  refresh: "10s",
  sections: withRest("hazmat", [
    {
      key: "now",
      title: { zh: "现在", en: "Now" },
      panels: [
        bars({
          key: "fill now",
          title: { zh: "哪个储罐离高高液位最近？", en: "Which tank is nearest to high-high?" },
          about: {
            zh: "储罐充装率最新值，按低低、低、高、高高着色。",
            en: "Newest fill of each tank, coloured by low-low, low, high and high-high.",
          },
          width: 8,
          targets: [
            target(`SELECT last("tank_fill") FROM "hazmat" WHERE ${chosen} GROUP BY "site", "device"`, {
              alias: perDevice,
            }),
          ],
          unit: "percent",
          min: 0,
          max: 100,
          limits: limitsAt("tank", "tank_fill"),
        }),
        now({
          key: "gas now",
          title: { zh: "哪里有气体超过报警值？", en: "Where is gas above its alarm level?" },
          about: {
            zh: "各探测器最新值，按一级、二级报警值着色。",
            en: "Newest value of each detector, coloured by first and second level.",
          },
          width: 16,
          columns: (
            ["combustible_lel", "ch4_lel", "h2s_ppm", "co_ppm", "nh3_ppm", "cl2_ppm", "oxygen_volume"] as const
          ).map(columnOf("workplace")),
        }),
        now({
          key: "detectors",
          title: { zh: "哪个探测器不可靠？", en: "Which detector cannot be trusted?" },
          about: {
            zh: "故障、被抑制或寿命将尽的探测器什么也守不住。",
            en: "A detector that is ill, put to sleep or at its end guards nothing.",
          },
          width: 16,
          columns: [
            ...(["detector_state", "detector_fault", "gas_alarm_low", "gas_alarm_high"] as const).map(
              columnOf("workplace"),
            ),
            { quantity: "sensor_life" },
            { quantity: "sample_flow" },
          ],
        }),
        alertList({
          key: "alerts",
          title: { zh: "危化品有哪些告警？", en: "Which alerts are there on hazardous materials?" },
          about: {
            zh: "正在告警与等待中的规则，按严重程度排列。",
            en: "Rules that fire or are about to, worst first.",
          },
          width: 8,
          filter: '{domain="hazmat"}',
        }),
      ],
    },
    {
      key: "tanks",
      title: { zh: "储罐", en: "Tanks" },
      panels: [
        trend({
          key: "tank_fill",
          title: { zh: "充装率离各级限值多远？", en: "How far is the fill from its levels?" },
          about: {
            zh: "高报警由操作员处置，高高联锁；高高点须留出按最大进料速度关阀的时间。",
            en: "High is for the operator, high-high for the interlock; it must leave time to close valves at the largest filling rate.",
          },
          width: 8,
          quantities: ["tank_fill"],
          limits: limitsAt("tank", "tank_fill"),
          min: 0,
        }),
        trend({
          key: "tank_level",
          title: { zh: "液位离各级限值多远？", en: "How far is the level from its levels?" },
          about: {
            zh: "默认限值按 3 m 高罐给出，应按每罐数据表设置。",
            en: "Defaults are for a tank 3 m high; each tank's data sheet decides.",
          },
          width: 8,
          quantities: ["tank_level"],
          limits: limitsAt("tank", "tank_level"),
        }),
        trend({
          key: "level rate",
          title: {
            zh: "液位每小时变化多少（进料、出料或泄漏）？",
            en: "How fast does the level change (filling, drawing, leaking)?",
          },
          about: {
            zh: "每小时液位变化。所有阀门关闭时仍持续下降就是泄漏。没有统一限值。",
            en: "Change of level each hour. A lasting fall with all valves shut is a leak. There is no common limit.",
          },
          width: 8,
          quantities: ["tank_level"],
          targets: [
            target(
              `SELECT derivative(mean("tank_level"), 1h) FROM "hazmat" WHERE ${chosen} GROUP BY time($__interval), "site", "device" fill(none)`,
              {
                policy: `\${tier}`,
                alias: perDevice,
              },
            ),
          ],
          unit: "suffix:m/h",
          interval: "10m",
        }),
        trend({
          key: "tank_pressure",
          title: { zh: "罐压正常吗？", en: "Is the tank's pressure well?" },
          about: { zh: "储罐压力与高、高高限值。", en: "Tank pressure, high and high-high." },
          width: 8,
          quantities: ["tank_pressure"],
          limits: limitsAt("tank", "tank_pressure"),
        }),
        trend({
          key: "tank_temperature",
          title: { zh: "罐温正常吗？", en: "Is the tank's temperature well?" },
          about: {
            zh: "储罐温度与高、高高限值；夏季喷淋降温。",
            en: "Tank temperature, high and high-high; in summer it is cooled by spray.",
          },
          width: 8,
          quantities: ["tank_temperature"],
          limits: limitsAt("tank", "tank_temperature"),
        }),
        states({
          key: "shut_off_valve_state",
          title: { zh: "紧急切断阀开着吗？", en: "Are shut-off valves open?" },
          about: { zh: "紧急切断阀状态。没有限值。", en: "State of shut-off valves. No limit applies." },
          width: 8,
          quantities: ["shut_off_valve_state"],
        }),
      ],
    },
    {
      key: "gas",
      title: { zh: "气体", en: "Gas" },
      panels: [
        gas(
          "combustible_lel",
          { zh: "可燃气体到爆炸下限的百分之几？", en: "How near is combustible gas to its explosive limit?" },
          levels,
        ),
        gas("h2s_ppm", { zh: "硫化氢高吗？", en: "Is hydrogen sulfide high?" }, levels),
        gas("co_ppm", { zh: "一氧化碳高吗？", en: "Is carbon monoxide high?" }, levels),
        gas("nh3_ppm", { zh: "氨气高吗？", en: "Is ammonia high?" }, levels),
        gas("cl2_ppm", { zh: "氯气高吗？", en: "Is chlorine high?" }, levels),
        gas("o3_ppm", { zh: "臭氧高吗？", en: "Is ozone high?" }, levels),
        gas(
          "toxic_gas_ppm",
          { zh: "只报“有毒”的探测器读数高吗？", en: "Do detectors that only say toxic read high?" },
          { zh: "按硫化氢的报警值。", en: "Held to the levels of hydrogen sulfide." },
        ),
        gas("ch4_lel", { zh: "甲烷到爆炸下限的百分之几？", en: "How near is methane to its explosive limit?" }, levels),
        gas(
          "oxygen_volume",
          { zh: "缺氧或富氧吗？", en: "Is there too little or too much oxygen?" },
          { zh: "低于 19.5 %vol 不得进入。", en: "Below 19.5 %vol nobody may enter." },
        ),
      ],
    },
    {
      key: "detectors",
      title: { zh: "探测器与风", en: "Detectors and wind" },
      panels: [
        states({
          key: "detector_state",
          title: { zh: "探测器何时不在监测？", en: "When were detectors not monitoring?" },
          about: {
            zh: "0 监测，1 预热，其余为抑制、检验或故障；含义见型号手册。",
            en: "0 monitoring, 1 warming up, others are inhibited, tested or faulty; see the model's manual.",
          },
          width: 8,
          quantities: ["detector_state"],
          limits: limitsAt("workplace", "detector_state"),
        }),
        states({
          key: "gas alarms",
          title: { zh: "探测器自身何时报警？", en: "When did detectors themselves alarm?" },
          about: {
            zh: "探测器内部的一级与二级报警，与平台限值互相印证。",
            en: "The detectors' own first and second alarm, beside the platform's limits.",
          },
          width: 8,
          quantities: ["gas_alarm_low", "gas_alarm_high"],
          limits: limitsAt("workplace", "gas_alarm_high"),
        }),
        trend({
          key: "wind",
          title: { zh: "风往哪里吹（风的来向）？", en: "Where does the wind come from?" },
          about: {
            zh: "风的来向，0° 为北；疏散向上风侧。没有限值。",
            en: "Where it comes from, 0° is north; people leave upwind. No limit applies.",
          },
          width: 8,
          quantities: ["wind_direction"],
          targets: trendTargets(["wind_direction"], { policy: "default" }),
          draw: "steps",
        }),
      ],
    },
  ]),
};
