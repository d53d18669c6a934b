import type { LimitObject } from "@weir/alarms/limits/limit.ts";
import type { Quantity } from "@weir/wire/quantities.ts";
import { deviceVariable, siteVariable, tierVariable } from "../board.ts";
import { classColours, limitsAt, type Thresholds } from "../limit.ts";
import { alertList, now, trend } from "../panels.ts";
import { chosen, target } from "../query.ts";
import { withRest } from "../rest.ts";
import type { Board, Panel, Text } from "../shape.ts";

/** An item of a river section with the lines of its classes. */
const item = (quantity: Quantity, title: Text, about: Text, object: LimitObject = "river"): Panel =>
  trend({ key: quantity, title, about, width: 8, quantities: [quantity], limits: limitsAt(object, quantity) });

/** Daily means, as the discharge standard judges them; days in local time. */
const daily = (quantity: Quantity, title: Text): Panel =>
  trend({
    key: `outlet ${quantity}`,
    title,
    about: { zh: "日均值，按北京时间整日计算。", en: "Mean of each day, Beijing time." },
    width: 8,
    quantities: [quantity],
    limits: limitsAt("outlet", quantity),
    targets: [
      target(
        `SELECT mean("${quantity}") FROM "water" WHERE ${chosen} GROUP BY time(1d), "site", "device" fill(none) tz('Asia/Shanghai')`,
        {
          policy: "1h",
          alias: "$tag_site/$tag_device",
        },
      ),
    ],
    timeFrom: "30d",
    draw: "bars",
    min: 0,
  });

const river = (quantity: Quantity) => ({ quantity, limits: limitsAt("river", quantity) });

const classSteps: Thresholds = {
  mode: "absolute",
  steps: classColours.map((color, n) => ({ value: n === 0 ? null : n + 0.5, color })),
};

export const water: Board = {
  name: "water",
  title: { zh: "水环境", en: "Water" },
  description: {
    zh: "河流断面属于哪一类？自来水和排放口达标吗？哪里在变坏？",
    en: "Which class is each river section? Are tap water and outlets within their limits? What is getting worse?",
  },
  tags: ["water"],
  variables: [siteVariable, deviceVariable(["water"]), tierVariable],
  from: "now-24h",
  refresh: "1m",
  sections: withRest("water", [
    {
      key: "now",
      title: { zh: "现在", en: "Now" },
      panels: [
        now({
          key: "class",
          title: {
            zh: "哪些断面劣于Ⅲ类，哪一项定的类？",
            en: "Which sections are worse than III, and which item decides?",
          },
          about: {
            zh: "按 GB 3838-2002 每小时评价：所有项目中最差的一项定类；不含总氮与粪大肠菌群。",
            en: "Judged hourly by GB 3838-2002: the worst of all items decides; without total nitrogen and faecal coliform.",
          },
          width: 24,
          height: 6,
          columns: [{ quantity: "water_class", thresholds: classSteps }, { quantity: "water_class_item" }],
          told: limitsAt("river", "water_class"),
          sortBy: "water_class",
        }),
        now({
          key: "river",
          title: { zh: "各断面现在属于哪一类？", en: "Which class is each river section now?" },
          about: {
            zh: "各设备的最新值，单元格颜色为单项水质类别：Ⅰ类浅蓝至劣Ⅴ类红色。",
            en: "Newest values of each device; a cell's colour is the class of that one item, from light blue (I) to red (worse than V).",
          },
          width: 16,
          height: 10,
          columns: [
            river("ph"),
            river("dissolved_oxygen"),
            river("codmn"),
            river("ammonia_nitrogen"),
            river("total_phosphorus"),
            { quantity: "total_nitrogen" },
            { quantity: "turbidity" },
            { quantity: "conductivity" },
            { quantity: "water_temperature" },
          ],
        }),
        alertList({
          key: "alerts",
          title: { zh: "水环境有哪些告警？", en: "Which alerts are there on water?" },
          about: {
            zh: "正在告警与等待中的规则，按严重程度排列。",
            en: "Rules that fire or are about to, worst first.",
          },
          width: 8,
          height: 10,
          filter: '{domain="water"}',
        }),
      ],
    },
    {
      key: "river",
      title: { zh: "河流断面：单项走势与类别线", en: "River sections: each item and the lines of its classes" },
      panels: [
        item(
          "ammonia_nitrogen",
          { zh: "氨氮在哪一类？", en: "Which class is ammonia nitrogen?" },
          { zh: "生活污水和化肥的先兆。", en: "The first sign of sewage and fertiliser." },
        ),
        item(
          "codmn",
          { zh: "高锰酸盐指数在哪一类？", en: "Which class is the permanganate index?" },
          { zh: "有机污染的综合指标。", en: "Organic pollution as a whole." },
        ),
        item(
          "dissolved_oxygen",
          { zh: "溶解氧够鱼呼吸吗？", en: "Is there oxygen enough for fish?" },
          { zh: "越低越差；夜间与闷热天气最低。", en: "The lower, the worse; lowest at night and in sultry weather." },
        ),
        item(
          "total_phosphorus",
          { zh: "总磷在哪一类（河流）？", en: "Which class is total phosphorus (river)?" },
          {
            zh: "富营养化的限制因子；湖库限值更严。",
            en: "What eutrophication waits for; lakes have stricter limits.",
          },
        ),
        item(
          "total_nitrogen",
          { zh: "总氮在哪一类（湖库）？", en: "Which class is total nitrogen (lake)?" },
          {
            zh: "河流断面不以总氮定类，限值为湖库的。",
            en: "River sections are not classed by it; the lines are those of lakes.",
          },
          "lake",
        ),
        item(
          "ph",
          { zh: "pH 在 6 到 9 之间吗？", en: "Is the pH between 6 and 9?" },
          { zh: "骤变多为事故排放或电极故障。", en: "A jump is an accident upstream or a failing electrode." },
        ),
        trend({
          key: "physical",
          title: { zh: "浊度如何变化？", en: "How does turbidity go?" },
          about: {
            zh: "雨后升高属正常；晴天升高要查上游。河流没有浊度限值。",
            en: "It rises after rain; in dry weather look upstream. Rivers have no limit for it.",
          },
          width: 8,
          quantities: ["turbidity"],
        }),
        trend({
          key: "conductivity",
          title: { zh: "电导率如何变化？", en: "How does conductivity go?" },
          about: {
            zh: "突升提示工业排水或海水上溯。没有限值。",
            en: "A sudden rise tells of industry or of salt water. No limit applies.",
          },
          width: 8,
          quantities: ["conductivity", "specific_conductance"],
        }),
        trend({
          key: "temperature",
          title: { zh: "水温如何变化？", en: "How does the water temperature go?" },
          about: {
            zh: "GB 3838-2002 表 1：人为造成的周平均温升不超过 1 °C，温降不超过 2 °C。",
            en: "GB 3838-2002 table 1: man-made weekly mean rise at most 1 °C, fall at most 2 °C.",
          },
          width: 8,
          quantities: ["water_temperature"],
        }),
      ],
    },
    {
      key: "drinking",
      title: { zh: "生活饮用水", en: "Drinking water" },
      panels: [
        now({
          key: "tap",
          title: { zh: "管网末梢水达标吗？", en: "Is the water at the tap within its limits?" },
          about: {
            zh: "有余氯测点的设备为自来水测点；其余设备该列为空。",
            en: "Points with chlorine are tap-water points; others leave that column empty.",
          },
          width: 24,
          columns: [
            { quantity: "residual_chlorine", limits: limitsAt("network-end", "residual_chlorine") },
            { quantity: "total_chlorine", limits: limitsAt("network-end", "total_chlorine") },
            { quantity: "chlorine_dioxide", limits: limitsAt("network-end", "chlorine_dioxide") },
            { quantity: "ph", limits: limitsAt("drinking-water", "ph") },
            { quantity: "turbidity", limits: limitsAt("drinking-water", "turbidity") },
            { quantity: "colour", limits: limitsAt("drinking-water", "colour") },
          ],
        }),
        trend({
          key: "residual_chlorine",
          title: { zh: "余氯够不够、多不多？", en: "Is there chlorine enough, and not too much?" },
          about: {
            zh: "管网末梢限值；出厂水须在 0.3 mg/L 以上。",
            en: "Limits at the end of the network; leaving the plant it must be 0.3 mg/L or more.",
          },
          width: 12,
          quantities: ["residual_chlorine"],
          limits: limitsAt("network-end", "residual_chlorine"),
        }),
        trend({
          key: "tap turbidity",
          title: { zh: "出厂与末梢浊度在 1 NTU 以内吗？", en: "Is tap-water turbidity within 1 NTU?" },
          about: {
            zh: "河流测点不适用此限值，请用“设备”筛选。",
            en: "The limit is not for rivers: choose tap-water devices above.",
          },
          width: 12,
          quantities: ["turbidity"],
          limits: limitsAt("drinking-water", "turbidity"),
        }),
      ],
    },
    {
      key: "outlets",
      title: { zh: "排放口（日均值，近 30 天）", en: "Outlets (daily means, last 30 days)" },
      closed: true,
      panels: [
        daily("cod", { zh: "化学需氧量日均达标吗？", en: "Is COD within its daily limit?" }),
        daily("ammonia_nitrogen", { zh: "氨氮日均达标吗？", en: "Is ammonia nitrogen within its daily limit?" }),
        daily("total_phosphorus", { zh: "总磷日均达标吗？", en: "Is total phosphorus within its daily limit?" }),
        daily("total_nitrogen", { zh: "总氮日均达标吗？", en: "Is total nitrogen within its daily limit?" }),
        daily("suspended_solids", { zh: "悬浮物日均达标吗？", en: "Are suspended solids within their daily limit?" }),
        daily("bod5", { zh: "五日生化需氧量日均达标吗？", en: "Is BOD5 within its daily limit?" }),
      ],
    },
    {
      key: "level",
      title: { zh: "水位与流量", en: "Level and flow" },
      panels: [
        trend({
          key: "level",
          title: { zh: "水位涨得快吗？", en: "Is the water rising?" },
          about: {
            zh: "水位与闸上闸下水位。警戒水位因站而异，没有统一限值。",
            en: "Water level, above and below gates. Warning levels are each station's own; there is no common limit.",
          },
          width: 12,
          quantities: ["water_level", "water_level_above_gate", "water_level_below_gate"],
        }),
        trend({
          key: "flow",
          title: { zh: "河道流量多大？", en: "How much does the river carry?" },
          about: { zh: "河道流量。没有限值。", en: "River flow. No limit applies." },
          width: 12,
          quantities: ["river_flow"],
        }),
      ],
    },
  ]),
};
