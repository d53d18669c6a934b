import { parseArgs } from "node:util";

/** Where a command writes its lines. */
export type Terminal = { readonly out: (text: string) => void; readonly err: (text: string) => void };

/** A command line that cannot be understood: what is wrong with it. */
export class UsageError extends Error {}

export type CommandOptions = {
  readonly json: boolean;
  readonly role: string;
  readonly access: string;
  readonly "password-file"?: string | undefined;
};

const help = `weir-cloud: broker, ingest, store, API and console

  weir-cloud run <cloud.yaml>                until stopped
  weir-cloud check <cloud.yaml>              every fault of the configuration and of the files it names; opens nothing
  weir-cloud credential <cloud.yaml> <name>  lets a gateway (<site>/<gateway>) log in at the embedded broker
  weir-cloud token <cloud.yaml> <name>       lets a person use API and console from elsewhere

  --role <role>           credential: gateway (default), host or reader
  --password-file <file>  credential: take the password from this file instead of making one
  --access <access>       token: read (default) or operate
  --json                  for programs
  --help

A password or token that was made is printed once and kept only as a hash. SIGHUP makes a running cloud read who may log in anew.

Examples
  weir-cloud check /etc/weir/cloud.yaml
  weir-cloud credential cloud.yaml taizhou-hailing/gw-river-east > password
  weir-cloud token cloud.yaml "Wang Wei, water bureau" --access operate

Exit code: 0 all is well; 1 a fault; 2 the command was not understood.`;

/** Runs one command line (without program name) and resolves with its exit code. Never rejects. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: "boolean", default: false },
        role: { type: "string", default: "gateway" },
        access: { type: "string", default: "read" },
        "password-file": { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) {
      terminal.out(help);
      return 0;
    }
    return await dispatch(positionals, values, terminal);
  } catch (error) {
    if (error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith("ERR_PARSE_ARGS")) {
      terminal.err(`weir-cloud: ${(error as Error).message}\nweir-cloud --help shows how it is used.`);
      return 2;
    }
    terminal.err((error as Error).message);
    return 1;
  }
}

const verbs = ["run", "check", "credential", "token"];

async function dispatch(
  [verb, file, ...rest]: readonly string[],
  options: CommandOptions,
  terminal: Terminal,
): Promise<number> {
  if (verb === undefined || !verbs.includes(verb))
    throw new UsageError(
      `${verb === undefined ? "no command" : `no command "${verb}"`}; use run, check, credential or token`,
    );
  if (file === undefined) throw new UsageError(`${verb} takes the configuration file: weir-cloud ${verb} cloud.yaml`);
  if (verb === "run") return (await import("./run.ts")).runUntilStopped(file);
  if (verb === "check") return (await import("./check.ts")).check(file, options, terminal);
  const [name, ...more] = rest;
  if (name === undefined || more.length > 0) throw new UsageError(`${verb} takes one name`);
  const admit = await import("./admit.ts");
  return verb === "credential"
    ? admit.addCredential(file, name, options, terminal)
    : admit.addToken(file, name, options, terminal);
}
