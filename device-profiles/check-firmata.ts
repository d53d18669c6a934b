import type { Fault } from "@weir/config/fault.ts";
import { placeOf } from "./place.ts";
import { firmataPoint, firmataSensors } from "./schema/firmata.ts";
import type { FirmataAddress, FirmataPoint } from "./schema.ts";

type Fail = (path: Fault["path"], message: string) => void;

/** What the schema cannot see in one point of a board. */
export function checkBoardPoint({ at, write, scale, offset, states }: FirmataPoint, fail: Fail): void {
  if ("sensor" in at) {
    const values: readonly string[] = firmataSensors[at.sensor];
    if (!values.includes(at.value)) fail(["at", "value"], `a ${at.sensor} gives ${values.join(" and ")}`);
  }
  if ("bytes" in at && at.bits !== undefined && at.bits > 8 * at.bytes)
    fail(["at", "bits"], `${at.bytes} bytes hold ${8 * at.bytes} bits`);
  if (!write) return;
  const highest = "output" in at ? 1 : "pwm" in at ? 255 : undefined;
  if (highest === undefined) {
    fail(["write"], `${placeOf(at)} is an input; only output and pwm can be written`);
    return;
  }
  if (write.min > write.max) fail(["write"], "min must not be above max");
  if (write.rest !== undefined && (write.rest < write.min || write.rest > write.max))
    fail(["write", "rest"], `lies outside ${write.min} to ${write.max}`);
  if (states) return;
  for (const end of ["min", "max"] as const) {
    const raw = Math.round((write[end] - offset) / scale);
    if (raw < 0 || raw > highest)
      fail(["write", end], `${write[end]} would be raw ${raw}; the pin takes 0 to ${highest}`);
  }
}

/** Pins that two points want in two ways. */
export function checkBoardPins(points: unknown, fail: Fail): void {
  const uses = new Map<number, { readonly use: string; readonly index: number }>();
  (Array.isArray(points) ? points : []).forEach((given: unknown, index) => {
    const parsed = firmataPoint.safeParse(given);
    const claim = parsed.success ? pinUse(parsed.data.at) : undefined;
    if (!claim) return;
    const first = uses.get(claim.pin);
    if (first && first.use !== claim.use)
      fail(["points", index, "at"], `pin ${claim.pin} is already ${first.use}, for points.${first.index}`);
    uses.set(claim.pin, first ?? { use: claim.use, index });
  });
}

function pinUse(at: FirmataAddress): { readonly pin: number; readonly use: string } | undefined {
  if ("digital" in at) return { pin: at.digital, use: at.pull_up ? "an input with pull-up" : "an input" };
  if ("output" in at) return { pin: at.output, use: "an output" };
  if ("pwm" in at) return { pin: at.pwm, use: "a PWM output" };
  return "one_wire" in at ? { pin: at.one_wire, use: "a OneWire bus" } : undefined;
}
