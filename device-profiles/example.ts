import type { Content } from "./evaluate.ts";
import { parseFrames } from "./frames.ts";
import { parseRegisters } from "./registers.ts";
import type { ProfileExample } from "./schema.ts";

/** What the bytes of an example hold. Throws RangeError, saying what is wrong with them. */
export function contentOf(protocol: string, example: ProfileExample): Content {
  if ("registers" in example) return parseRegisters(example.registers);
  return parseFrames(example.frames, protocol === "cjt188" ? "cjt188" : "dlt645");
}
