import { decodeRegisters, registersOf } from "./decode.ts";
import { type Interpreted, interpret, type Why } from "./interpret.ts";
import { metricOf } from "./metric.ts";
import { bytesAt, formatRegister, type Registers } from "./registers.ts";
import type { ModbusAddress, Profile, ProfilePoint } from "./schema.ts";

/** What one point of a profile says about given registers. `missing` names the first address that is not among them. */
export type Reading = {
  readonly point: ProfilePoint;
  readonly metric: string;
  readonly raw?: number;
  readonly missing?: string;
} & Interpreted;

/** In words for a technician: what a Why means and what to look at. */
export const whyText: Record<Why, string> = {
  "not-a-number": "the bytes are no number (NaN, infinity or broken BCD); check type and order",
  "no-value": "the device says that it has no value (pattern in `invalid`)",
  "outside-valid": "the raw number is outside `valid`",
  "no-such-state": "`states` does not name this raw number",
  decimals: "the register of decimals does not hold 0 to 9",
  implausible: "outside the plausible range of the quantity; check type, order and scale",
};

/** Reads every point of the profile out of given registers, in the profile's order. Pure; never throws. */
export function evaluate(profile: Profile, registers: Registers): readonly Reading[] {
  return profile.points.map((point) => {
    const metric = metricOf(point);
    const missing = [point.at, ...(point.decimals ? [point.decimals] : [])].find(
      (at) => rawAt(at, registers) === undefined,
    );
    if (missing)
      return {
        point,
        metric,
        value: null,
        quality: "bad",
        missing: `${missing.table} ${formatRegister(missing.register)}`,
      };
    const raw = rawAt(point.at, registers)!;
    const decimals = point.decimals && rawAt(point.decimals, registers);
    return { point, metric, raw, ...interpret(point, raw, decimals) };
  });
}

function rawAt(at: ModbusAddress, registers: Registers): number | undefined {
  if (at.type === "bit") return registers[at.table].get(at.register);
  const bytes = bytesAt(registers[at.table], at.register, registersOf(at.type));
  return bytes && decodeRegisters(bytes, at);
}
