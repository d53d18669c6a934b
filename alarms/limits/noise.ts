import { quantities } from "@weir/wire/quantities.ts";
import { idOf, type Limit, type Standard } from "./limit.ts";

const gb3096: Standard = {
  standard: "GB 3096-2008",
  source:
    "GB 3096-2008 table 1, from the ministry's text (song19850425/env-assets @83f6dca EnvStandard/data/standards/GB3096-2008.json)",
  from: "2008-10-01",
};

/** Areas of GB 3096: what stands there, and Leq by day (06:00 to 22:00) and by night, dB(A). */
// biome-ignore format: a table
export const noiseAreas = [
  { area: "0", day: 50, night: 40, en: "rest and recovery", zh: "康复疗养区" },
  { area: "1", day: 55, night: 45, en: "homes, schools, hospitals, offices", zh: "居住文教区" },
  { area: "2", day: 60, night: 50, en: "homes, shops and trade mixed", zh: "居住商业混杂区" },
  { area: "3", day: 65, night: 55, en: "industry and storage", zh: "工业仓储区" },
  { area: "4a", day: 70, night: 55, en: "beside main roads and waterways", zh: "交通干线两侧" },
  { area: "4b", day: 70, night: 60, en: "beside railways", zh: "铁路干线两侧" },
] as const;

export type NoiseArea = (typeof noiseAreas)[number]["area"];

const periods = [
  ["day", "daytime", "by day", "昼间"],
  ["night", "night", "by night", "夜间"],
] as const;

export const noise: readonly Limit[] = noiseAreas.flatMap((row) =>
  periods.map(([column, period, en, zh]) => ({
    ...gb3096,
    id: `${idOf(gb3096.standard)}/${row.area}/${period}`,
    clause: "table 1",
    object: "noise" as const,
    grade: row.area,
    quantity: "noise_equivalent" as const,
    unit: "dB[SPL]",
    side: "max" as const,
    value: row[column],
    period,
    severity: "warning" as const,
    en: `${quantities.noise_equivalent.en} ${en}, area ${row.area}: ${row.en}`,
    zh: `${quantities.noise_equivalent.zh} ${zh} ${row.area} 类：${row.zh}`,
  })),
);

/** dB by which a sudden peak at night may be above the limit of the night. GB 3096-2008 5.4. */
export const nightPeakAbove = 15;
