import { aqiLevels } from "@weir/alarms/aqi.ts";
import { noiseAreas } from "@weir/alarms/limits/noise.ts";
import type { Quantity } from "@weir/wire/quantities.ts";
import { choices } from "../alerting/choices.ts";
import { deviceVariable, siteVariable, tierVariable } from "../board.ts";
import { limitsAt, type Thresholds } from "../limit.ts";
import { now } from "../now.ts";
import { alertList, stat, trend } from "../panels.ts";
import { chosen, target } from "../query.ts";
import { withRest } from "../rest.ts";
import type { Board, Panel, Text } from "../shape.ts";

const aqiSteps: Thresholds = {
  mode: "absolute",
  steps: aqiLevels.map(({ colour }, n) => ({ value: n === 0 ? null : aqiLevels[n - 1]!.to + 1, color: colour })),
};

const levels: Text = {
  zh: `颜色按 HJ 633 级别：${aqiLevels.map(({ to, zh }) => `≤ ${to} ${zh}`).join("，")}。`,
  en: `Colours are the levels of HJ 633: ${aqiLevels.map(({ to, en }) => `≤ ${to} ${en}`).join(", ")}.`,
};

/** A pollutant with the line of one of its limits in the city's area; all of them are told. */
const pollutant = (quantity: Quantity, title: Text, about: Text, period: "hour" | "day"): Panel => {
  const told = limitsAt("ambient-air", quantity, [choices.airArea]);
  const limits = told.filter((limit) => limit.period === period);
  return trend({ key: quantity, title, about, width: 8, quantities: [quantity], limits, told, min: 0 });
};

const dailyAbout: Text = {
  zh: "虚线为 24 小时平均限值：瞬时值越线不等于当日超标。",
  en: "The dashed line is the limit of the 24 h mean: a moment above it is not yet a day above it.",
};
const hourlyAbout: Text = {
  zh: "虚线为 1 小时平均限值。",
  en: "The dashed line is the limit of the 1 h mean.",
};

export const air: Board = {
  name: "air",
  title: { zh: "大气与噪声", en: "Air and noise" },
  description: {
    zh: "现在和过去 24 小时空气质量如何？首要污染物是什么？从哪里吹来？",
    en: "How is the air now and over the last 24 hours? Which pollutant decides? Where does it blow from?",
  },
  tags: ["air"],
  variables: [siteVariable, deviceVariable(["air"]), tierVariable],
  from: "now-24h",
  refresh: "1m",
  sections: withRest("air", [
    {
      key: "now",
      title: { zh: "现在", en: "Now" },
      panels: [
        stat({
          key: "aqi now",
          title: { zh: "现在的空气质量指数是多少？", en: "What is the air quality index now?" },
          about: {
            zh: `各站最新小时 AQI（HJ 633-2026 实时报）。${levels.zh}`,
            en: `Newest hourly index of each station (HJ 633-2026, real-time report). ${levels.en}`,
          },
          width: 8,
          height: 8,
          targets: [
            target(`SELECT last("aqi") FROM "air" WHERE ${chosen} GROUP BY "site", "device"`, {
              alias: "$tag_site/$tag_device",
            }),
          ],
          unit: "none",
          decimals: 0,
          thresholds: aqiSteps,
        }),
        stat({
          key: "aqi worst",
          title: { zh: "所选时段内最差是多少？", en: "How bad did it get in this time?" },
          about: {
            zh: `各站小时 AQI 的最大值。${levels.zh}`,
            en: `Largest hourly index of each station. ${levels.en}`,
          },
          width: 8,
          height: 8,
          targets: [
            target(`SELECT max("aqi") FROM "air" WHERE ${chosen} GROUP BY "site", "device"`, {
              alias: "$tag_site/$tag_device",
            }),
          ],
          unit: "none",
          decimals: 0,
          thresholds: aqiSteps,
        }),
        alertList({
          key: "alerts",
          title: { zh: "大气与噪声有哪些告警？", en: "Which alerts are there on air and noise?" },
          about: {
            zh: "正在告警与等待中的规则，按严重程度排列。",
            en: "Rules that fire or are about to, worst first.",
          },
          width: 8,
          filter: '{domain="air"}',
        }),
        trend({
          key: "aqi",
          title: { zh: "空气质量指数如何变化？", en: "How does the air quality index go?" },
          about: levels,
          width: 12,
          quantities: ["aqi"],
          draw: "steps",
          min: 0,
        }),
        now({
          key: "stations",
          title: {
            zh: "各站六项污染物是多少，哪一项为首？",
            en: "What does each station read, and which pollutant decides?",
          },
          about: {
            zh: "最新值；颜色按二类区 1 小时平均限值，颗粒物按 24 小时平均限值。",
            en: "Newest values; coloured by the 1 h limits of class II areas, particles by their 24 h limits.",
          },
          width: 12,
          columns: [
            { quantity: "aqi", thresholds: aqiSteps },
            { quantity: "aqi_primary" },
            ...(["pm25", "pm10"] as const).map((quantity) => ({
              quantity,
              limits: limitsAt("ambient-air", quantity, [choices.airArea]).filter(({ period }) => period === "day"),
            })),
            ...(["o3", "no2", "so2", "co"] as const).map((quantity) => ({
              quantity,
              limits: limitsAt("ambient-air", quantity, [choices.airArea]).filter(({ period }) => period === "hour"),
            })),
          ],
        }),
      ],
    },
    {
      key: "pollutants",
      title: { zh: "污染物", en: "Pollutants" },
      panels: [
        pollutant("pm25", { zh: "PM2.5 高吗？", en: "Is PM2.5 high?" }, dailyAbout, "day"),
        pollutant("pm10", { zh: "PM10 高吗？", en: "Is PM10 high?" }, dailyAbout, "day"),
        pollutant("o3", { zh: "臭氧高吗？", en: "Is ozone high?" }, hourlyAbout, "hour"),
        pollutant("no2", { zh: "二氧化氮高吗？", en: "Is nitrogen dioxide high?" }, hourlyAbout, "hour"),
        pollutant("so2", { zh: "二氧化硫高吗？", en: "Is sulfur dioxide high?" }, hourlyAbout, "hour"),
        pollutant("co", { zh: "一氧化碳高吗？", en: "Is carbon monoxide high?" }, hourlyAbout, "hour"),
      ],
    },
    {
      key: "weather",
      title: { zh: "气象", en: "Weather" },
      panels: [
        trend({
          key: "wind speed",
          title: { zh: "风有多大？", en: "How strong is the wind?" },
          about: {
            zh: "平均风速与阵风。风小则污染物积累。没有限值。",
            en: "Wind and gusts. Little wind lets pollution gather. No limit applies.",
          },
          width: 8,
          quantities: ["wind_speed", "wind_gust"],
          min: 0,
        }),
        trend({
          key: "wind direction",
          title: { zh: "风从哪个方向来？", en: "Where does the wind come from?" },
          about: {
            zh: "风的来向，0° 为北，顺时针。每段取最后一次读数：方向不能取算术平均。",
            en: "Where it comes from, 0° is north, clockwise. The last reading of each step: directions have no arithmetic mean.",
          },
          width: 8,
          quantities: ["wind_direction"],
          targets: [
            target(
              `SELECT last("wind_direction") FROM "air" WHERE ${chosen} GROUP BY time($__interval), "site", "device" fill(none)`,
              {
                alias: "$tag_site/$tag_device",
              },
            ),
          ],
          draw: "steps",
        }),
        trend({
          key: "rain",
          title: { zh: "每小时下了多少雨？", en: "How much rain fell each hour?" },
          about: {
            zh: "累计雨量每小时的增量；雨量计换新归零时不计负值。",
            en: "Hourly increase of the running total; a gauge that starts anew never counts negative.",
          },
          width: 8,
          quantities: ["rainfall"],
          targets: [
            target(
              `SELECT non_negative_difference(last("rainfall")) FROM "air" WHERE ${chosen} GROUP BY time(1h), "site", "device" fill(none)`,
              { alias: "$tag_site/$tag_device", policy: "1h" },
            ),
          ],
          draw: "bars",
          min: 0,
        }),
        trend({
          key: "temperature",
          title: { zh: "气温如何变化？", en: "How does the temperature go?" },
          about: {
            zh: "气温与露点：两者相遇即起雾。没有限值。",
            en: "Air temperature and dew point: where they meet there is fog. No limit applies.",
          },
          width: 8,
          quantities: ["air_temperature", "dew_point"],
        }),
        trend({
          key: "humidity",
          title: { zh: "湿度多高？", en: "How humid is it?" },
          about: {
            zh: "湿度高于 90 % 时光散射法颗粒物读数偏高。没有限值。",
            en: "Above 90 % light-scattering particle counters read too high. No limit applies.",
          },
          width: 8,
          quantities: ["relative_humidity"],
        }),
        trend({
          key: "pressure",
          title: { zh: "气压在升还是在降？", en: "Is the air pressure rising or falling?" },
          about: { zh: "大气压。没有限值。", en: "Air pressure. No limit applies." },
          width: 8,
          quantities: ["air_pressure"],
        }),
      ],
    },
    {
      key: "noise",
      title: { zh: "噪声", en: "Noise" },
      panels: [
        trend({
          key: "noise",
          title: {
            zh: "声级超过昼间或夜间限值吗？",
            en: "Is the sound level above the limit of the day, or of the night?",
          },
          about: {
            zh: `虚线为 ${choices.noiseArea} 类区昼间（06–22 时）与夜间限值；各区昼/夜：${noiseAreas.map(({ area, day, night }) => `${area} 类 ${day}/${night}`).join("，")} dB(A)。`,
            en: `Dashed lines are those of area ${choices.noiseArea} by day (06 to 22 h) and by night; day/night of all areas: ${noiseAreas.map(({ area, day, night }) => `${area} ${day}/${night}`).join(", ")} dB(A).`,
          },
          width: 12,
          quantities: ["noise_equivalent"],
          limits: limitsAt("noise", "noise_equivalent", [choices.noiseArea]),
        }),
        trend({
          key: "noise statistics",
          title: { zh: "瞬时、最大与背景声级是多少？", en: "How loud are moments, peaks and the background?" },
          about: {
            zh: "L10 为峰值，L90 为背景。限值只对等效声级。",
            en: "L10 are the peaks, L90 the background. Limits are for the equivalent level only.",
          },
          width: 12,
          quantities: ["noise_level", "noise_max", "noise_l10", "noise_l50", "noise_l90"],
        }),
      ],
    },
  ]),
};
