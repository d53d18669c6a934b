import { type CommandLine, noCommand, type Options, runCommandLine, type Terminal } from "@weir/config/command-line.ts";
import { switchFaults } from "./fault.ts";
import { help } from "./help.ts";
import { listCity } from "./list.ts";
import type { Given, Surroundings } from "./options.ts";
import { runUntilStopped } from "./run.ts";

const asData = { json: { type: "boolean" } } as const;

const commands = {
  run: {
    options: {
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
      data: { type: "string" },
    },
    act: runUntilStopped,
  },
  fault: {
    options: {
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
      status: { type: "string" },
      "per-hour": { type: "string" },
      by: { type: "string" },
    },
    act: switchFaults,
  },
  list: {
    options: { ...asData, "port-base": { type: "string" }, "control-port": { type: "string" } },
    act: listCity,
  },
} as const satisfies Record<string, { options: Options; act: Act }>;

type Act = (given: Given, words: readonly string[], surroundings: Surroundings) => Promise<void>;

/** See runCommandLine. `weir-sim run` goes on until the signal aborts. */
export function runCommand(
  args: readonly string[],
  terminal: Terminal,
  surroundings: Omit<Surroundings, "out">,
): Promise<number> {
  const [name, ...rest] = args;
  if (!isCommand(name)) return runCommandLine(args, terminal, noneOfThem);
  const { options, act }: { options: Options; act: Act } = commands[name];
  return runCommandLine(rest, terminal, {
    name: "weir-sim",
    help: help(name),
    options,
    async dispatch(words, given) {
      await act(given as Given, words, { ...surroundings, out: terminal.out });
      return 0;
    },
  });
}

const noneOfThem: CommandLine<Options> = {
  name: "weir-sim",
  help: help(),
  options: {},
  dispatch([word]) {
    throw noCommand(word, Object.keys(commands));
  },
};

function isCommand(name: string | undefined): name is keyof typeof commands {
  return name !== undefined && Object.hasOwn(commands, name);
}
