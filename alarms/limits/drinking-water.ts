import { type Quantity, quantities } from "@weir/wire/quantities.ts";
import { idOf, type Limit, type LimitObject, type Severity, type Standard } from "./limit.ts";

const gb5749: Standard = {
  standard: "GB 5749-2022",
  source:
    "GB 5749-2022 tables 1 and 2, transcribed line by line from the scanned standard (song19850425/env-assets @83f6dca EnvStandard/data/standards/GB5749-2022.json)",
  from: "2023-04-01",
};

type Row = readonly [
  quantity: Quantity,
  unit: string,
  low: number | undefined,
  high: number | undefined,
  severity: Severity,
];

/** Everywhere in the network. */
// biome-ignore format: a table
const everywhere: readonly Row[] = [
  ["ph", "[pH]", 6.5, 8.5, "warning"],
  ["turbidity", "{NTU}", undefined, 1, "warning"],
  ["colour", "{TCU}", undefined, 15, "warning"],
  ["aluminium", "mg/L", undefined, 0.2, "warning"],
  ["iron", "mg/L", undefined, 0.3, "warning"],
  ["manganese", "mg/L", undefined, 0.1, "warning"],
  ["copper", "mg/L", undefined, 1, "warning"],
  ["zinc", "mg/L", undefined, 1, "warning"],
  ["chloride", "mg/L", undefined, 250, "warning"],
  ["sulfate", "mg/L", undefined, 250, "warning"],
  ["total_dissolved_solids", "mg/L", undefined, 1000, "warning"],
  ["hardness", "mg/L", undefined, 450, "warning"],
  ["codmn", "mg/L", undefined, 3, "warning"],
  ["ammonia_nitrogen", "mg/L", undefined, 0.5, "warning"],
];

/** Disinfectants, by where the water is. Without any, germs grow within hours: the low side is critical. */
// biome-ignore format: a table
const disinfectants: Readonly<Partial<Record<LimitObject, readonly Row[]>>> = {
  "plant-outlet": [
    ["residual_chlorine", "mg/L", 0.3, 2, "critical"],
    ["total_chlorine", "mg/L", 0.5, 3, "critical"],
    ["dissolved_ozone", "mg/L", undefined, 0.3, "critical"],
    ["chlorine_dioxide", "mg/L", 0.1, 0.8, "critical"],
  ],
  "network-end": [
    ["residual_chlorine", "mg/L", 0.05, 2, "critical"],
    ["total_chlorine", "mg/L", 0.05, 3, "critical"],
    ["dissolved_ozone", "mg/L", 0.02, 0.3, "critical"],
    ["chlorine_dioxide", "mg/L", 0.02, 0.8, "critical"],
  ],
};

export const drinkingWater: readonly Limit[] = [
  ...everywhere.flatMap((row) => limitsOf("drinking-water", "table 1", row)),
  ...Object.entries(disinfectants).flatMap(([object, rows]) =>
    rows.flatMap((row) => limitsOf(object as LimitObject, "table 2", row)),
  ),
];

function limitsOf(object: LimitObject, clause: string, [quantity, unit, low, high, severity]: Row): readonly Limit[] {
  const { en, zh } = quantities[quantity];
  return (
    [
      ["min", low, "at least", "下限"],
      ["max", high, "at most", "上限"],
    ] as const
  ).flatMap(([side, value, atLeast, xian]) =>
    value === undefined
      ? []
      : [
          {
            ...gb5749,
            id: `${idOf(gb5749.standard)}/${object}/${quantity}/${side}`,
            clause,
            object,
            grade: "",
            quantity,
            unit,
            side,
            value,
            period: "sample" as const,
            severity,
            en: `${en}, ${atLeast}`,
            zh: `${zh}${xian}`,
          },
        ],
  );
}
