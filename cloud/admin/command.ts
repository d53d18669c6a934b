import { noCommand, runCommandLine, type Terminal, UsageError, type Values } from "@weir/config/command-line.ts";

const options = {
  json: { type: "boolean", default: false },
  role: { type: "string", default: "gateway" },
  access: { type: "string", default: "read" },
  "password-file": { type: "string" },
  "token-file": { type: "string" },
  "admin-token-file": { type: "string" },
  "admin-user": { type: "string" },
  "admin-password-file": { type: "string" },
} as const;
export type CommandOptions = Values<typeof options>;

const help = `weir-cloud: broker, ingest, store, API and console

  weir-cloud run <cloud.yaml>                until stopped
  weir-cloud check <cloud.yaml>              every fault of the configuration and of the files it names; opens nothing
  weir-cloud health <cloud.yaml>             how the cloud that runs with it on this machine is
  weir-cloud credential <cloud.yaml> <name>  lets a gateway (<site>/<gateway>) log in at the embedded broker
  weir-cloud token <cloud.yaml> <name>       lets a person use API and console from elsewhere
  weir-cloud store init <cloud.yaml>         InfluxDB: creates buckets with their retention, and tokens that only write and only read
  weir-cloud store check <cloud.yaml>        writes and reads as the cloud would, and says every fault
  weir-cloud store retention <cloud.yaml>    InfluxDB: sets how long is kept what, as the configuration says
  weir-cloud backup <cloud.yaml> <folder>    copies what the cloud keeps itself, also while it runs
  weir-cloud restore <cloud.yaml> <folder>   puts a backup in place, while the cloud does not run

  --role <role>           credential: gateway (default), host or reader
  --password-file <file>  credential: take the password from this file instead of making one
  --token-file <file>     token: take the token from this file instead of making one
  --access <access>       token: read (default) or operate
  --admin-token-file <file>      store, InfluxDB 2.x: an operator's token, or all-access of the organisation; used once, not kept
  --admin-user <name>            store, InfluxDB 1.x with users: an administrator, who then creates the user of the configuration
  --admin-password-file <file>   store, InfluxDB 1.x: the administrator's password
  --json                  for programs
  --help

A backup holds ledger, directory, commands, credentials, tokens and the embedded store; not cloud.yaml and the files with passwords that it
names, and not InfluxDB, which has a backup of its own. A restore verifies it first and moves aside what is there.

A password or token that was made is printed once and kept only as a hash. One from a file that is there already changes nothing.
SIGHUP makes a running cloud read who may log in anew.

Examples
  weir-cloud check /etc/weir/cloud.yaml
  weir-cloud credential cloud.yaml taizhou-hailing/gw-river-east > password
  weir-cloud backup cloud.yaml /backup/2026-11-24
  weir-cloud restore cloud.yaml /backup/2026-11-24
  weir-cloud token cloud.yaml "Wang Wei, water bureau" --access operate
  weir-cloud store init cloud.yaml --admin-token-file /run/secrets/influx-admin

Exit code: 0 all is well; 1 a fault; 2 the command was not understood.`;

/** See runCommandLine. */
export function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  return runCommandLine(args, terminal, { name: "weir-cloud", help, options, dispatch });
}

const verbs = ["run", "check", "health", "credential", "token", "store", "backup", "restore"];

async function dispatch(
  [verb, file, ...rest]: readonly string[],
  options: CommandOptions,
  terminal: Terminal,
): Promise<number> {
  if (verb === undefined || !verbs.includes(verb)) throw noCommand(verb, verbs);
  if (verb === "store") return (await import("./store.ts")).store(file, rest[0], options, terminal);
  if (file === undefined) throw new UsageError(`${verb} takes the configuration file: weir-cloud ${verb} cloud.yaml`);
  if (verb === "run") return (await import("./run.ts")).runUntilStopped(file);
  if (verb === "check") return (await import("./check.ts")).check(file, options, terminal);
  if (verb === "health") return (await import("./health.ts")).health(file, options, terminal);
  const [name, ...more] = rest;
  if (verb === "backup" || verb === "restore") {
    if (more.length > 0) throw new UsageError(`${verb} takes one folder`);
    if (verb === "backup") return (await import("./backup.ts")).takeBackup(file, name, options, terminal);
    return (await import("./restore.ts")).restoreBackup(file, name, options, terminal);
  }
  if (name === undefined || more.length > 0) throw new UsageError(`${verb} takes one name`);
  const admit = await import("./admit.ts");
  return verb === "credential"
    ? admit.addCredential(file, name, options, terminal)
    : admit.addToken(file, name, options, terminal);
}
