#!/usr/bin/env node
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { systemClock } from "@weir/wire/clock.ts";
import { faultCommand } from "./commands/fault.ts";
import { help } from "./commands/help.ts";
import { listCommand } from "./commands/list.ts";
import { runCommand } from "./commands/run.ts";
import { UsageError } from "./commands/usage.ts";
import { SimulatorError } from "./run.ts";

const common = { help: { type: "boolean", short: "h" }, json: { type: "boolean" } } as const;

const commands = {
  run: {
    options: {
      ...common,
      seed: { type: "string" },
      speed: { type: "string" },
      anchor: { type: "string" },
      host: { type: "string" },
      "port-base": { type: "string" },
      "control-port": { type: "string" },
      instant: { type: "boolean" },
      fleet: { type: "string" },
      ports: { type: "string" },
    },
    act: runCommand,
  },
  fault: {
    options: {
      ...common,
      list: { type: "boolean" },
      clear: { type: "boolean" },
      "control-port": { type: "string" },
      for: { type: "string" },
      probability: { type: "string" },
      ms: { type: "string" },
      code: { type: "string" },
      registers: { type: "string" },
      bytes: { type: "string" },
      metric: { type: "string" },
      "per-hour": { type: "string" },
      by: { type: "string" },
    },
    act: faultCommand,
  },
  list: { options: { ...common, "port-base": { type: "string" } }, act: listCommand },
} as const satisfies Record<string, { options: ParseArgsOptionsConfig; act: unknown }>;

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...args] = argv;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(help());
    return name === undefined ? 2 : 0;
  }
  if (!(name in commands))
    throw new UsageError([`there is no command ${name}; there are ${Object.keys(commands).join(", ")}`]);
  const command = commands[name as keyof typeof commands];
  const parsed = parse([...args], command.options);
  if (parsed.values.help) {
    process.stdout.write(help(name as keyof typeof commands));
    return 0;
  }
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  process.once("disconnect", () => stop.abort());
  await command.act(parsed.values, parsed.positionals, { clock: systemClock, signal: stop.signal });
  return 0;
}

function parse(args: string[], options: ParseArgsOptionsConfig) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true }) as {
      values: Record<string, string | boolean | undefined>;
      positionals: string[];
    };
  } catch (error) {
    throw new UsageError([(error as Error).message.replace(/\. To specify a positional.*$/, "")]);
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError) && !(error instanceof SimulatorError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
