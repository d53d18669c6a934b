import { fork } from "node:child_process";
import { join } from "node:path";
import type { EdgeConfig } from "./config.ts";

/** What the process that reads the configuration answers. */
export type Answer = { readonly config: EdgeConfig } | { readonly faults: string };

/**
 * Reads edge.yaml in a process of its own, so that a gateway does not carry the YAML parser, the schemas and all profiles in
 * memory for years: 20 MB of an agent's 80. Rejects with an Error that lists every fault, as readConfig throws it.
 */
export function readConfigApart(file: string): Promise<EdgeConfig> {
  return new Promise((resolve, reject) => {
    const reader = fork(join(import.meta.dirname, "config-reader.ts"), [file], { serialization: "advanced" });
    let answer: Answer = { faults: `${file}: the process that reads it ended without an answer` };
    reader.on("message", (message) => {
      answer = message as Answer;
    });
    reader.once("error", reject);
    reader.once("exit", () => ("config" in answer ? resolve(answer.config) : reject(new Error(answer.faults))));
  });
}
