import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What a node's value registers mean, as its C has it: `X(sewer_level, 0.001, 0, …)` of `<variant>.h`. */
export function channelsOf(variant: string): { readonly quantity: string; readonly scale: number }[] {
  const text = readFileSync(join(import.meta.dirname, `${variant}.h`), "utf8");
  return [...text.matchAll(/\bX\((\w+), ([\d.]+),/g)].map(([, quantity, scale]) => ({
    quantity: quantity!,
    scale: Number(scale),
  }));
}
