import { type Quantity, quantities } from "@weir/wire/quantities.ts";
import { idOf, type Limit, type Period, type Standard } from "./limit.ts";

const pages = "page images of the standards in caiyunapp/aqi-hub @82b4808 docs/";

/** Editions of GB 3095 and the steps of the newest: they follow one another without a gap or an overlap. */
const editions = {
  "2012": {
    standard: "GB 3095-2012",
    source: `GB 3095-2012 tables 1 and 2, ${pages}`,
    from: "2016-01-01",
    to: "2026-02-28",
  },
  "2026-1": {
    standard: "GB 3095-2026",
    source: `GB 3095-2026 tables 1 and 2, first step, ${pages}`,
    from: "2026-03-01",
    to: "2030-12-31",
  },
  "2026-2": {
    standard: "GB 3095-2026",
    source: `GB 3095-2026 tables 1 and 2, second step, ${pages}`,
    from: "2031-01-01",
  },
} as const satisfies Record<string, Standard>;

/** Limits of class I and class II areas, µg/m³, CO mg/m³. */
type Pair = readonly [I: number, II: number];
type Row = readonly [quantity: Quantity, period: Period, edition2012: Pair, step1: Pair, step2: Pair];

/** Gases at 298.15 K and 1013.25 hPa, particles as they are. The 8 h value is the largest running 8 h mean of the day. */
// biome-ignore format: a table
const rows: readonly Row[] = [
  ["so2", "year", [20, 60], [20, 60], [20, 20]],
  ["so2", "day", [50, 150], [50, 150], [50, 50]],
  ["so2", "hour", [150, 500], [150, 500], [150, 150]],
  ["no2", "year", [40, 40], [40, 40], [30, 30]],
  ["no2", "day", [80, 80], [80, 80], [50, 50]],
  ["no2", "hour", [200, 200], [200, 200], [200, 200]],
  ["co", "day", [4, 4], [4, 4], [4, 4]],
  ["co", "hour", [10, 10], [10, 10], [10, 10]],
  ["o3", "8h", [100, 160], [100, 160], [100, 160]],
  ["o3", "hour", [160, 200], [160, 200], [160, 200]],
  ["pm10", "year", [40, 70], [40, 60], [20, 50]],
  ["pm10", "day", [50, 150], [50, 120], [50, 100]],
  ["pm25", "year", [15, 35], [15, 30], [10, 25]],
  ["pm25", "day", [35, 75], [35, 60], [25, 50]],
  ["tsp", "year", [80, 200], [80, 200], [80, 200]],
  ["tsp", "day", [120, 300], [120, 300], [120, 300]],
  ["nox", "year", [50, 50], [50, 50], [40, 40]],
  ["nox", "day", [100, 100], [100, 100], [70, 70]],
  ["nox", "hour", [250, 250], [250, 250], [250, 250]],
  ["lead_in_air", "year", [0.5, 0.5], [0.5, 0.5], [0.5, 0.5]],
  ["lead_in_air", "quarter", [1, 1], [1, 1], [1, 1]],
  ["benzo_a_pyrene", "year", [0.001, 0.001], [0.001, 0.001], [0.001, 0.001]],
  ["benzo_a_pyrene", "day", [0.0025, 0.0025], [0.0025, 0.0025], [0.0025, 0.0025]],
];

const words: Readonly<Partial<Record<Period, readonly [en: string, zh: string]>>> = {
  hour: ["1 h mean", "1 小时平均"],
  "8h": ["largest 8 h mean of the day", "日最大 8 小时平均"],
  day: ["24 h mean", "24 小时平均"],
  quarter: ["mean of the quarter", "季平均"],
  year: ["mean of the year", "年平均"],
};

export const ambientAir: readonly Limit[] = rows.flatMap(([quantity, period, ...pairs]) =>
  Object.entries(editions).flatMap(([edition, standard], e) =>
    (["I", "II"] as const).map((grade, g) => {
      const [en, zh] = words[period]!;
      return {
        ...standard,
        id: `${idOf("GB 3095")}-${edition}/${quantity}/${period}/${grade}`,
        clause: "tables 1 and 2",
        object: "ambient-air" as const,
        grade,
        quantity,
        unit: quantity === "co" ? "mg/m3" : "ug/m3",
        side: "max" as const,
        value: pairs[e]![g]!,
        period,
        severity: "warning" as const,
        en: `${quantities[quantity].en}, ${en}, class ${grade} area`,
        zh: `${quantities[quantity].zh} ${zh} ${grade === "I" ? "一" : "二"}类区`,
      };
    }),
  ),
);

/** How much of a period must be there for its mean to count: GB 3095-2026, validity of data. Hours are 45 minutes at least. */
export const validity = {
  hour: { minutes: 45 },
  "8h": { hours: 6 },
  day: { hours: 20 },
  month: { days: 27 },
  year: { days: 324 },
} as const;
