import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What a node's value register means, and the sensor behind it as it is in the factory. */
export type Channel = {
  readonly quantity: string;
  readonly scale: number;
  /** Analog input, and its line: two codes of the converter and the raw values that they are. */
  readonly input: number;
  readonly codes: readonly [number, number];
  readonly values: readonly [number, number];
};

/** As the node's C has them: `X(sewer_level, 0.001, 0, 2884, 0, …)` of `<variant>.h`. */
export function channelsOf(variant: string): readonly Channel[] {
  const text = readFileSync(join(import.meta.dirname, `${variant}.h`), "utf8");
  return [...text.matchAll(/\bX\((\w+), ([-\d., ]+)\)/g)].map(([, quantity, rest]) => {
    const [scale, input, code1, value1, code2, value2] = rest!.split(",").map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    return { quantity: quantity!, scale, input, codes: [code1, code2], values: [value1, value2] };
  });
}

/** Volts at the input for a value in the quantity's unit; of a lamp, whose current alternates, their effective value. */
export function voltsOf({ scale, codes, values }: Channel, value: number): number {
  const code = codes[0] + ((value / scale - values[0]) * (codes[1] - codes[0])) / (values[1] - values[0]);
  return Math.min(5, Math.max(0, (code * 5) / 16_384));
}
