import { releaseOf } from "./deadband.ts";
import type { Limit } from "./limits/limit.ts";
import { exceeds } from "./limits.ts";

/**
 * Which of some limits of one quantity a value is beyond, with hysteresis: a limit that was exceeded before stays so until the value
 * has come back by the limit's deadband. NaN changes nothing: what is not known neither raises nor clears an alarm. Pure.
 * before: ids that were exceeded, as returned last time.
 */
export function exceeded(
  limits: readonly Limit[],
  value: number,
  before: ReadonlySet<string> = new Set(),
): ReadonlySet<string> {
  if (Number.isNaN(value)) return before;
  return new Set(
    limits
      .filter((limit) => exceeds(limit, value) || (before.has(limit.id) && !released(limit, value)))
      .map(({ id }) => id),
  );
}

function released(limit: Limit, value: number): boolean {
  const release = releaseOf(limit);
  if (release === undefined) return true;
  return limit.side === "max" ? value < release : value > release;
}

export type GasLevel = "none" | "first" | "second";
export type TankLevel = "LL" | "L" | "normal" | "H" | "HH";

/** The level that a gas detector stands at, worst first; limits: those of its gas (`object: "workplace"`). Pure. */
export function gasLevel(limits: readonly Limit[], value: number, before: GasLevel = "none"): GasLevel {
  const grades = before === "second" ? ["first", "second"] : before === "first" ? ["first"] : [];
  const held = new Set(limits.filter(({ grade }) => grades.includes(grade)).map(({ id }) => id));
  return worst(limits, exceeded(limits, value, held), ["second", "first"]) ?? "none";
}

/** Where a tank stands between its limits; limits: those of its level, fill, pressure or temperature (`object: "tank"`). Pure. */
export function tankLevel(limits: readonly Limit[], value: number, before: TankLevel = "normal"): TankLevel {
  const grades = { LL: ["LL", "L"], L: ["L"], normal: [], H: ["H"], HH: ["HH", "H"] }[before] as readonly string[];
  const held = new Set(limits.filter(({ grade }) => grades.includes(grade)).map(({ id }) => id));
  return worst(limits, exceeded(limits, value, held), ["HH", "LL", "H", "L"]) ?? "normal";
}

function worst<Grade extends string>(
  limits: readonly Limit[],
  over: ReadonlySet<string>,
  order: readonly Grade[],
): Grade | undefined {
  return order.find((grade) => limits.some((limit) => limit.grade === grade && over.has(limit.id)));
}
