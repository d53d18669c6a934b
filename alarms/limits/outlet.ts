import { type Quantity, quantities } from "@weir/wire/quantities.ts";
import { idOf, type Limit, type Standard } from "./limit.ts";

const gb18918: Standard = {
  standard: "GB 18918-2002",
  source:
    "GB 18918-2002 table 1, grade 1A, works built from 2006, as several public programs have it; daily means. Its amendment of 2025, in force from 2026-03-01, adds limits of single samples, which are not here; by its draft (h2o-china.com/news/332142) table 1 stays. The works' own permit comes first",
  from: "2006-05-08",
};

/** Figures that no source found so far gives. */
const fromMemory: ReadonlySet<Quantity> = new Set(["oil_in_water", "anionic_surfactant", "faecal_coliform"]);
const unconfirmed = {
  en: "from memory, read in no source yet: confirm before a report relies on it",
  zh: "凭记忆录入，尚未核对原文：用于报告前请确认",
};

// biome-ignore format: a table
const rows: readonly (readonly [quantity: Quantity, unit: string, side: "max" | "min", value: number])[] = [
  ["cod", "mg/L", "max", 50],
  ["bod5", "mg/L", "max", 10],
  ["suspended_solids", "mg/L", "max", 10],
  ["oil_in_water", "mg/L", "max", 1],
  ["anionic_surfactant", "mg/L", "max", 0.5],
  ["total_nitrogen", "mg/L", "max", 15],
  ["ammonia_nitrogen", "mg/L", "max", 5], // 8 where the water is 12 °C or colder
  ["total_phosphorus", "mg/L", "max", 0.5],
  ["ph", "[pH]", "min", 6],
  ["ph", "[pH]", "max", 9],
  ["faecal_coliform", "{CFU}/L", "max", 1000],
];

/** Discharge of sewage works, mean of a day. */
export const outlet: readonly Limit[] = rows.map(([quantity, unit, side, value]) => ({
  ...gb18918,
  id: `${idOf(gb18918.standard)}/1A/${quantity}/${side}`,
  clause: "table 1, grade 1A",
  object: "outlet",
  grade: "1A",
  quantity,
  unit,
  side,
  value,
  period: "day",
  severity: "warning",
  en: `${quantities[quantity].en}, outlet, grade 1A`,
  zh: `${quantities[quantity].zh} 排放口一级 A`,
  ...(fromMemory.has(quantity) && { unconfirmed }),
}));
