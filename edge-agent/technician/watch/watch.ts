import type { Terminal } from "@weir/config/command-line.ts";
import { stopSignal } from "@weir/config/stop-signal.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { readConfig } from "../../config.ts";
import type { CommandOptions } from "../command.ts";
import { pickDevices } from "../pick.ts";
import { type Change, createBoard } from "./board.ts";
import { askHealthPage, isRunning, watchAgent } from "./from-agent.ts";
import { watchInstruments } from "./from-instruments.ts";
import { jsonSummary, jsonView, plainView, summary } from "./lines.ts";
import { readWatchOptions } from "./options.ts";
import { runWatch } from "./run.ts";
import { openScreen, type Window } from "./screen.ts";
import type { View } from "./view.ts";

const clock = systemClock;
const agentEveryMs = 1000;

/** `weir-edge watch`: the points of the named devices, live, from the running agent or from the instruments. 1 when one is not good at the end. */
export async function watch(
  file: string,
  names: readonly string[],
  options: CommandOptions,
  { out, err }: Terminal,
): Promise<number> {
  const { everyMs, forMs, language } = readWatchOptions(options, process.env);
  const config = readConfig(file);
  const devices = pickDevices(config, names);
  const quit = new AbortController();
  const stop = AbortSignal.any([stopSignal(), quit.signal]);
  const ask = askHealthPage(config);
  const fromAgent = await isRunning(config, ask, stop);

  let tell: (change: Change) => void = () => {};
  const board = createBoard({ devices, titles: config.titles, onChange: (change) => tell(change) });
  const told = { board, clock, source: fromAgent ? "agent" : "instruments" } as const;
  const colour = !process.env.NO_COLOR;
  const view: View = options.json
    ? jsonView(out, told)
    : process.stdout.isTTY && process.env.TERM !== "dumb"
      ? openScreen({ ...told, window: ownWindow(), language, colour, onQuit: () => quit.abort() })
      : plainView(out, told, language);
  tell = view.tell;
  const source = (signal: AbortSignal) =>
    fromAgent
      ? watchAgent({ ask, clock, everyMs: everyMs ?? agentEveryMs }, board, signal)
      : watchInstruments({ buses: config.buses, devices, clock, random: Math.random, everyMs }, board, signal);

  const elapsedMs = await runWatch({ view, source, clock, forMs }, stop);
  if (options.json) out(jsonSummary(board, elapsedMs));
  else if (process.stdout.isTTY) out(summary(board, elapsedMs, language));
  else err(summary(board, elapsedMs, language));
  return board.isGood() ? 0 : 1;
}

/** The terminal that this program runs in. */
function ownWindow(): Window {
  const { stdin, stdout } = process;
  return {
    write: (text) => void stdout.write(text),
    columns: () => stdout.columns || 80,
    rows: () => stdout.rows || 24,
    onKey: (listener) => {
      if (!stdin.isTTY) return () => {};
      const take = (keys: Buffer) => listener(keys.toString());
      stdin.setRawMode(true);
      stdin.on("data", take).resume();
      return () => {
        stdin.off("data", take).pause();
        stdin.setRawMode(false);
      };
    },
    onResize: (listener) => {
      stdout.on("resize", listener);
      return () => void stdout.off("resize", listener);
    },
  };
}
