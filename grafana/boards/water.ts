import type { Quantity } from "@weir/wire/quantities.ts";
import { deviceVariable, siteVariable, tierVariable } from "../board.ts";
import { classColours, limitsAt, type Thresholds } from "../limit.ts";
import { now } from "../now.ts";
import { alertList, trend } from "../panels.ts";
import { kindsIn, rowsOf, target } from "../query.ts";
import { withRest } from "../rest.ts";
import type { Board, Panel, Text } from "../shape.ts";

/** An item of a river section with the lines of its classes. */
const item = (quantity: Quantity, title: Text, about: Text): Panel =>
  trend({
    ...{ key: quantity, title, about, width: 8, where: kindsIn("river") },
    quantities: [quantity],
    limits: limitsAt("river", quantity),
  });

/** The same of a lake. */
const lakeItem = (quantity: Quantity, title: Text, about: Text): Panel =>
  trend({
    ...{ key: `lake ${quantity}`, title, about, width: 8, where: kindsIn("lake") },
    quantities: [quantity],
    limits: limitsAt("lake", quantity),
  });

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
        `SELECT mean("${quantity}") FROM "water" WHERE ${rowsOf(kindsIn("outlet"))} GROUP BY time(1d), "site", "device" fill(none) tz('Asia/Shanghai')`,
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
            zh: "哪些断面与湖库劣于Ⅲ类，哪一项定的类？",
            en: "Which sections and lakes are worse than III, and which item decides?",
          },
          about: {
            zh: "按 GB 3838-2002 每小时评价：所有项目中最差的一项定类；不含总氮与粪大肠菌群。⚠ 未核实：日常评价不含这两项，凭记忆，尚未在文件中读到。",
            en: "Judged hourly by GB 3838-2002: the worst of all items decides; without total nitrogen and faecal coliform. ⚠ Not confirmed: that routine evaluation leaves these two out is from memory, read in no source yet.",
          },
          width: 24,
          height: 6,
          where: kindsIn("river", "lake"),
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
          where: kindsIn("river"),
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
          "cod",
          { zh: "化学需氧量在哪一类？", en: "Which class is the chemical oxygen demand?" },
          { zh: "工业与生活污水的有机负荷。", en: "The organic load of industry and sewage." },
        ),
        item(
          "dissolved_oxygen",
          { zh: "溶解氧够鱼呼吸吗？", en: "Is there oxygen enough for fish?" },
          { zh: "越低越差；夜间与闷热天气最低。", en: "The lower, the worse; lowest at night and in sultry weather." },
        ),
        item(
          "total_phosphorus",
          { zh: "总磷在哪一类？", en: "Which class is total phosphorus?" },
          {
            zh: "富营养化的限制因子；湖库限值更严，见下。",
            en: "What eutrophication waits for; lakes, below, have stricter limits.",
          },
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
          where: kindsIn("river", "lake"),
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
      key: "lake",
      title: {
        zh: "湖库：单项走势与类别线（设备配置 water: lake）",
        en: "Lakes: each item and the lines of its classes (devices with water: lake)",
      },
      panels: [
        lakeItem(
          "total_phosphorus",
          { zh: "湖库总磷在哪一类？", en: "Which class is total phosphorus in lakes?" },
          { zh: "湖库限值是河流的四分之一。", en: "A quarter of what rivers may have." },
        ),
        lakeItem(
          "total_nitrogen",
          { zh: "湖库总氮在哪一类？", en: "Which class is total nitrogen in lakes?" },
          {
            zh: "单独评价，不参与定类；河流没有总氮限值。",
            en: "Looked at apart, the class leaves it out; rivers have no limit of it.",
          },
        ),
        lakeItem(
          "ammonia_nitrogen",
          { zh: "湖库氨氮在哪一类？", en: "Which class is ammonia nitrogen in lakes?" },
          { zh: "入湖污水的先兆。", en: "The first sign of sewage that reaches the lake." },
        ),
        lakeItem(
          "dissolved_oxygen",
          { zh: "湖库溶解氧够吗？", en: "Is there oxygen enough in lakes?" },
          { zh: "白天过饱和、夜里过低是藻类过多。", en: "Too much by day and too little by night is too many algae." },
        ),
        lakeItem(
          "codmn",
          { zh: "湖库高锰酸盐指数在哪一类？", en: "Which class is the permanganate index in lakes?" },
          { zh: "有机污染的综合指标。", en: "Organic pollution as a whole." },
        ),
        lakeItem(
          "cod",
          { zh: "湖库化学需氧量在哪一类？", en: "Which class is the chemical oxygen demand in lakes?" },
          { zh: "有机负荷。", en: "The organic load." },
        ),
        lakeItem(
          "ph",
          { zh: "湖库 pH 在 6 到 9 之间吗？", en: "Is the pH of lakes between 6 and 9?" },
          { zh: "藻类旺盛时白天升高。", en: "It rises by day when algae thrive." },
        ),
        trend({
          key: "algae",
          title: { zh: "湖库在长藻吗？", en: "Are algae growing in lakes?" },
          about: {
            zh: "叶绿素 a 升高是水华的先兆。没有限值。",
            en: "Chlorophyll rises before a bloom. No limit applies.",
          },
          width: 8,
          where: kindsIn("lake"),
          quantities: ["chlorophyll"],
        }),
      ],
    },
    {
      key: "drinking",
      title: { zh: "生活饮用水", en: "Drinking water" },
      panels: [
        now({
          key: "tap",
          title: { zh: "饮用水达标吗？", en: "Is drinking water within its limits?" },
          about: {
            zh: "自来水分析仪，以及配置为 water: drinking-water 或 plant-outlet 的设备；消毒剂按管网末梢限值着色，出厂水更严，见下图。",
            en: "Analysers of tap water, and devices with water: drinking-water or plant-outlet; disinfectants are coloured by the limits at the end of the network, those of the plant, below, are stricter.",
          },
          width: 24,
          where: kindsIn("drinking-water", "plant-outlet"),
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
            zh: "管网末梢限值；出厂水见右图。",
            en: "Limits at the end of the network; what leaves the plant is on the right.",
          },
          width: 8,
          where: kindsIn("drinking-water"),
          quantities: ["residual_chlorine"],
          limits: limitsAt("network-end", "residual_chlorine"),
        }),
        trend({
          key: "plant residual_chlorine",
          title: { zh: "出厂水余氯够吗？", en: "Is there chlorine enough where water leaves the plant?" },
          about: {
            zh: "配置为 water: plant-outlet 的设备。",
            en: "Devices with water: plant-outlet.",
          },
          width: 8,
          where: kindsIn("plant-outlet"),
          quantities: ["residual_chlorine"],
          limits: limitsAt("plant-outlet", "residual_chlorine"),
        }),
        trend({
          key: "tap turbidity",
          title: { zh: "出厂与末梢浊度在 1 NTU 以内吗？", en: "Is tap-water turbidity within 1 NTU?" },
          about: { zh: "出厂水与管网水的浊度。", en: "Turbidity where water leaves the plant, and in the network." },
          width: 8,
          where: kindsIn("drinking-water", "plant-outlet"),
          quantities: ["turbidity"],
          limits: limitsAt("drinking-water", "turbidity"),
        }),
      ],
    },
    {
      key: "outlets",
      title: {
        zh: "排放口（日均值，近 30 天；设备配置 water: outlet）",
        en: "Outlets (daily means, last 30 days; devices with water: outlet)",
      },
      panels: [
        daily("cod", { zh: "化学需氧量日均达标吗？", en: "Is COD within its daily limit?" }),
        daily("ammonia_nitrogen", { zh: "氨氮日均达标吗？", en: "Is ammonia nitrogen within its daily limit?" }),
        daily("total_phosphorus", { zh: "总磷日均达标吗？", en: "Is total phosphorus within its daily limit?" }),
        daily("total_nitrogen", { zh: "总氮日均达标吗？", en: "Is total nitrogen within its daily limit?" }),
        daily("suspended_solids", { zh: "悬浮物日均达标吗？", en: "Are suspended solids within their daily limit?" }),
        daily("ph", { zh: "排放口 pH 日均达标吗？", en: "Is the outlet's pH within its limits?" }),
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
