import type { Clock } from "@weir/wire/clock.ts";

/** The command line asks for something that is not there: one line a fault. Exit code 2. */
export class UsageError extends Error {
  constructor(faults: readonly string[]) {
    super([...faults, "weir-sim --help shows what there is"].join("\n"));
    this.name = "UsageError";
  }
}

export type Values = Readonly<Record<string, string | boolean | undefined>>;

export type Surroundings = { readonly clock: Clock; readonly signal: AbortSignal; print(text: string): void };

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

export function readOptions(values: Values): OptionReader {
  const faults: string[] = [];
  return {
    text: (name, usual) => (typeof values[name] === "string" ? values[name] : usual),
    number(name, usual, { min, max, whole }) {
      const text = values[name];
      if (typeof text !== "string") return usual;
      const value = text.trim() === "" ? Number.NaN : Number(text);
      if (value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
      faults.push(`--${name} ${text}: give a ${whole ? "whole " : ""}number from ${min} to ${max}`);
      return usual;
    },
    fault: (message) => void faults.push(message),
    done() {
      if (faults.length > 0) throw new UsageError(faults);
    },
  };
}

export const usualControlPort = 15010;
export const usualPortBase = 15020;
export const anyPort = { min: 0, max: 65535, whole: "whole" } as const;
