import { spawn } from "node:child_process";
import { once } from "node:events";
import { type Terminal, UsageError } from "@weir/config/command-line.ts";
import { stopSignal } from "@weir/config/stop-signal.ts";
import { variants } from "../nodes/variants.ts";
import { createAdapter } from "../sim/adapter.ts";
import { type Board, hertz } from "../sim/board.ts";
import { commission, createNode } from "../sim/nodes.ts";
import { pace } from "../sim/pace.ts";
import { serve } from "../sim/serve.ts";
import { openSimFile } from "../sim/sim-file.ts";
import { createTimeline } from "../sim/timeline.ts";
import { createWire } from "../sim/wire.ts";
import { isSerial, speeds } from "./commission/command.ts";
import { factory } from "./confirm.ts";
import type { PortSettings } from "./port.ts";

export type SimulateOptions = {
  readonly listen: string;
  readonly pty?: string | undefined;
  readonly boot485?: boolean;
  /** Of the line; the factory's unless given. */
  readonly settings?: PortSettings;
  readonly inputs: readonly string[];
  /** An Uno: a connection leaves it running, as on an RS-485 line. */
  readonly noReset: boolean;
  readonly terminal: Terminal;
};

/** Runs boards at the pace of the wall clock until it is stopped. */
export async function simulate(
  names: readonly string[],
  { listen, pty, boot485 = false, settings = factory, inputs, noReset, terminal }: SimulateOptions,
): Promise<number> {
  const [, host, port] = /^(.+):(\d+)$/.exec(listen) ?? [];
  if (!host) throw new UsageError(`--listen is host:port, not ${listen}`);
  const uno = names.length === 1 && names[0] === "uno";
  if (noReset && !uno)
    throw new UsageError("--no-reset is for sim uno: nodes on a line are never reset by a connection");
  const nodes = uno ? [] : parseNodes(names, settings);
  const given = inputs.map(parseInput);
  const timeline = createTimeline();
  const boards = new Map<number, Board>();
  let close = async () => {};

  const line = createWire();
  let adapter: ReturnType<typeof createAdapter>;
  let onConnect = () => {};
  if (uno) {
    const { board, save } = await openSimFile("uno");
    timeline.add(board);
    boards.set(1, board);
    adapter = createAdapter(timeline, { rx: board.tx, tx: board.rx }, board.uartFormat);
    if (!noReset) onConnect = () => board.reset("pin");
    close = async () => save();
  } else {
    for (const [n, { image, address, serial }] of nodes.entries()) {
      const board = await createNode(image, line, boot485 ? { loader: "boot485" } : {});
      board.eeprom.set(await commission(image, serial, address, settings));
      timeline.add(board);
      timeline.run(1.3);
      board.reset("power"); // one after the other, as no two boards ever start in one cycle
      boards.set(address === factory.unit ? serial : address, board);
      if (n === nodes.length - 1) timeline.run(20);
    }
    adapter = createAdapter(timeline, { rx: line, tx: line }, settings);
  }
  for (const { node, channel, volts } of given) {
    const board = boards.get(node);
    if (!board)
      throw new UsageError(`--input names node ${node}, and there is none at that address, or with that serial number`);
    board.analog(channel, volts);
  }
  const server = await serve(adapter, { host, port: Number(port), onConnect, ...(!uno && { line: timeline }) }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE") throw error;
      throw new Error(`${listen} is in use: does another simulation run? Stop it, or choose another with --listen`, {
        cause: error,
      });
    },
  );
  const pacing = pace(timeline);
  const child =
    pty === undefined
      ? undefined
      : spawn("socat", ["-d", "-d", `pty,raw,echo=0,link=${pty}`, `tcp:${host}:${server.port},nodelay`], {
          stdio: ["ignore", "ignore", "pipe"],
        });
  child?.on("error", () => terminal.err("--pty needs socat; on Debian: apt-get install socat"));

  if (uno)
    terminal.out(
      `an Uno on ${host}:${server.port}, at the speed that what it runs has: bootloader, node or Firmata; ${noReset ? "connections leave it running" : "a connection resets it"}; kept in uno.sim`,
    );
  else {
    terminal.out(
      `a line at ${settings.baud} bit/s, parity ${settings.parity}, on ${host}:${server.port} (in edge.yaml: raw_tcp)`,
    );
    for (const { image, address, serial } of nodes)
      terminal.out(`  address ${address}  ${image}, serial number ${serial}`);
  }
  terminal.out("Ctrl-C ends it");
  child?.stderr?.on("data", (said) => {
    for (const line of String(said).split("\n")) {
      if (line.includes("starting data transfer loop")) terminal.out(`the line is also at ${pty}`);
      if (/ [EF] /.test(line))
        terminal.err(`socat: ${line.slice(line.search(/ [EF] /) + 3)}; is ${pty} a place that may be written?`);
    }
  });
  const stop = stopSignal();
  if (!stop.aborted) await once(stop, "abort");
  pacing.stop();
  child?.kill();
  await server.close();
  await close();
  return 0;
}

const kinds = variants.map(({ name }) => name);

/** `level@1`, a node at an address, with serial number 1001; `level=100231`, one as it comes out of its box. */
function parseNodes(names: readonly string[], { baud, parity }: PortSettings) {
  const faults: string[] = [];
  if (!speeds.includes(baud)) faults.push(`--line-speed: nodes talk at ${speeds.join(", ")} bit/s, not ${baud}`);
  const isFactory = baud === factory.baud && parity === factory.parity;
  const taken = new Set<number>();
  const nodes = names.map((name, n) => {
    const [, image = name, sign, number] = /^(.+?)([@=])(.+)$/.exec(name) ?? [];
    const isNew = sign === "=";
    const address = isNew ? factory.unit : number === undefined ? n + 1 : Number(number);
    const serial = isNew ? Number(number) : 1000 + address;
    if (!kinds.includes(image)) faults.push(`there is no node "${image}"; there are ${kinds.join(", ")}`);
    if (!Number.isInteger(address) || address < 1 || address > 247)
      faults.push(`${name}: an address is a whole number from 1 to 247`);
    if (isNew && !isFactory) faults.push(`${name}: as it comes out of its box it talks at ${factory.baud} bit/s, even`);
    if (!isSerial(serial)) faults.push(`${name}: a serial number is a whole number from 1 to 4294967294`);
    if (!isNew && taken.has(address)) faults.push(`${name}: address ${address} is taken`);
    taken.add(address);
    return { image, address, serial };
  });
  if (names.length === 0) faults.push(`sim takes nodes (level@1 air=100232 …) or uno; nodes are ${kinds.join(", ")}`);
  if (faults.length > 0) throw new UsageError(...faults);
  return nodes;
}

/** `1:0=2.64`, what it has; `1:0=2..3/60s`, from the one to the other and back in that time, again and again. */
function parseInput(text: string) {
  const [, node, channel, from, to = from, seconds = "1"] =
    /^(\d+):([0-7])=([\d.]+)(?:\.\.([\d.]+)\/([\d.]+)s)?$/.exec(text) ?? [];
  const [low, high, periodS] = [Number(from), Number(to), Number(seconds)];
  if (node === undefined || !(low >= 0 && low <= 5 && high >= 0 && high <= 5 && periodS > 0))
    throw new UsageError(
      `--input is node:channel=volts, such as 1:0=2.64, up to 5 V, or 1:0=2..3/60s for what comes and goes; not ${text}`,
    );
  const period = periodS * hertz;
  const swing = (cycle: number) => low + (high - low) * (1 - Math.abs(1 - 2 * ((cycle / period) % 1)));
  return { node: Number(node), channel: Number(channel), volts: low === high ? low : swing };
}
