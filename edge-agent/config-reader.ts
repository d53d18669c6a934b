import { readConfig } from "./config.ts";
import type { Answer } from "./config-apart.ts";

process.send?.(read(process.argv[2] ?? ""), () => process.disconnect());

function read(file: string): Answer {
  try {
    return { config: readConfig(file) };
  } catch (error) {
    return { faults: (error as Error).message };
  }
}
