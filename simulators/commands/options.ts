import { type Terminal, UsageError } from "@weir/config/command-line.ts";
import type { Clock } from "@weir/wire/clock.ts";
import type { District } from "../plan.ts";

/** The options of a command line, as they were given. */
export type Given = Readonly<Record<string, string | boolean | undefined>>;

export type Surroundings = {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly out: Terminal["out"];
  /** What `run` runs; the city of city.ts unless given. */
  readonly districts?: readonly District[];
};

/** Reads options one after another and remembers every fault, so that all are said at once. */
export type OptionReader = {
  text(name: string, usual: string): string;
  number(
    name: string,
    usual: number,
    range: { readonly min: number; readonly max: number; readonly whole?: "whole" },
  ): number;
  fault(message: string): void;
  /** Throws a UsageError when there was a fault. */
  done(): void;
};

export function readOptions(given: Given): OptionReader {
  const faults: string[] = [];
  return {
    text: (name, usual) => (typeof given[name] === "string" ? given[name] : usual),
    number(name, usual, { min, max, whole }) {
      const text = given[name];
      if (typeof text !== "string") return usual;
      const value = text.trim() === "" ? Number.NaN : Number(text);
      if (value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
      faults.push(`--${name} ${text}: give a ${whole ? "whole " : ""}number from ${min} to ${max}`);
      return usual;
    },
    fault: (message) => void faults.push(message),
    done() {
      if (faults.length > 0) throw new UsageError(...faults);
    },
  };
}

export const usualControlPort = 15010;
export const usualPortBase = 15020;
export const anyPort = { min: 0, max: 65535, whole: "whole" } as const;
