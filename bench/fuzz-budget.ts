import { parseArgs } from "node:util";

/** How long to try, at most how often, and which draws. */
export type Budget = { readonly seed: number; readonly most: number; readonly budgetMs: number };

/** Of the command line: --seconds, --frames, --seed; the seed is the time when none is given. */
export function readBudget(): Budget {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "15" },
      frames: { type: "string", default: "10000000" },
      seed: { type: "string", default: String(Date.now() % 2 ** 32) },
    },
  });
  return { seed: Number(values.seed), most: Number(values.frames), budgetMs: Number(values.seconds) * 1000 };
}
