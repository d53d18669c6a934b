import type { Terminal } from "@weir/config/command-line.ts";
import { readYaml } from "@weir/config/yaml-file.ts";
import type { z } from "zod";
import type { health as answer } from "../api/answers.ts";
import { cloudConfig } from "../config-schema.ts";
import type { CommandOptions } from "./command.ts";

const patienceMs = 5000;

/** Asks the cloud that runs with this configuration on this machine how it is; 0 when all is well. For health checks of containers and services. */
export async function health(file: string, { json }: CommandOptions, { out, err }: Terminal): Promise<number> {
  const { listen } = readYaml(file, cloudConfig).api;
  const everywhere = listen.host === "0.0.0.0" || listen.host === "::";
  const host = everywhere ? "127.0.0.1" : listen.host.includes(":") ? `[${listen.host}]` : listen.host;
  const url = `http://${host}:${listen.port}/api/v1/health`;
  const told = await fetch(url, { signal: AbortSignal.timeout(patienceMs) })
    .then(async (response) => (await response.json()) as z.infer<typeof answer>)
    .catch((error: Error) => String((error.cause as Error | undefined)?.message ?? error.message));
  if (typeof told === "string" || !Array.isArray(told.troubles)) {
    err(`${url} does not answer as a cloud does (${typeof told === "string" ? told : "something else listens there"}); check that weir-cloud run is up, and its log`); // biome-ignore format: one sentence
    return 1;
  }
  if (json) out(JSON.stringify(told));
  else {
    out(`${told.status}: ${told.gatewaysOnline} of ${told.gateways} gateways online`);
    for (const trouble of told.troubles) err(trouble);
  }
  return told.status === "ok" ? 0 : 1;
}
