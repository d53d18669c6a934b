import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { SimulatorError } from "../run.ts";
import { faultCommand } from "./fault.ts";
import { help } from "./help.ts";
import { listCommand } from "./list.ts";
import { runCommand } from "./run.ts";
import { type Surroundings, UsageError, type Values } from "./usage.ts";

const common = { help: { type: "boolean", short: "h" } } as const;
const asData = { json: { type: "boolean" } } as const;

const commands = {
  run: {
    options: {
      ...common,
      seed: { type: "string" },
      speed: { type: "string" },
      from: { type: "string" },
      since: { type: "string" },
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
      ...asData,
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
  list: { options: { ...common, ...asData, "port-base": { type: "string" } }, act: listCommand },
} as const satisfies Record<string, { options: ParseArgsOptionsConfig; act: unknown }>;

/**
 * The program `weir-sim`: arguments in, exit code out. 0 done, 1 it could not be done, 2 the command line is wrong; what to do
 * about it is in `complain`.
 */
export async function weirSim(
  argv: readonly string[],
  { complain, ...surroundings }: Surroundings & { complain(text: string): void },
): Promise<number> {
  try {
    return await obey(argv, surroundings);
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof SimulatorError)) throw error;
    complain(`${error.message}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function obey([name, ...args]: readonly string[], surroundings: Surroundings): Promise<number> {
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    surroundings.print(help());
    return name === undefined ? 2 : 0;
  }
  if (!isCommand(name))
    throw new UsageError([`there is no command ${name}; there are ${Object.keys(commands).join(", ")}`]);
  const { values, positionals } = parse(args, commands[name].options);
  if (values.help) surroundings.print(help(name));
  else await commands[name].act(values, positionals, surroundings);
  return 0;
}

function isCommand(name: string): name is keyof typeof commands {
  return Object.hasOwn(commands, name);
}

function parse(
  args: string[],
  options: ParseArgsOptionsConfig,
): { readonly values: Values; readonly positionals: readonly string[] } {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true }) as {
      values: Values;
      positionals: string[];
    };
  } catch (error) {
    throw new UsageError([(error as Error).message.replace(/\. To specify a positional.*$/, "")]);
  }
}
