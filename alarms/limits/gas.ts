import { type Quantity, quantities } from "@weir/wire/quantities.ts";
import { idOf, type Limit, type Standard } from "./limit.ts";

const gbt50493: Standard = {
  standard: "GB/T 50493-2019",
  source: "GB/T 50493-2019, levels as told at cdbihui.com and bjime.com (table of exposure limits, GBZ 2.1)",
  from: "2020-01-01",
};

/** Lower explosive limit of methane, %vol. */
const methaneLel = 5;

/** mg/m³ → ppm at 25 °C and 101.325 kPa. */
function ppm(milligrams: number, molarMass: number): number {
  return (milligrams * 24.45) / molarMass;
}

/**
 * First level of toxic gases, mg/m³ (100 % of the exposure limit; the second is twice that), and molar mass, g/mol.
 * Left out: formaldehyde, for which the tables found (2 mg/m³) and GBZ 2.1 as we remember it (0.5) disagree.
 */
// biome-ignore format: a table
const toxic: readonly (readonly [quantity: Quantity, first: number, molarMass: number])[] = [
  ["h2s_ppm", 10, 34.08],
  ["co_ppm", 20, 28.01],
  ["no2_ppm", 5, 46.01],
  ["no_ppm", 5, 30.01],
  ["cl2_ppm", 1, 70.91],
  ["so2_ppm", 5, 64.06],
  ["nh3_ppm", 20, 17.03],
  ["benzene_ppm", 6, 78.11],
  ["hf_ppm", 2, 20.01],
  ["hcn_ppm", 1, 27.03],
  ["hcl_ppm", 7.5, 36.46],
  ["o3_ppm", 0.3, 48],
];

const levels = [
  { grade: "first", times: 1, severity: "warning", en: "first alarm level", zh: "一级报警" },
  { grade: "second", times: 2, severity: "critical", en: "second alarm level", zh: "二级报警" },
] as const;

const combustible: readonly Quantity[] = ["combustible_lel", "ch4_lel"];

/** Gas alarm levels. A detector that only says "toxic" is held to hydrogen sulfide's levels, the likeliest in sewers and pits. */
export const gas: readonly Limit[] = [
  ...levels.flatMap((level) => [
    ...combustible.map((quantity) => limitOf(quantity, "%{LEL}", 25 * level.times, level, "5.5.2")),
    limitOf("ch4_volume", "%{vol}", (25 * level.times * methaneLel) / 100, level, "5.5.2; 5 %vol is 100 %LEL"),
    ...toxic.map(([quantity, first, mass]) =>
      limitOf(quantity, "[ppm]", round(ppm(first * level.times, mass)), level, "5.5.2"),
    ),
    limitOf("toxic_gas_ppm", "[ppm]", round(ppm(10 * level.times, 34.08)), level, "5.5.2, as hydrogen sulfide"),
  ]),
  oxygen("min", 19.5, "low", "缺氧"),
  oxygen("max", 23.5, "high", "富氧"),
];

/** Three digits, as the displays of detectors show. */
function round(value: number): number {
  return Number(value.toPrecision(3));
}

function limitOf(
  quantity: Quantity,
  unit: string,
  value: number,
  level: (typeof levels)[number],
  clause: string,
): Limit {
  return {
    ...gbt50493,
    id: `${idOf(gbt50493.standard)}/${quantity}/${level.grade}`,
    clause,
    object: "workplace",
    grade: level.grade,
    quantity,
    unit,
    side: "max",
    value,
    period: "sample",
    severity: level.severity,
    en: `${quantities[quantity].en}, ${level.en}`,
    zh: `${quantities[quantity].zh}${level.zh}`,
  };
}

function oxygen(side: "min" | "max", value: number, word: string, zh: string): Limit {
  return {
    ...gbt50493,
    source: "the band that rules for confined spaces share (29 CFR 1910.146; Chinese permits to work)",
    unconfirmed: {
      en: "that GB/T 50493-2019 gives this band, and in which clause, is from memory",
      zh: "GB/T 50493-2019 是否采用该范围及条款号凭记忆录入，尚未核对原文",
    },
    id: `${idOf(gbt50493.standard)}/oxygen_volume/${word}`,
    clause: "5.5.2",
    object: "workplace",
    grade: "first",
    quantity: "oxygen_volume",
    unit: "%{vol}",
    side,
    value,
    period: "sample",
    severity: "critical",
    en: `Oxygen too ${word}`,
    zh: `氧气${zh}`,
  };
}
