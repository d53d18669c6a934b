import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { Hopeless, until } from "./until.ts";

/** A process of its own that a test has started. */
export type Program = {
  readonly pid: number;
  /** Its standard output and error so far. */
  readonly lines: readonly string[];
  /** undefined while it runs. */
  exit(): Exit | undefined;
  /** Resolves with the line that matches. Rejects when the program ends first or it takes longer. */
  says(pattern: RegExp, withinMs: number): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** Sends the signal and resolves once it has gone; SIGKILL follows when it takes longer than withinMs, and that shows in the answer. */
  end(signal: NodeJS.Signals, withinMs?: number): Promise<Exit>;
};

/** An exit code, or the signal that ended it. */
export type Exit = number | NodeJS.Signals;

/**
 * Starts a command; it dies with this process if it holds on to its IPC channel. `node` is the Node that runs the test.
 * `environment` is added to this process's own.
 */
export function startProgram(
  [command = "node", ...args]: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Program {
  const child: ChildProcess = spawn(command === "node" ? process.execPath : command, args, {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe", ...(command === "node" ? (["ipc"] as const) : [])],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout!, child.stderr!])
    createInterface({ input: stream }).on("line", (line) => lines.push(line));
  let exit: Exit | undefined;
  const gone = new Promise<Exit>((resolve) => {
    child.once("error", (error) => {
      lines.push(error.message);
      resolve(127);
    });
    child.once("close", (code, signal) => resolve(signal ?? code ?? 0));
  }).then((how) => (exit = how));

  return {
    pid: child.pid ?? 0,
    lines,
    exit: () => exit,
    says: (pattern, withinMs) =>
      until(
        `${command} ${args[0]} says ${pattern}`,
        () => {
          const line = lines.find((each) => pattern.test(each));
          if (line === undefined && exit !== undefined)
            throw new Hopeless(`${args.join(" ")} ended with ${exit} before it said ${pattern}:\n${lines.join("\n")}`);
          return line;
        },
        withinMs,
      ),
    kill: (signal) => void child.kill(signal),
    async end(signal, withinMs = 15_000) {
      child.kill(signal);
      const patience = setTimeout(() => child.kill("SIGKILL"), withinMs);
      await gone;
      clearTimeout(patience);
      return exit!;
    },
  };
}
