import { writeFile } from "node:fs/promises";
import { noCommand, runCommandLine, type Terminal, UsageError, type Values } from "@weir/config/command-line.ts";
import { findIdentity, isFirmata } from "@weir/wire/firmware/identity.ts";
import { boardTarget } from "./board-target.ts";
import { commissionHelp, newSettings, parseOrders, parseSerial } from "./commission/command.ts";
import { factory } from "./confirm.ts";
import type { Emit } from "./events.ts";
import { identify, readPages, type Work } from "./flash.ts";
import { flatten, formatHex } from "./hex.ts";
import { describeImage, imageArgument, inspect } from "./image-argument.ts";
import { writeImages } from "./images.ts";
import { labelHelp, parseLabels } from "./label/command.ts";
import { keysFile, onLine } from "./line/command.ts";
import { giveKey } from "./line/give-key.ts";
import { lineTarget } from "./line/target.ts";
import { type LineWork, readNodeKeys } from "./line/work.ts";
import type { Port } from "./port.ts";
import { recipes } from "./recipes.ts";
import { inspectBundle, makeBundle, makeKey, sign, signingHelp } from "./signing/command.ts";
import { createStk500 } from "./stk500.ts";
import type { Target } from "./target.ts";
import { createStream, failed } from "./view.ts";
import { isBundle, withImage } from "./with-image.ts";
import { withPort } from "./with-port.ts";

const help = `weir-firmware: firmware of small nodes, from source to a node that answers

  weir-firmware inspect <image>                 what an image is, and where it fits
  weir-firmware identify --port <port>          chip, bootloader and firmware of a board
  weir-firmware flash <image> --port <port>     write it, read it back, hear it answer
  weir-firmware verify <image> --port <port>    compare a board with an image
  weir-firmware read <file.hex> --port <port>   what is on a board, into a file
  weir-firmware monitor --port <port>           what a node measures, once a second
  weir-firmware flash <image> --bus --port <port>   over the line that the node shares, where it has boot485; a bundle, too
  weir-firmware key | bundle | sign             firmware that gateways trust: weir-firmware key --help
  weir-firmware commission --port <port>        who is on a line, and an address for each: weir-firmware commission --help
  weir-firmware label <node>… --labels <file>   labels with a code that phones read: weir-firmware label --help
  weir-firmware sim <node>…                     nodes without hardware, on a line on TCP; <kind>@<address>, or <kind>=<serial>
                                                as it comes out of its box
  weir-firmware sim uno                         the board of uno.sim, on TCP: for avrdude, Firmata hosts and gateways
  weir-firmware build [<image>…]                compile firmware/images anew (needs avr-gcc)

<image> is ${Object.keys(recipes).join(", ")},
        or a HEX file.
<port>  is /dev/serial/by-id/…, COM3, a serial server (host:port), or a simulated board (sim:uno, kept in the
        file uno.sim). It is never guessed.

  --json              one event a line, for programs
  --dry-run           flash: do everything but write
  --replace           flash: another kind of node may be overwritten
  --allow-older       flash: a newer version may be overwritten
  --serial <n>        flash: the node gets this serial number, for good
  --bus               identify, flash, verify: a node with boot485 at --unit of a line, not a board at a port of its own
  --node-keys <file>  flash --bus, key give: the keys of nodes; key give --rotate gives a node another one
  --trust <file>      flash --bus, inspect: trusted keys, for a bundle
  --baud <rate>       the bootloader's; 115200 unless given (ATmegaBOOT: 57600)
  --unit <address>    the node's Modbus address; 247 unless given
  --line-speed <rate> of the node and its line; 19200 unless given
  --parity <parity>   of the node and its line: even unless given
  --count <n>         monitor: stop after so many readings
  --listen <host:port> sim: where; 127.0.0.1:4710 unless given
  --boot485           sim: the nodes have boot485, so that they can be updated over their line
  --pty <path>        sim: a serial device of that name as well (needs socat)
  --input <node>:<channel>=<volts>  sim: what an analog input has (of an Uno: 1:0=2.64), or how it comes and goes
                                    (1:0=2..3/60s); may be given again
  --no-reset          sim uno: connections leave it running, as on an RS-485 line
  --help

Examples
  weir-firmware flash level --port /dev/serial/by-id/usb-Arduino__www.arduino.cc__0043_75830…-if00
  weir-firmware flash level --serial 100231 --port sim:uno
  weir-firmware flash level --bus --unit 12 --node-keys nodes.keys --port /dev/serial/by-id/usb-FTDI_FT232R_…-if00-port0
  weir-firmware monitor --port sim:uno --count 1
  weir-firmware sim level@1 air@2 light@3 --input 1:0=2.64

Exit code: 0 done, and it was seen to be; 1 it was not: the last lines say why and what the board is left with; 2 the
command was not understood.`;

const options = {
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
  "dry-run": { type: "boolean", default: false },
  replace: { type: "boolean", default: false },
  serial: { type: "string" },
  from: { type: "string" },
  "new-speed": { type: "string" },
  "new-parity": { type: "string" },
  labels: { type: "string" },
  bus: { type: "boolean", default: false },
  "node-keys": { type: "string" },
  rotate: { type: "boolean", default: false },
  key: { type: "string" },
  to: { type: "string" },
  expires: { type: "string", default: "90d" },
  "allow-older": { type: "boolean", default: false },
  rotation: { type: "string", multiple: true, default: [] as string[] },
  vendor: { type: "string", default: "weir" },
  compiler: { type: "string" },
  sources: { type: "string" },
  trust: { type: "string" },
  wait: { type: "string", default: "100" },
  port: { type: "string", short: "p" },
  baud: { type: "string", default: "115200" },
  unit: { type: "string", default: String(factory.unit) },
  "line-speed": { type: "string", default: String(factory.baud) },
  parity: { type: "string", default: factory.parity },
  count: { type: "string" },
  listen: { type: "string", default: "127.0.0.1:4710" },
  boot485: { type: "boolean", default: false },
  pty: { type: "string" },
  "no-reset": { type: "boolean", default: false },
  input: { type: "string", multiple: true, default: [] as string[] },
} as const;

type Given = Values<typeof options>;

const helps: Readonly<Record<string, string>> = {
  commission: commissionHelp,
  label: labelHelp,
  key: signingHelp,
  bundle: signingHelp,
  sign: signingHelp,
};
const helpOn = ([verb = ""]: readonly string[]) => helps[verb] ?? help;

/** See runCommandLine. */
export function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  return runCommandLine(args, terminal, { name: "weir-firmware", help: helpOn, options, dispatch });
}

const verbs = [
  ...["inspect", "identify", "flash", "verify", "read", "monitor", "commission", "label"],
  ...["key", "bundle", "sign", "sim", "build"],
];

async function dispatch([verb, ...rest]: readonly string[], given: Given, terminal: Terminal): Promise<number> {
  const one = (what: string) => {
    if (rest.length !== 1) throw new UsageError(`${verb} takes one ${what}: weir-firmware ${verb} <${what}>`);
    return rest[0]!;
  };
  const baud = number("baud", given.baud, 300, 2_000_000);
  switch (verb) {
    case "key":
      if (rest[0] !== "give") return makeKey(rest, given, Date.now(), terminal);
      if (rest.length > 1) throw new UsageError("key give takes no name: --unit says which node");
      return onNode(given, terminal, (work) =>
        giveKey(work, { file: keysFile(given["node-keys"]), rotate: given.rotate }),
      );
    case "bundle":
      return makeBundle(one("image"), given, terminal);
    case "sign":
      return sign(one("bundle"), given, Date.now(), terminal);
    case "inspect": {
      if (isBundle(rest[0] ?? "")) return inspectBundle(one("bundle"), given, Date.now(), terminal);
      const image = await imageArgument(one("image"));
      terminal.out(given.json ? JSON.stringify(inspect(image)) : describeImage(image));
      return 0;
    }
    case "build": {
      const unknown = rest.filter((name) => !(name in recipes));
      if (unknown.length > 0)
        throw new UsageError(`there is no image ${unknown.join(", ")}; there are ${Object.keys(recipes).join(", ")}`);
      const { images, toolchain } = await writeImages(rest.length > 0 ? rest : undefined);
      if (given.json) terminal.out(JSON.stringify({ toolchain, images }));
      else {
        terminal.out(`${toolchain.compiler}, avr-libc ${toolchain.libc}`);
        for (const [name, { flash, ram, sha256 }] of Object.entries(images))
          if (rest.length === 0 || rest.includes(name))
            terminal.out(
              `${name.padEnd(9)} flash ${String(flash).padStart(5)} B  RAM ${String(ram).padStart(4)} B  ${sha256.slice(0, 16)}…`,
            );
      }
      return 0;
    }
    case "identify":
      if (rest.length > 0) throw new UsageError("identify takes no name");
      return onTarget(given, baud, terminal, async (target) => {
        await target.identify();
        return "nothing was written";
      });
    case "flash":
      return withImage(one("image"), given, terminal, ({ image, older }) => {
        const identity = findIdentity(flatten(image));
        if (given.serial !== undefined && (given.bus || !identity || isFirmata(identity)))
          throw new UsageError(
            `--serial: ${given.bus ? "commission gives it on a line" : `${rest[0]} keeps no serial number`}`,
          );
        const options = { dryRun: given["dry-run"], allowOlder: older || given["allow-older"] };
        return onTarget(given, baud, terminal, (target) => target.flash(image, options));
      });
    case "verify":
      return withImage(one("image"), given, terminal, ({ image }) =>
        onTarget(given, baud, terminal, (target) => target.verify(image)),
      );
    case "read": {
      const file = one("file");
      return onBoard(given, baud, terminal, async (work) => {
        await identify(work);
        const bytes = await readPages(work, 0x8000, "reading", "nothing was written");
        await writeFile(file, formatHex({ segments: [{ start: 0, bytes }] }));
        await work.programmer.leave(work.signal);
        return `32768 bytes in ${file}`;
      });
    }
    case "monitor": {
      const { monitor } = await import("./monitor.ts");
      const count = given.count === undefined ? Number.POSITIVE_INFINITY : number("count", given.count, 1, 1e9);
      return withPort(given.port, nodeAt(given), (port, signal) =>
        monitor(port, { unit: nodeAt(given).unit, count, json: given.json, terminal, signal }),
      );
    }
    case "commission": {
      const orders = parseOrders(rest);
      const settings = nodeAt(given);
      const job = {
        orders,
        from: given.from === undefined ? undefined : number("from", given.from, 1, 246),
        serial: parseSerial(given.serial),
        settings: newSettings(given["new-speed"], given["new-parity"], settings),
        labels: given.labels,
        waitMs: number("wait", given.wait, 20, 10_000),
      };
      const { commissionAt } = await import("./commission/run.ts");
      const emit = createStream(terminal, given.json, () => performance.now());
      return reporting(emit, () => commissionAt(given.port, settings, job, emit));
    }
    case "label": {
      if (given.labels === undefined) throw new UsageError("label needs --labels <file>, a .pdf or .png");
      const contents = parseLabels(rest);
      const { writeLabels } = await import("./label/write.ts");
      const emit = createStream(terminal, given.json, () => performance.now());
      const files = writeLabels(given.labels, contents);
      for (const file of files) emit({ event: "label", file, labels: contents.length / files.length });
      return 0;
    }
    case "sim": {
      const { simulate } = await import("./simulate.ts");
      const { listen, pty, boot485, input: inputs, "no-reset": noReset } = given;
      const { baud, parity } = nodeAt(given);
      return simulate(rest, { listen, pty, boot485, settings: { baud, parity }, inputs, noReset, terminal });
    }
    default:
      throw noCommand(verb, verbs);
  }
}

type BoardWork = Work & { readonly port: Port };

function onTarget(
  given: Given,
  baud: number,
  terminal: Terminal,
  job: (target: Target) => Promise<string>,
): Promise<number> {
  if (given.bus) {
    const keys = () => readNodeKeys(keysFile(given["node-keys"]));
    return onNode(given, terminal, (work) => job(lineTarget(work, keys)));
  }
  const options = { replace: given.replace, serial: parseSerial(given.serial), baud, node: nodeAt(given) };
  return onBoard(given, baud, terminal, (work) => job(boardTarget(work, options)));
}

function onNode(given: Given, terminal: Terminal, job: (work: LineWork) => Promise<string>): Promise<number> {
  const emit = createStream(terminal, given.json, () => performance.now());
  return reporting(emit, () => onLine(given.port, nodeAt(given), emit, job));
}

async function onBoard(
  given: Given,
  baud: number,
  terminal: Terminal,
  job: (work: BoardWork) => Promise<string>,
): Promise<number> {
  const now = () => performance.now();
  const emit = createStream(terminal, given.json, now);
  return reporting(emit, () =>
    withPort(given.port, { baud, parity: "none" }, async (port, signal) => {
      emit({ event: "opened", port: port.name });
      return job({ port, programmer: createStk500(port), emit, now, signal });
    }),
  );
}

/** Ends the stream of events with `done` or `failed`, and gives the exit code. */
async function reporting(emit: Emit, job: () => Promise<string>): Promise<number> {
  try {
    emit({ event: "done", what: await job() });
    return 0;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    emit(failed(error));
    return 1;
  }
}

function nodeAt(given: Given) {
  const { parity } = given;
  if (parity !== "none" && parity !== "even" && parity !== "odd")
    throw new UsageError(`--parity is none, even or odd, not ${parity}`);
  return {
    unit: number("unit", given.unit, 1, 247),
    baud: number("line-speed", given["line-speed"], 300, 115_200),
    parity,
  } as const;
}

function number(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new UsageError(`--${option} is a whole number from ${least} to ${most}, not ${text}`);
}
