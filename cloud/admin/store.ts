import { chmodSync, existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Terminal, UsageError } from "@weir/config/command-line.ts";
import { readSecret } from "@weir/config/secret.ts";
import { readYaml } from "@weir/config/yaml-file.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { readConfig, retentionOf } from "../config.ts";
import { type CloudConfigFile, cloudConfig } from "../config-schema.ts";
import { checkInflux, type Finding, works } from "../store/influx-check.ts";
import { placesOf, type Step } from "../store/influx-prepare.ts";
import { prepareV1 } from "../store/influx-prepare-v1.ts";
import { prepareV2 } from "../store/influx-prepare-v2.ts";
import { serverOf } from "../store/influx-server.ts";
import { openStore } from "../store/open.ts";
import type { CommandOptions } from "./command.ts";

const verbs = ["init", "check", "retention"] as const;
type Influx = NonNullable<CloudConfigFile["store"]["influx"]>;
const never = new AbortController().signal;

/** `weir-cloud store init | check | retention <cloud.yaml>`. Resolves with the exit code. */
export async function store(
  verb: string | undefined,
  file: string | undefined,
  options: CommandOptions,
  terminal: Terminal,
): Promise<number> {
  const found = verbs.find((each) => each === verb);
  if (!found) throw new UsageError(`store takes ${verbs.join(", ")}: weir-cloud store check cloud.yaml`);
  if (file === undefined)
    throw new UsageError(`store ${found} takes the configuration file: weir-cloud store ${found} cloud.yaml`);
  if (found === "check") return check(file, options, terminal);
  const { store } = readYaml(file, cloudConfig);
  if (!store.influx) {
    terminal.out(
      options.json
        ? JSON.stringify({ steps: [] })
        : "the store is sqlite: nothing to prepare, the cloud creates its file and forgets what is too old",
    );
    return 0;
  }
  const at = (path: string) => resolve(dirname(resolve(file)), path);
  const only = found === "retention" ? { only: "retention" as const } : {};
  const steps =
    store.influx.version === "2"
      ? await prepare2(store.influx, at, options, only)
      : await prepare1(store.influx, at, options, only);
  if (options.json) terminal.out(JSON.stringify({ steps }));
  else for (const { what, did } of steps) terminal.out(`${did.padEnd(9)}  ${what}`);
  return 0;
}

type At = (path: string) => string;
type Only = { readonly only?: "retention" };

async function prepare2(influx: Influx, at: At, options: CommandOptions, only: Only): Promise<readonly Step[]> {
  const { org, bucket, timeout: timeoutMs } = influx;
  const url = influx.url.replace(/\/$/, "");
  const adminFile = options["admin-token-file"];
  if (adminFile === undefined)
    throw new UsageError(
      "InfluxDB 2.x: give --admin-token-file: a token of an operator, or all-access of the organisation; it is used once and not kept",
    );
  const places = placesOf(bucket, retentionOf(influx));
  const admin = { url, org, token: readSecret(adminFile), timeoutMs };
  const { steps, createToken } = await prepareV2(admin, { places, ...only }, never);
  if (only.only) return steps;
  const tokens: Step[] = [];
  const files = { write: influx.token_file ?? "token", read: influx.read_token_file ?? "read-token" };
  // A cloud with one token reads with it too; the other one is Grafana's.
  const both = influx.read_token_file === undefined;
  for (const may of ["write", "read"] as const) {
    const path = at(files[may]);
    const actions = may === "write" && both ? (["write", "read"] as const) : [may];
    const what = `token that may only ${actions.join(" and ")}, in ${path}`;
    if (existsSync(path)) {
      const own = serverOf({ url, timeoutMs, api: { version: 2, org, bucket, token: readSecret(path) } });
      if ((await Promise.all(actions.map((each) => works(own, each, systemClock.now())))).every(Boolean)) {
        tokens.push({ what, did: "as it was" });
        continue;
      }
    }
    const did = existsSync(path) ? "changed" : "created";
    keepSecret(path, await createToken(actions, `weir ${actions.join(" and ")} ${bucket}`));
    tokens.push({ what, did });
  }
  return [...steps, ...tokens];
}

async function prepare1(influx: Influx, at: At, options: CommandOptions, only: Only): Promise<readonly Step[]> {
  const { url, bucket: database, username, password_file, timeout: timeoutMs } = influx;
  const own =
    username === undefined || password_file === undefined
      ? undefined
      : { name: username, password: readSecret(at(password_file)) };
  const admin = options["admin-user"];
  const adminPassword = options["admin-password-file"];
  if ((admin === undefined) !== (adminPassword === undefined))
    throw new UsageError("--admin-user and --admin-password-file belong together");
  const login = admin === undefined ? own : { name: admin, password: readSecret(adminPassword!) };
  const api = { version: 1 as const, database, ...(login && { user: login.name, password: login.password }) };
  const server = serverOf({ url: url.replace(/\/$/, ""), timeoutMs, api });
  const user = admin !== undefined && own && own.name !== admin ? { user: own } : {};
  return prepareV1(server, { database, places: placesOf(database, retentionOf(influx)), ...user, ...only }, never);
}

async function check(file: string, { json }: CommandOptions, { out, err }: Terminal): Promise<number> {
  const { store } = readConfig(file);
  const findings: readonly Finding[] =
    store.kind === "influx" ? await checkInflux(serverOf(store), systemClock, never) : [await checkSqlite(store)];
  const faults = findings.filter(({ fault }) => fault !== undefined);
  if (json) out(JSON.stringify({ findings }));
  else
    for (const { what, fault } of findings)
      if (fault === undefined) out(`good   ${what}`);
      else err(`fault  ${what}: ${fault}`);
  return faults.length === 0 ? 0 : 1;
}

async function checkSqlite(options: Parameters<typeof openStore>[0] & { readonly kind: "sqlite" }): Promise<Finding> {
  const what = `sqlite ${options.file}`;
  try {
    const opened = await openStore(options, systemClock);
    await opened.latest(never).finally(() => opened.close());
    return { what, fault: undefined };
  } catch (error) {
    return { what, fault: (error as Error).message };
  }
}

/** Readable by its owner only, and never half written. */
function keepSecret(path: string, secret: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const fresh = `${path}.new`;
  writeFileSync(fresh, `${secret}\n`, { mode: 0o600 });
  chmodSync(fresh, 0o600);
  renameSync(fresh, path);
}
