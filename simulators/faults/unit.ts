import type { Exception, Unit } from "../modbus/pdu.ts";
import type { ActiveFault } from "./board.ts";

/** A unit some of whose registers answer with an exception while a fault is on. */
export function withExceptions(unit: Unit, hitting: () => readonly ActiveFault[]): Unit {
  const refusal = (start: number, count: number): { readonly exception: Exception } | undefined => {
    for (const { fault } of hitting())
      if (fault.fault === "exception" && touches(fault.registers, start, count)) return { exception: fault.code };
    return undefined;
  };
  return {
    read: (table, start, count) => refusal(start, count) ?? unit.read(table, start, count),
    write: (table, start, values) => refusal(start, values.length) ?? unit.write(table, start, values),
  };
}

function touches(registers: string | undefined, start: number, count: number): boolean {
  if (registers === undefined) return true;
  const [first = 0, last = first] = registers.split("-").map(Number);
  return start <= last && start + Math.max(1, count) > first;
}
