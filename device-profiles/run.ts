import { parseArgs } from "node:util";
import { FileError } from "@weir/config/fault.ts";
import { suggest } from "@weir/config/spelling.ts";
import { UsageError } from "./find.ts";
import { checkFiles, listProfiles, showProfile, tryProfile } from "./verbs.ts";

/** Where a command writes its lines. */
export type Terminal = { readonly out: (text: string) => void; readonly err: (text: string) => void };

const help = `weir-profile: the instruments that Weir can read

  weir-profile list                    every instrument, one line each
  weir-profile show <profile>          where its values stand and what they mean
  weir-profile check [files…]          every fault of profile files; without files, of all
  weir-profile try <profile> <hex>     what registers or an answer from the device come to

<profile> is an id (light/eastron-sdm630), a part of one (sdm630) or a file (mine/water/acme-ph1.yaml).
<hex> is registers, or a whole Modbus RTU answer, best with its request before it.

  --json           for programs
  --dir <folder>   profiles of this folder instead of those shipped with Weir
  --domain <name>  list: only water, air, pipe, light or hazmat
  --at <register>  try: first register of an answer without its request, counted from 0 (52 or 0x34)
  --help

Examples
  weir-profile list --domain water
  weir-profile show yosemitech-y511
  weir-profile check water/acme-ph1.yaml
  weir-profile try sdm630 "input 0000: 43 66 33 33 | input 0034: 44 61 00 00"
  weir-profile try pzem-004t --at 0 "01 04 14 08 D1 00 6C 00 00 00 F4 00 00 00 26 00 00 01 F4 00 64 00 00 51 34"

Exit code: 0 all is well; 1 a fault, or a value that is not there; 2 the command was not understood.`;

const options = {
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
  dir: { type: "string" },
  domain: { type: "string" },
  at: { type: "string" },
} as const;

/** Runs one command line (without program name) and returns its exit code. Reads files; never connects anywhere; never throws. */
export function run(args: readonly string[], { out, err }: Terminal): number {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options,
    });
    const [verb, ...rest] = positionals;
    if (values.help) {
      out(help);
      return 0;
    }
    const { text, ok } = answer(verb, rest, values);
    out(text);
    return ok ? 0 : 1;
  } catch (error) {
    const usage = usageFault(error);
    if (usage !== undefined) {
      err(`weir-profile: ${usage}\nweir-profile --help shows how it is used.`);
      return 2;
    }
    err(error instanceof FileError || error instanceof RangeError ? error.message : `weir-profile: ${String(error)}`);
    return 1;
  }
}

/** What was wrong with the command line, or undefined when the error is of another sort. */
function usageFault(error: unknown): string | undefined {
  if (error instanceof UsageError) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  if (!code?.startsWith("ERR_PARSE_ARGS")) return undefined;
  const unknown = /^Unknown option '(-+)(.*?)'/.exec(message);
  return unknown ? `no option ${unknown[1]}${unknown[2]}; ${suggest(unknown[2], Object.keys(options))}` : message;
}

type Options = {
  readonly json: boolean;
  readonly dir?: string | undefined;
  readonly domain?: string | undefined;
  readonly at?: string | undefined;
};

function answer(verb: string | undefined, rest: readonly string[], given: Options): { text: string; ok: boolean } {
  const [name, ...hex] = rest;
  switch (verb) {
    case "list":
      if (name !== undefined) throw new UsageError(`list takes no name; show ${name}?`);
      return listProfiles(given);
    case "show":
      if (name === undefined || hex.length > 0) throw new UsageError("show takes one profile");
      return showProfile(name, given);
    case "check":
      return checkFiles(rest, given);
    case "try":
      if (name === undefined || hex.length === 0)
        throw new UsageError('try takes a profile and hex: try sdm630 "input 0000: 43 66 33 33"');
      return tryProfile(name, hex.join(" "), given);
    case undefined:
      throw new UsageError("no command; use list, show, check or try");
    default:
      throw new UsageError(`no command "${verb}"; use list, show, check or try`);
  }
}
