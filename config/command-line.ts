import { type ParseArgsConfig, parseArgs } from "node:util";
import { list, suggest } from "./spelling.ts";

/** Where a command writes its lines. */
export type Terminal = { readonly out: (text: string) => void; readonly err: (text: string) => void };

/** A command line that cannot be understood: all that is wrong with it, and what would be right. */
export class UsageError extends Error {
  constructor(...faults: readonly string[]) {
    super(faults.join("\n"));
    this.name = "UsageError";
  }
}

/** `no command "lst"; use list or show`. */
export function noCommand(word: string | undefined, commands: readonly string[]): UsageError {
  return new UsageError(`${word === undefined ? "no command" : `no command "${word}"`}; use ${list(commands)}`);
}

export type Options = NonNullable<ParseArgsConfig["options"]>;
export type Values<O extends Options> = ReturnType<typeof parseArgs<{ options: O; allowPositionals: true }>>["values"];

export type CommandLine<O extends Options> = {
  /** The program's. */
  readonly name: string;
  /** What --help and -h show, of the words before it where they have a help of their own. */
  readonly help: string | ((words: readonly string[]) => string);
  readonly options: O;
  /** Does what the words say; its result is the exit code. Throws UsageError, or an Error with a message for a person. */
  readonly dispatch: (words: readonly string[], values: Values<O>, terminal: Terminal) => number | Promise<number>;
};

/**
 * Runs one command line (without program name) and resolves with its exit code: that of dispatch, 1 when it throws, 2 when the command line
 * is not understood; then what is wrong stands on `err`. Never rejects.
 */
export async function runCommandLine<const O extends Options>(
  args: readonly string[],
  terminal: Terminal,
  { name, help, options, dispatch }: CommandLine<O>,
): Promise<number> {
  try {
    const { words, values, asksHelp } = parse(args, options);
    if (asksHelp) {
      terminal.out(typeof help === "string" ? help : help(words));
      return 0;
    }
    return await dispatch(words, values, terminal);
  } catch (error) {
    const { message } = error as Error;
    if (!(error instanceof UsageError)) {
      terminal.err(message);
      return 1;
    }
    for (const fault of message.split("\n")) terminal.err(`${name}: ${fault}`);
    terminal.err(`${name} --help shows how it is used.`);
    return 2;
  }
}

function parse<O extends Options>(args: readonly string[], options: O) {
  const known = { ...options, help: { type: "boolean", short: "h" } } as const;
  try {
    const parsed = parseArgs({ args: [...args], allowPositionals: true, options: known });
    return {
      words: parsed.positionals,
      values: parsed.values as Values<O>,
      asksHelp: (parsed.values as { help?: boolean }).help === true,
    };
  } catch (error) {
    const { message } = error as Error;
    const [, dashes, option] = /^Unknown option '(-+)(.*?)'/.exec(message) ?? [];
    if (option === undefined) throw new UsageError(message);
    throw new UsageError(`no option ${dashes}${option}; ${suggest(option, Object.keys(known))}`);
  }
}
