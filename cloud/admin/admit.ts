import { randomBytes } from "node:crypto";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Terminal, UsageError } from "@weir/config/command-line.ts";
import { readSecret } from "@weir/config/secret.ts";
import { readYaml } from "@weir/config/yaml-file.ts";
import { newToken, parseTokens } from "../api/tokens.ts";
import { formatCredential } from "../broker/credentials.ts";
import { readCredentials } from "../config.ts";
import { cloudConfig } from "../config-schema.ts";
import type { CommandOptions } from "./command.ts";

/** Appends an account to the embedded broker's credentials. Prints the password when it made one: it is kept nowhere. */
export async function addCredential(
  file: string,
  name: string,
  options: CommandOptions,
  { out, err }: Terminal,
): Promise<number> {
  const { role, json } = options;
  if (role !== "gateway" && role !== "host" && role !== "reader")
    throw new UsageError(`--role ${role}: expected gateway, host or reader`);
  const { broker } = readYaml(file, cloudConfig);
  if ("url" in broker) throw new Error(`${file}: the broker is ${broker.url}; accounts are made there`);
  const path = resolve(dirname(resolve(file)), broker.credentials);
  if (readCredentials(path).has(name))
    throw new Error(`${path}: ${name} is there already; remove its line first to give it another password`);
  const given = options["password-file"];
  const password = given === undefined ? randomBytes(24).toString("base64url") : readSecret(given);
  appendLine(path, await formatCredential(role, name, password));
  if (json) out(JSON.stringify({ file: path, role, name, ...(given === undefined && { password }) }));
  else {
    if (given === undefined) out(password);
    err(`${name} may log in as ${role} (${path}); a running cloud takes it over on SIGHUP`);
  }
  return 0;
}

/** Appends a person's token. Prints it: it is kept only as a hash. */
export function addToken(file: string, name: string, { access, json }: CommandOptions, { out, err }: Terminal): number {
  if (access !== "read" && access !== "operate") throw new UsageError(`--access ${access}: expected read or operate`);
  const { api } = readYaml(file, cloudConfig);
  if (api.tokens === undefined)
    throw new Error(`${file}: api.tokens is missing; name the file that holds the tokens, such as tokens`);
  const path = resolve(dirname(resolve(file)), api.tokens);
  if (existsSync(path) && parseTokens(readFileSync(path, "utf8"), path).some((token) => token.name === name))
    throw new Error(`${path}: ${name} is there already; remove the line first to give out another token`);
  const { token, line } = newToken(access, name);
  appendLine(path, line);
  if (json) out(JSON.stringify({ file: path, name, access, token }));
  else {
    out(token);
    err(`${name} may ${access} (${path}); restart the cloud to take it over`);
  }
  return 0;
}

function appendLine(path: string, line: string): void {
  const before = existsSync(path) ? readFileSync(path, "utf8") : "";
  appendFileSync(path, `${before === "" || before.endsWith("\n") ? "" : "\n"}${line}\n`, { mode: 0o600 });
}
