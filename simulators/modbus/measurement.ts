import type { MeasureStep, ModbusProfile } from "@weir/device-profiles/schema.ts";

type Command =
  | { readonly kind: "read"; readonly table: string; readonly start: number; readonly count: number }
  | { readonly kind: "write"; readonly table: string; readonly start: number; readonly values: readonly number[] };

/** What a start–wait–read probe is doing. */
export type Measurement = {
  /** True when the request is one of the probe's commands; then it has been obeyed. */
  command(command: Command, worldNow: () => number): boolean;
  /** The instant of the world whose values stand in the registers, and how far they have settled, 0 to 1. */
  shown(worldNow: number): { readonly at: number; readonly trust: number };
};

/** Timers of programs may fire a little early; a probe is never exact either. */
const graceMs = 20;

/**
 * A probe that measures when told to: nothing in its registers before the first start, unsettled numbers until the waits of the
 * profile have passed (and its warm-up since power-up), then live ones; after a stop the last ones stay. A probe without a stop
 * command measures once for each start.
 */
export function createMeasurement(
  measure: NonNullable<ModbusProfile["measure"]>,
  monotonic: () => number,
): Measurement {
  const last = measure.start.findLastIndex((step) => !("wait" in step));
  const waitMs = measure.start.slice(last + 1).reduce((sum, step) => sum + ("wait" in step ? step.wait : 0), 0);
  const warmAt = monotonic() + (measure.warm_up ?? 0);
  const single = measure.stop.length === 0;
  let started: { readonly at: number; readonly worldAt: number } | undefined;
  let frozen: { readonly at: number; readonly trust: number } | undefined;

  function settling(): number {
    if (started === undefined) return 0;
    const ready = Math.max(started.at + waitMs, warmAt);
    if (monotonic() >= ready - graceMs) return 1;
    return 0.4 + (0.5 * (monotonic() - started.at)) / (ready - started.at);
  }

  return {
    command(command, worldNow) {
      const starts = measure.start.findIndex((step) => isStep(step, command));
      if (starts >= 0 && starts === last && (started === undefined || (single && settling() === 1))) {
        started = { at: monotonic(), worldAt: worldNow() };
        frozen = undefined;
      }
      const stops = measure.stop.some((step) => isStep(step, command));
      if (stops && started !== undefined) {
        frozen = { at: worldNow(), trust: settling() };
        started = undefined;
      }
      return starts >= 0 || stops;
    },
    shown(worldNow) {
      if (frozen) return frozen;
      return { at: single && settling() === 1 ? (started?.worldAt ?? worldNow) : worldNow, trust: settling() };
    },
  };
}

function isStep(step: MeasureStep, command: Command): boolean {
  if ("read" in step)
    return (
      command.kind === "read" &&
      step.read.table === command.table &&
      step.read.register === command.start &&
      step.read.count === command.count
    );
  if ("write" in step)
    return (
      command.kind === "write" &&
      step.write.table === command.table &&
      step.write.register === command.start &&
      step.write.values.length === command.values.length &&
      step.write.values.every((value, i) => value === command.values[i])
    );
  return false;
}
