import type { Terminal } from "@weir/config/command-line.ts";
import { readConfig } from "../config.ts";
import type { CommandOptions } from "./command.ts";

/** Says what the cloud would do with this configuration, or throws with every fault of it. Opens nothing. */
export function check(file: string, { json }: CommandOptions, { out }: Terminal): number {
  const { hostId, broker, store, api } = readConfig(file);
  const brokerAt = broker.kind === "own" ? `${broker.host}:${broker.port}` : broker.url;
  const accounts = broker.kind === "own" ? broker.credentials.size : undefined;
  if (json)
    out(
      JSON.stringify({
        host: hostId,
        broker: brokerAt,
        accounts,
        store: store.kind,
        api: api.listen,
        tokens: api.tokens.length,
      }),
    );
  else
    out(
      [
        `${file} is good`,
        `  broker  ${brokerAt}${accounts === undefined ? "" : `, ${accounts} accounts${accounts === 0 ? ": nobody can log in yet; see weir-cloud credential" : ""}`}`,
        `  store   ${store.kind === "sqlite" ? store.file : store.url}`,
        `  API     http://${api.listen.host}:${api.listen.port}, ${api.tokens.length === 0 ? "no tokens: for this machine only" : `${api.tokens.length} tokens`}`,
      ].join("\n"),
    );
  return 0;
}
