import type { Fault } from "./fault.ts";

const hourMs = 3_600_000;

/** What an instrument would say of a metric at an instant of the world. */
export type Truth = (at: number) => number;

/**
 * What a fault makes of a value. Pure; faults are applied one after another.
 * since: the instant of the world at which the fault began.
 */
export function spoilValue(truth: Truth, metric: string, fault: Fault, since: number): Truth {
  switch (fault.fault) {
    case "stuck":
      return fault.metric === undefined || fault.metric === metric ? () => truth(since) : truth;
    case "drift":
      return fault.metric === metric ? (at) => truth(at) + (fault.per_hour * (at - since)) / hourMs : truth;
    case "spike":
      return fault.metric === metric ? (at) => truth(at) + fault.by : truth;
    default:
      return truth;
  }
}
