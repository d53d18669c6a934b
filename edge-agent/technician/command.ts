import { noCommand, runCommandLine, type Terminal, UsageError, type Values } from "@weir/config/command-line.ts";
import { firmwareHelp } from "./firmware/help.ts";
import { languageGiven } from "./language.ts";
import { opcuaHelp } from "./opcua/help.ts";
import { scanHelp } from "./scan/help.ts";
import { watchHelp } from "./watch/help.ts";

const options = {
  json: { type: "boolean", default: false },
  limit: { type: "string" },
  format: { type: "string" },
  to: { type: "string" },
  all: { type: "boolean" },
  baud: { type: "string" },
  parity: { type: "string" },
  units: { type: "string" },
  protocols: { type: "string" },
  timeout: { type: "string" },
  profiles: { type: "string" },
  write: { type: "string" },
  force: { type: "boolean" },
  bus: { type: "string" },
  depth: { type: "string" },
  policy: { type: "string" },
  user: { type: "string" },
  "password-file": { type: "string" },
  pki: { type: "string" },
  every: { type: "string" },
  for: { type: "string" },
  lang: { type: "string" },
} as const;
export type CommandOptions = Values<typeof options>;

const help = `weir-edge: the agent on a gateway

  weir-edge run <edge.yaml>                    read the instruments, keep the readings, send them; until stopped
  weir-edge check <edge.yaml>                  every fault of the configuration; opens nothing
  weir-edge health <edge.yaml>                 whether the agent that runs with it on this machine answers; --json: its whole status
  weir-edge scan                               which serial ports there are
  weir-edge scan serial|tcp|… <where>          what answers there, and which profiles fit: weir-edge scan --help
  weir-edge read <edge.yaml> [device…]         every point once, with what is behind it; all devices when none is named
  weir-edge watch <edge.yaml> [device…]        its points live, also while the agent runs: weir-edge watch --help
  weir-edge opcua browse|read|trust|offers …   what an OPC UA server has, and whom we trust: weir-edge opcua --help
  weir-edge firmware <edge.yaml> update …      new firmware for small nodes on a line: weir-edge firmware --help
  weir-edge outbox <edge.yaml> status          what waits on disk, since when, how much room is left, when it is full
  weir-edge outbox <edge.yaml> peek            the oldest records
  weir-edge outbox <edge.yaml> export          every sample that waits, a row each
  weir-edge outbox <edge.yaml> quarantine      records that the store refused, and why
                    … quarantine retry         send them again: by offset, or --all
                    … quarantine delete        give them up: by offset, or --all
                    … quarantine export        a row a sample, with the reason

  --json        for programs
  --limit <n>   outbox peek: how many records (default 20)
  --format <f>  export: csv (default) or json, a line a sample
  --to <file>   export: into a new file instead of the terminal
  --all         quarantine retry, delete: everything in quarantine
  --lang <l>    check, read, outbox: en or zh; otherwise as LANG says
  --help

Stop the agent before \`read\` on a serial line: two masters on one line spoil each other's frames. The outbox may be looked at,
and its quarantine changed, while the agent runs. SIGHUP makes a running agent take its changed configuration over; instruments that did not change go on
being read.

Examples
  weir-edge scan serial /dev/serial/by-id/usb-FTDI_FT232R_A50285BI-if00-port0 --write edge.yaml
  weir-edge check /etc/weir/edge.yaml
  weir-edge read edge.yaml river-level-1
  weir-edge outbox edge.yaml status --json
  weir-edge outbox edge.yaml export --to backlog.csv
  weir-edge outbox edge.yaml quarantine retry 165 170

Exit code: 0 all is well; 1 a fault, or a point without a good value; 2 the command was not understood.`;

/** See runCommandLine. */
export function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  return runCommandLine(args, terminal, { name: "weir-edge", help: helpOn, options, dispatch: inLanguage });
}

const helps: Readonly<Record<string, string>> = {
  scan: scanHelp,
  opcua: opcuaHelp,
  watch: watchHelp,
  firmware: firmwareHelp,
};
const helpOn = ([verb = ""]: readonly string[]) => helps[verb] ?? help;

const verbs = ["run", "check", "health", "scan", "read", "watch", "opcua", "firmware", "outbox"];

/** What is wrong, with the configuration or with a line, is told in the person's language. */
async function inLanguage(words: readonly string[], options: CommandOptions, terminal: Terminal): Promise<number> {
  try {
    return await dispatch(words, options, terminal);
  } catch (error) {
    if (error instanceof UsageError || options.json || languageGiven(options.lang) === "en") throw error;
    const { sayConfigFault } = await import("../config-texts.ts");
    const { sayFault } = await import("../drivers/say-fault.ts");
    const lines = (error as Error).message.split("\n").map((line) => sayFault(sayConfigFault(line, "zh"), "zh"));
    throw new Error(lines.join("\n"), { cause: error });
  }
}

async function dispatch(words: readonly string[], options: CommandOptions, terminal: Terminal): Promise<number> {
  const [verb, file, ...rest] = words;
  if (verb === undefined || !verbs.includes(verb)) throw noCommand(verb, verbs);
  if (verb === "scan") {
    const { scan } = await import("./scan/scan.ts");
    return scan([...(file === undefined ? [] : [file]), ...rest], options, terminal);
  }
  if (verb === "opcua") {
    const { opcua } = await import("./opcua/opcua.ts");
    return opcua(words.slice(1), options, terminal);
  }
  if (file === undefined) throw new UsageError(`${verb} takes the configuration file: weir-edge ${verb} edge.yaml`);
  switch (verb) {
    case "run": {
      const { runUntilStopped } = await import("./run.ts");
      return runUntilStopped(file);
    }
    case "check": {
      const { check } = await import("./check.ts");
      return check(file, options, terminal);
    }
    case "health": {
      const { health } = await import("./health.ts");
      return health(file, options, terminal);
    }
    case "read": {
      const { read } = await import("./read.ts");
      return read(file, rest, options, terminal);
    }
    case "watch": {
      const { watch } = await import("./watch/watch.ts");
      return watch(file, rest, options, terminal);
    }
    case "firmware": {
      const { firmware } = await import("./firmware/firmware.ts");
      return firmware(file, rest, options, terminal);
    }
    default: {
      const { outbox } = await import("./outbox/outbox.ts");
      return outbox(file, rest, options, terminal);
    }
  }
}
