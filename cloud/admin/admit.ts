import { randomBytes, timingSafeEqual } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Terminal, UsageError } from "@weir/config/command-line.ts";
import { readSecret } from "@weir/config/secret.ts";
import { readYaml } from "@weir/config/yaml-file.ts";
import { newToken, parseTokens } from "../api/tokens.ts";
import { type Credential, deriveKey, formatCredential } from "../broker/credentials.ts";
import { readCredentials } from "../config.ts";
import { cloudConfig } from "../config-schema.ts";
import type { CommandOptions } from "./command.ts";

/**
 * Appends an account to the embedded broker's credentials. Prints the password when it made one: it is kept nowhere. An account that is
 * there with the given password stays.
 */
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
  const given = options["password-file"];
  const password = given === undefined ? randomBytes(24).toString("base64url") : readSecret(given);
  const known = readCredentials(path).get(name);
  if (known && given !== undefined && known.identity.role === role && (await isPassword(password, known))) {
    if (json) out(JSON.stringify({ file: path, role, name }));
    else err(`${name} is there already, with this password (${path})`);
    return 0;
  }
  if (known) throw new Error(`${path}: ${name} is there already; remove its line first to give it another password`);
  appendLine(path, await formatCredential(role, name, password));
  if (json) out(JSON.stringify({ file: path, role, name, ...(given === undefined && { password }) }));
  else {
    if (given === undefined) out(password);
    err(`${name} may log in as ${role} (${path}); a running cloud takes it over on SIGHUP`);
  }
  return 0;
}

async function isPassword(password: string, { hash }: Credential): Promise<boolean> {
  const key = await deriveKey(Buffer.from(password), { ...hash, length: hash.key.length });
  return timingSafeEqual(key, hash.key);
}

/** Appends a person's token. Prints it when it made one: it is kept only as a hash. One that is there with the given token stays. */
export function addToken(file: string, name: string, options: CommandOptions, { out, err }: Terminal): number {
  const { access, json } = options;
  if (access !== "read" && access !== "operate") throw new UsageError(`--access ${access}: expected read or operate`);
  const { api } = readYaml(file, cloudConfig);
  if (api.tokens === undefined)
    throw new Error(`${file}: api.tokens is missing; name the file that holds the tokens, such as tokens`);
  const path = resolve(dirname(resolve(file)), api.tokens);
  const given = options["token-file"];
  const { token, line } = newToken(access, name, given === undefined ? undefined : readSecret(given));
  const lines = existsSync(path) ? readFileSync(path, "utf8") : "";
  const known = parseTokens(lines, path).some((each) => each.name === name);
  if (known && given !== undefined && lines.split(/\r?\n/).includes(line)) {
    if (json) out(JSON.stringify({ file: path, name, access }));
    else err(`${name} is there already, with this token (${path})`);
    return 0;
  }
  if (known) throw new Error(`${path}: ${name} is there already; remove the line first to give out another token`);
  appendLine(path, line);
  if (json) out(JSON.stringify({ file: path, name, access, ...(given === undefined && { token }) }));
  else {
    if (given === undefined) out(token);
    err(`${name} may ${access} (${path}); restart the cloud to take it over`);
  }
  return 0;
}

function appendLine(path: string, line: string): void {
  const before = existsSync(path) ? readFileSync(path, "utf8") : "";
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  appendFileSync(path, `${before === "" || before.endsWith("\n") ? "" : "\n"}${line}\n`, { mode: 0o600 });
}
