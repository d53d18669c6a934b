import type { Terminal } from "@weir/config/command-line.ts";
import { readYaml } from "@weir/config/yaml-file.ts";
import { edgeConfig } from "../config-schema.ts";
import type { CommandOptions } from "./command.ts";

const patienceMs = 5000;

/** Asks the agent that runs with this configuration on this machine whether it answers; 0 when it does. For health checks of containers and services. */
export async function health(file: string, { json }: CommandOptions, { out, err }: Terminal): Promise<number> {
  const { listen } = readYaml(file, edgeConfig).health;
  const url = `http://${listen.host.includes(":") ? `[${listen.host}]` : listen.host}:${listen.port}`;
  const ask = (path: string) => fetch(url + path, { signal: AbortSignal.timeout(patienceMs) });
  try {
    const answer = await ask(json ? "/status" : "/healthz");
    const text = (await answer.text()).trim();
    if (!answer.ok || (!json && text !== "ok")) throw new Error(`${answer.status}: something else listens there`);
    out(text);
    return 0;
  } catch (error) {
    const why = (error as Error & { cause?: Error }).cause?.message ?? (error as Error).message;
    err(`${url} does not answer as an agent does (${why}); check that weir-edge run is up, and its log`);
    return 1;
  }
}
