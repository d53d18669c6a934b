import { type Quantity, quantities } from "@weir/wire/quantities.ts";
import { idOf, type Limit, type Standard } from "./limit.ts";

/** Classes of GB 3838, best first. What is worse than V has no class of its own: class 6 in the vocabulary, 劣Ⅴ in words. */
export const waterClasses = ["I", "II", "III", "IV", "V"] as const;

const gb3838: Standard = {
  standard: "GB 3838-2002",
  source: "GB 3838-2002 table 1, read on the scanned standard (Fungwingwaa/cee @22aa4af GB-3838-2002.pdf)",
  from: "2002-06-01",
};

const romans = ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ"];

type Row = readonly [
  quantity: Quantity,
  side: "max" | "min",
  I: number,
  II: number,
  III: number,
  IV: number,
  V: number,
];

/** Items of table 1 that rivers and lakes share, mg/L. pH, 6 to 9 for all classes, is below. */
// biome-ignore format: a table
const both: readonly Row[] = [
  ["dissolved_oxygen", "min", 7.5, 6, 5, 3, 2],
  ["codmn", "max", 2, 4, 6, 10, 15],
  ["cod", "max", 15, 15, 20, 30, 40],
  ["bod5", "max", 3, 3, 4, 6, 10],
  ["ammonia_nitrogen", "max", 0.15, 0.5, 1, 1.5, 2],
  ["copper", "max", 0.01, 1, 1, 1, 1],
  ["zinc", "max", 0.05, 1, 1, 2, 2],
  ["fluoride", "max", 1, 1, 1, 1.5, 1.5],
  ["selenium", "max", 0.01, 0.01, 0.01, 0.02, 0.02],
  ["arsenic", "max", 0.05, 0.05, 0.05, 0.1, 0.1],
  ["mercury", "max", 0.00005, 0.00005, 0.0001, 0.001, 0.001],
  ["cadmium", "max", 0.001, 0.005, 0.005, 0.005, 0.01],
  ["chromium_vi", "max", 0.01, 0.05, 0.05, 0.05, 0.1],
  ["lead", "max", 0.01, 0.01, 0.05, 0.05, 0.1],
  ["cyanide", "max", 0.005, 0.05, 0.2, 0.2, 0.2],
  ["volatile_phenol", "max", 0.002, 0.002, 0.005, 0.01, 0.1],
  ["oil_in_water", "max", 0.05, 0.05, 0.05, 0.5, 1],
  ["anionic_surfactant", "max", 0.2, 0.2, 0.2, 0.3, 0.3],
  ["sulfide", "max", 0.05, 0.1, 0.2, 0.5, 1],
  ["faecal_coliform", "max", 200, 2000, 10_000, 20_000, 40_000],
  ["ph", "min", 6, 6, 6, 6, 6],
  ["ph", "max", 9, 9, 9, 9, 9],
];

/** Units of the items that are not mg/L. */
const units: Readonly<Partial<Record<Quantity, string>>> = { ph: "[pH]", faecal_coliform: "{CFU}/L" };

// biome-ignore format: a table
const own: Readonly<Record<"river" | "lake", readonly Row[]>> = {
  river: [["total_phosphorus", "max", 0.02, 0.1, 0.2, 0.3, 0.4]],
  lake: [
    ["total_phosphorus", "max", 0.01, 0.025, 0.05, 0.1, 0.2],
    ["total_nitrogen", "max", 0.2, 0.5, 1, 1.5, 2],
  ],
};

/** Class limits of surface water. Class I of dissolved oxygen is met by 90 % saturation too: water-class.ts knows. */
export const surfaceWater: readonly Limit[] = (["river", "lake"] as const).flatMap((object) =>
  [...both, ...own[object]].flatMap(([quantity, side, ...values]) =>
    waterClasses.map((grade, n) => ({
      ...gb3838,
      id: `${idOf(gb3838.standard)}/${object}/${quantity}/${side === "min" && quantity === "ph" ? "low/" : ""}${grade}`,
      clause: "table 1",
      object,
      grade,
      quantity,
      unit: units[quantity] ?? "mg/L",
      side,
      value: values[n]!,
      period: "sample" as const,
      severity: "warning" as const,
      en: `${quantities[quantity].en}, class ${grade}`,
      zh: `${quantities[quantity].zh} ${romans[n]}类`,
    })),
  ),
);
