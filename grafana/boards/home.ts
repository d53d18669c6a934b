import { aqiLevels } from "@weir/alarms/aqi.ts";
import type { Domain, Quantity } from "@weir/wire/quantities.ts";
import { deviceVariable, siteVariable } from "../board.ts";
import { classColours, limitsAt, type Thresholds } from "../limit.ts";
import { cityMap } from "../map/panel.ts";
import { now } from "../now.ts";
import { alertList, mappingsOf, stat } from "../panels.ts";
import { chosen, target } from "../query.ts";
import { ageBars } from "../rest.ts";
import type { Board, DataLink, Panel, Text, Variable } from "../shape.ts";

const domains: readonly {
  readonly domain: Domain;
  readonly board: string;
  readonly zh: string;
  readonly en: string;
}[] = [
  { domain: "water", board: "water", zh: "水环境", en: "Water" },
  { domain: "air", board: "air", zh: "大气", en: "Air" },
  { domain: "pipe", board: "pipes", zh: "管网", en: "Pipes" },
  { domain: "light", board: "lights", zh: "路灯", en: "Streetlights" },
  { domain: "hazmat", board: "hazmat", zh: "危化品", en: "Hazardous materials" },
];

/** Devices that have written into a domain: the registry's facts do not say which domain a device belongs to. */
const devicesOf = ({ domain, zh, en }: (typeof domains)[number]): Variable =>
  deviceVariable([domain], { name: `in_${domain}`, label: { zh: `${zh}设备`, en: `${en} devices` }, hide: 2 });

const shareSteps: Thresholds = {
  mode: "absolute",
  steps: [
    { value: null, color: "red" },
    { value: 80, color: "orange" },
    { value: 95, color: "green" },
  ],
};

const toBoard = (board: string): readonly DataLink[] => [
  {
    title: { zh: "打开看板", en: "Open the board" },
    url: `/d/weir-${board}{twin}?\${site:queryparam}&\${__url_time_range}`,
  },
];

const online = ({ domain, board, zh, en }: (typeof domains)[number]): Panel =>
  stat({
    key: `online ${domain}`,
    title: { zh: `${zh}：设备在线率？`, en: `${en} online?` },
    about: {
      zh: "该领域设备近 15 分钟在线状态的平均值；绿 ≥ 95 %，橙 ≥ 80 %（运行单位默认值）。点击进入看板。",
      en: "Mean of the online state of this domain's devices within 15 minutes; green from 95 %, orange from 80 % (operator's default). Click to open its board.",
    },
    width: 4,
    targets: [
      target(
        `SELECT mean("device_online") * 100 FROM "gateway" WHERE $timeFilter AND "site" =~ /^\${site:regex}$/ AND "device" =~ /^\${in_${domain}:regex}$/`,
      ),
    ],
    unit: "percent",
    decimals: 0,
    thresholds: shareSteps,
    links: toBoard(board),
    noValue: { zh: "没有设备", en: "no devices" },
  });

/** The worst of all, as one figure that leads to its board. */
const worst = (
  key: string,
  board: string,
  query: string,
  title: Text,
  about: Text,
  options: {
    readonly unit: string;
    readonly thresholds?: Thresholds;
    readonly quantity?: Quantity;
    readonly decimals?: number;
  } & {
    readonly limits?: ReturnType<typeof limitsAt>;
  },
): Panel =>
  stat({
    key,
    title,
    about,
    width: 4,
    targets: [target(query)],
    links: toBoard(board),
    ...(options.quantity && { mappings: mappingsOf(options.quantity) }),
    unit: options.unit,
    ...(options.decimals !== undefined && { decimals: options.decimals }),
    ...(options.thresholds && { thresholds: options.thresholds }),
    ...(options.limits && { limits: options.limits }),
  });

const aqiSteps: Thresholds = {
  mode: "absolute",
  steps: aqiLevels.map(({ colour }, n) => ({ value: n === 0 ? null : aqiLevels[n - 1]!.to + 1, color: colour })),
};
const classSteps: Thresholds = {
  mode: "absolute",
  steps: classColours.map((color, n) => ({ value: n === 0 ? null : n + 0.5, color })),
};

export const home: Board = {
  name: "home",
  title: { zh: "城市总览", en: "State of the city" },
  description: {
    zh: "城市现在怎么样？哪里在告警？数据可信吗？",
    en: "How is the city now? Where does something alarm? Can the data be trusted?",
  },
  tags: ["home"],
  variables: [siteVariable, deviceVariable(["gateway"]), ...domains.map(devicesOf)],
  from: "now-1h",
  refresh: "30s",
  sections: [
    {
      key: "state",
      title: { zh: "此刻", en: "This moment" },
      panels: [
        ...domains.map(online),
        stat({
          key: "gateways",
          title: { zh: "几个网关离线？", en: "Gateways away?" },
          about: { zh: "云端每分钟统计；任何离线都为红色。", en: "Counted by the cloud once a minute; any is red." },
          width: 4,
          targets: [target(`SELECT last("gateways_offline") FROM "gateway" WHERE $timeFilter`)],
          unit: "none",
          decimals: 0,
          thresholds: {
            mode: "absolute",
            steps: [
              { value: null, color: "green" },
              { value: 1, color: "red" },
            ],
          },
          links: toBoard("gateways"),
        }),
        worst(
          "worst water class",
          "water",
          `SELECT max("water_class") FROM "water" WHERE ${chosen.replace("{device:", "{in_water:")}`,
          { zh: "最差断面是几类水？", en: "Worst river section?" },
          {
            zh: "GB 3838-2002 每小时评价，所有断面中最差。",
            en: "GB 3838-2002, judged hourly, worst of all sections.",
          },
          { unit: "none", thresholds: classSteps, quantity: "water_class" },
        ),
        worst(
          "worst aqi",
          "air",
          `SELECT max("aqi") FROM "air" WHERE ${chosen.replace("{device:", "{in_air:")}`,
          { zh: "最差的空气质量指数是多少？", en: "Worst air quality index?" },
          { zh: "HJ 633-2026 实时报，所有站中最差。", en: "HJ 633-2026, real-time report, worst of all stations." },
          { unit: "none", thresholds: aqiSteps, decimals: 0 },
        ),
        worst(
          "lowest pressure",
          "pipes",
          `SELECT min("pipe_pressure") FROM "pipe" WHERE ${chosen.replace("{device:", "{in_pipe:")}`,
          { zh: "最低水压是多少？", en: "Lowest water pressure?" },
          { zh: "所选时段内所有供水测点的最低值。", en: "Lowest of all points in the chosen time." },
          { unit: "suffix:kPa", limits: limitsAt("water-main", "pipe_pressure"), decimals: 0 },
        ),
        worst(
          "deepest road",
          "drainage",
          `SELECT max("road_water_depth") FROM "water" WHERE ${chosen.replace("{device:", "{in_water:")}`,
          { zh: "最深的路面积水有多深？", en: "Deepest water on a road?" },
          { zh: "所选时段内的最大值。", en: "Largest in the chosen time." },
          { unit: "suffix:cm", limits: limitsAt("road", "road_water_depth"), decimals: 0 },
        ),
        worst(
          "leakage",
          "lights",
          `SELECT max("leakage_current") FROM "light" WHERE ${chosen.replace("{device:", "{in_light:")}`,
          { zh: "最大漏电流是多少？", en: "Largest leakage current?" },
          { zh: "所选时段内的最大值。", en: "Largest in the chosen time." },
          { unit: "suffix:mA", limits: limitsAt("lamp", "leakage_current"), decimals: 0 },
        ),
        worst(
          "fullest tank",
          "hazmat",
          `SELECT max("tank_fill") FROM "hazmat" WHERE ${chosen.replace("{device:", "{in_hazmat:")}`,
          { zh: "最满的储罐有多满？", en: "Fullest tank?" },
          { zh: "所选时段内的最大值。", en: "Largest in the chosen time." },
          { unit: "percent", limits: limitsAt("tank", "tank_fill"), decimals: 0 },
        ),
      ],
    },
    {
      key: "where",
      title: { zh: "哪里", en: "Where" },
      panels: [
        alertList({
          key: "alerts",
          title: { zh: "现在有哪些告警？", en: "What is alerting now?" },
          about: {
            zh: "全城正在告警与等待中的规则，按严重程度排列。",
            en: "Rules that fire or are about to in the whole city, worst first.",
          },
          width: 10,
          height: 14,
          filter: "",
        }),
        cityMap({ key: "map", width: 14, height: 14 }),
      ],
    },
    {
      key: "coverage",
      title: { zh: "覆盖与数据时效", en: "Coverage and age of data" },
      panels: [
        ageBars("age", 12),
        now({
          key: "devices",
          title: { zh: "哪些设备离线，数据有多旧？", en: "Which devices are away, and how old is their data?" },
          about: {
            zh: "已登记设备的在线状态与最近一日的到达率、有效率；最旧的排在最前。",
            en: "Online state of registered devices, completeness and validity of the last day; oldest first.",
          },
          width: 12,
          columns: [
            { quantity: "device_online", limits: limitsAt("gateway", "device_online") },
            { quantity: "completeness", limits: limitsAt("data", "completeness") },
            { quantity: "validity", limits: limitsAt("data", "validity") },
          ],
        }),
      ],
    },
  ],
};
