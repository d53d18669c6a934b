import { noCommand, runCommandLine, type Terminal, UsageError, type Values } from "@weir/config/command-line.ts";
import { checkFiles, listProfiles, type Said, showProfile, tryProfile } from "./verbs.ts";

const help = `weir-profile: the instruments that Weir can read

  weir-profile list                    every instrument, one line each
  weir-profile show <profile>          where its values stand and what they mean
  weir-profile check [files…]          every fault of profile files; without files, of all
  weir-profile try <profile> <hex>     what registers or an answer from the device come to

<profile> is an id (light/eastron-sdm630), a part of one (sdm630) or a file (mine/water/acme-ph1.yaml).
<hex> is registers, or a whole Modbus RTU answer, best with its request before it;
for other instruments what they sent: frames, a dialogue, or lines of text (\\x02 for control characters).

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

/** See runCommandLine. Reads files; never connects anywhere. */
export function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  return runCommandLine(args, terminal, { name: "weir-profile", help, options, dispatch });
}

function dispatch(words: readonly string[], given: Values<typeof options>, { out }: Terminal): number {
  const { text, ok } = answer(words, given);
  out(text);
  return ok ? 0 : 1;
}

function answer([verb, ...rest]: readonly string[], given: Values<typeof options>): Said {
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
    default:
      throw noCommand(verb, ["list", "show", "check", "try"]);
  }
}
