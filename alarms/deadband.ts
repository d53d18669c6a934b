import { quantities } from "@weir/wire/quantities.ts";
import type { Limit } from "./limits/limit.ts";

/**
 * Share of a limit by which a value must have come back before it counts as back. By what is measured, after EEMUA 191's shares of
 * range (level and flow 5 %, pressure 2 %, temperature 1 %); others 5 %, gases 10 %.
 */
const shares: readonly (readonly [RegExp, number])[] = [
  [/pressure/, 0.02],
  [/temperature/, 0.01],
  [/^voltage$/, 0.01],
  [/_ppm$|_lel$|^ch4_volume$/, 0.1],
  [/^oxygen_volume$/, 0.02],
  [/^noise_/, 0.02],
  [/^ph$/, 0.0125],
];

/**
 * The value at which an alarm of this limit ends: inside the limit by its deadband, so that a value that wavers at the limit alarms
 * once. undefined for a state, which has nothing between two values. Pure.
 */
export function releaseOf(limit: Pick<Limit, "quantity" | "side" | "value">): number | undefined {
  if (quantities[limit.quantity].kind === "state") return undefined;
  const share = shares.find(([name]) => name.test(limit.quantity))?.[1] ?? 0.05;
  const band = Math.abs(limit.value) * share;
  return Number((limit.side === "max" ? limit.value - band : limit.value + band).toPrecision(6));
}
