import type { MeasureStep, ModbusProfile } from "@weir/device-profiles/schema.ts";
import type { Clock } from "@weir/wire/clock.ts";
import type { Turn } from "../driver.ts";
import type { Asker } from "./ask.ts";
import type { Request } from "./pdu.ts";

/** A start–wait–read measurement of one device. */
export type Measurement = {
  /** Warm-up if the device has just come up, then the start steps. Waits do not hold the line. Rejects with a LinkError. */
  start(turn: Turn): Promise<void>;
  stop(turn: Turn): Promise<void>;
  /** The device was lost: it warms up again when it is back. */
  lost(): void;
};

export function createMeasurement(
  measure: NonNullable<ModbusProfile["measure"]>,
  { ask }: Pick<Asker, "ask">,
  clock: Clock,
): Measurement {
  let cold = true;

  async function run(steps: readonly MeasureStep[], turn: Turn): Promise<void> {
    for (const step of steps) {
      if (turn.signal.aborted) return;
      if ("wait" in step) await clock.sleep(step.wait, turn.signal);
      else await ask(requestOf(step), turn);
    }
  }

  return {
    start: async (turn) => {
      if (cold && measure.warm_up) await clock.sleep(measure.warm_up, turn.signal);
      cold = false;
      await run(measure.start, turn);
    },
    stop: (turn) => run(measure.stop, turn),
    lost: () => {
      cold = true;
    },
  };
}

function requestOf(step: Exclude<MeasureStep, { wait: number }>): Request {
  if ("read" in step)
    return { kind: "read", table: step.read.table, start: step.read.register, count: step.read.count };
  const { table, register: start, values, multiple } = step.write;
  if (values.length === 1 && !multiple) return { kind: "write-one", table, start, value: values[0]! };
  return { kind: "write-many", table, start, values };
}
