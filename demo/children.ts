import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

export type Program = { readonly name: string; readonly command: readonly string[] };
export type Child = {
  readonly name: string;
  /** Process id; 0 when it could not be started. */
  readonly pid: number;
  /** Resolves when the process has gone, with what it exited with. */
  readonly gone: Promise<string>;
  /** SIGTERM, and SIGKILL if it has not gone within graceMs: resolves with whether SIGTERM was enough. */
  stop(graceMs: number): Promise<boolean>;
};

/** Starts a program of ours under this Node. Each line it prints goes to `print` as one readable line. It dies with us: it holds an IPC channel and stops when that closes. */
export function start({ name, command }: Program, print: (name: string, line: string) => void): Child {
  const child: ChildProcess = spawn(process.execPath, command, {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: true,
  });
  for (const stream of [child.stdout!, child.stderr!])
    createInterface({ input: stream }).on("line", (line) => print(name, readable(line)));
  const gone = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  return {
    name,
    pid: child.pid ?? 0,
    gone,
    stop: async (graceMs) => {
      let patient = true;
      child.kill("SIGTERM");
      const deadline = setTimeout(() => {
        patient = false;
        child.kill("SIGKILL");
      }, graceMs);
      await gone;
      clearTimeout(deadline);
      return patient;
    },
  };
}

const levels: Record<number, string> = { 20: "debug", 30: "info ", 40: "warn ", 50: "error", 60: "fatal" };

/** A pino line as a person reads it: level, message, then the fields that say where. Any other line as it is. */
export function readable(line: string): string {
  if (!line.startsWith("{")) return line;
  try {
    const { level, time: _time, pid: _pid, hostname: _hostname, name: _name, msg, ...fields } = JSON.parse(line);
    const rest = Object.entries(fields).map(
      ([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
    );
    return [levels[level] ?? "     ", msg, ...rest].join(" ").trimEnd();
  } catch {
    return line;
  }
}
