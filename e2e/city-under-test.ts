import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CityOptions, type Layout, layOut } from "./layout.ts";
import { reservePorts } from "./ports.ts";
import { type Exit, type Program, startProgram } from "./program.ts";
import { Hopeless, until } from "./until.ts";

/** A part of the simulated city with a cloud, on free ports and in a folder of its own, as processes that a test starts and ends. */
export type CityUnderTest = Layout & {
  readonly folder: string;
  /** Of every program, in the order they are started. */
  readonly names: readonly string[];
  start(name: string, ...more: readonly string[]): Program;
  /** Resolves once each of them has said that it runs. */
  running(...names: readonly string[]): Promise<void>;
  /** What it has printed since its last start. */
  linesOf(name: string): readonly string[];
  pidOf(name: string): number;
  signal(name: string, signal: NodeJS.Signals): void;
  kill(name: string): Promise<void>;
  /** SIGTERM; resolves with what it exited with. */
  stop(name: string): Promise<Exit>;
  /** As `until`, and rejects at once when a program has ended that nobody ended. */
  until<T>(what: string, ask: () => T | Promise<T>, withinMs?: number): Promise<Exclude<T, undefined | false | null>>;
  /** The last lines of every program, for a person who looks at a failure. */
  tell(): string;
  /** Kills everything and removes the folder. */
  end(): Promise<void>;
};

/** Nothing runs yet. */
export async function layOutCity(options: CityOptions): Promise<CityUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), "weir-e2e-"));
  const { patienceMs = 30_000 } = options;
  const ports = await reservePorts();
  const layout = await layOut(folder, ports.base, options);
  const programs = new Map<string, Program>();
  /** Those that ended last, by name: what they said may say why. */
  const ended = new Map<string, Program>();
  const find = (name: string) => programs.get(name) ?? raise(`${name} does not run`);
  const tell = () =>
    [...ended, ...programs]
      .flatMap(([name, { lines }]) => lines.slice(-15).map((line) => `${name} │ ${line}`))
      .join("\n");

  async function end(name: string, signal: NodeJS.Signals): Promise<Exit> {
    const program = find(name);
    programs.delete(name);
    ended.set(name, program);
    return program.end(signal);
  }

  return {
    ...layout,
    folder,
    names: [...layout.commands.keys()],
    start(name, ...more) {
      const command = layout.commands.get(name) ?? raise(`there is no ${name}`);
      const program = startProgram([...command, ...more], options.environment);
      programs.set(name, program);
      return program;
    },
    async running(...names) {
      const runs = /"msg":"(city|weir-cloud|weir-edge) runs"/;
      await Promise.all(names.map((name) => find(name).says(runs, patienceMs)));
    },
    linesOf: (name) => find(name).lines,
    pidOf: (name) => find(name).pid,
    signal: (name, signal) => find(name).kill(signal),
    kill: async (name) => void (await end(name, "SIGKILL")),
    stop: (name) => end(name, "SIGTERM"),
    until: (what, ask, withinMs = patienceMs) =>
      until(
        what,
        () => {
          for (const [name, program] of programs)
            if (program.exit() !== undefined) throw new Hopeless(`${name} has ended with ${program.exit()}\n${tell()}`);
          return ask();
        },
        withinMs,
      ),
    tell,
    async end() {
      await Promise.all([...programs.values()].map((program) => program.end("SIGKILL")));
      await ports.release();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function raise(message: string): never {
  throw new Error(message);
}
