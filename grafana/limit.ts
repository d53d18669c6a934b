import type { Limit, LimitObject, Severity } from "@weir/alarms/limits/limit.ts";
import { exceeds, limitsInForce } from "@weir/alarms/limits.ts";
import { infoOf, type Quantity } from "@weir/wire/quantities.ts";
import type { Text } from "./shape.ts";

/**
 * The day whose limits the boards show. Boards are files: when a limit ends or begins (`nextChange` of alarms/limits.ts), set this and
 * generate anew. A test fails when a change lies between this day and the newest commit's day.
 */
export const asOf = Date.UTC(2026, 10, 24);

export const colour = { fine: "green", info: "yellow", warning: "orange", critical: "red" } as const;

/** Colours of the classes of GB 3838 on maps and tables, I to worse than V (HJ 522-2009). */
export const classColours = ["#CCFFFF", "#00CCFF", "#00FF00", "#FFFF00", "#FF9B00", "#FF0000"] as const;

export type Step = { readonly value: number | null; readonly color: string };
export type Thresholds = { readonly mode: "absolute"; readonly steps: readonly Step[] };

export const noLimits: Thresholds = { mode: "absolute", steps: [{ value: null, color: colour.fine }] };

/** Limits of a quantity at an object, in force on `asOf`. Throws a RangeError when there are none: a panel must not promise a limit that is not there. */
export function limitsAt(object: LimitObject, quantity: Quantity, grades?: readonly string[]): readonly Limit[] {
  const found = limitsInForce(asOf, { object, quantity }).filter(
    ({ grade }) => grades === undefined || grades.includes(grade),
  );
  if (found.length === 0)
    throw new RangeError(`no limit of ${quantity} at ${object} is in force; see alarms/limits.ts`);
  return found;
}

/**
 * Limits → the steps of a panel. A step's colour holds from its value upward; a limit itself is still within, so what is above a
 * maximum begins a hair above it. Pure.
 */
export function stepsOf(limits: readonly Limit[]): Thresholds {
  const starts = [...new Set(limits.map(({ side, value }) => (side === "max" ? justAbove(value) : value)))];
  starts.sort((a, b) => a - b);
  const steps = [Number.NEGATIVE_INFINITY, ...starts].map((value) => ({
    value: Number.isFinite(value) ? value : null,
    color: colourOf(limits, value),
  }));
  return { mode: "absolute", steps: steps.filter((step, n) => n === 0 || step.color !== steps[n - 1]!.color) };
}

/** A value's colour: of the worst limit that it exceeds. */
function colourOf(limits: readonly Limit[], value: number): string {
  const classes = limits.filter(({ object }) => object === "river" || object === "lake");
  if (classes.length > 1 && classes.length === limits.length) {
    const worst = Math.max(0, ...classes.filter((limit) => exceeds(limit, value)).map(({ grade }) => classOf(grade)));
    return classColours[worst]!;
  }
  const severities: readonly Severity[] = limits.filter((limit) => exceeds(limit, value)).map((each) => each.severity);
  const worst = (["critical", "warning", "info"] as const).find((severity) => severities.includes(severity));
  return colour[worst ?? "fine"];
}

const classOf = (grade: string): number => ["I", "II", "III", "IV", "V"].indexOf(grade) + 1;

export const justAbove = (value: number): number =>
  Number((value + Math.max(Math.abs(value), 1e-3) * 1e-9).toPrecision(15));

const periods: Readonly<Record<Limit["period"], Text>> = {
  sample: { zh: "", en: "" },
  hour: { zh: "1 小时平均", en: "1 h mean" },
  "8h": { zh: "8 小时平均", en: "8 h mean" },
  day: { zh: "日平均", en: "daily mean" },
  daytime: { zh: "昼间", en: "daytime" },
  night: { zh: "夜间", en: "night" },
  month: { zh: "月平均", en: "monthly mean" },
  quarter: { zh: "季平均", en: "quarterly mean" },
  year: { zh: "年平均", en: "annual mean" },
};

/** What a panel says of its limits: figure, unit, clause and where it was read. */
export function sentenceOf(limits: readonly Limit[]): Text {
  const { zh, en } = figuresOf(limits);
  return { zh: `限值 ${zh}`, en: `Limits: ${en}` };
}

/** What of the figures nobody has read in a source yet, a sentence each. */
export function doubtsOf(limits: readonly Limit[], language: "zh" | "en"): readonly string[] {
  const doubts = new Set(limits.flatMap(({ unconfirmed }) => (unconfirmed ? [unconfirmed[language]] : [])));
  return [...doubts].map((doubt) => (language === "zh" ? `⚠ 未核实：${doubt}` : `⚠ Not confirmed: ${doubt}`));
}

/** The same without a head: `GB 3838-2002 (table 1): I ≤ 2 mg/L; II ≤ 4 mg/L`, a paragraph a standard. */
export function figuresOf(limits: readonly Limit[]): Text {
  const say = (language: "zh" | "en") => {
    const standards = new Map<string, string[]>();
    for (const { standard, source, grade, side, value, quantity, period, clause } of limits) {
      const name = standard === "operator" ? source : `${standard} (${clause})`;
      const words = [
        grade,
        periods[period][language],
        side === "max" ? "≤" : "≥",
        String(value),
        infoOf(quantity)!.display,
      ];
      standards.set(name, [...(standards.get(name) ?? []), words.filter((word) => word !== "").join(" ")]);
    }
    const join = language === "zh" ? "；" : "; ";
    return [...standards]
      .map(([name, figures]) => `${name}: ${figures.join(join)}`)
      .concat(doubtsOf(limits, language))
      .join("\n\n");
  };
  return { zh: say("zh"), en: say("en") };
}

/** Silence, as the alert on it has it. */
export const ageSteps: Thresholds = stepsOf(limitsAt("gateway", "data_age"));
