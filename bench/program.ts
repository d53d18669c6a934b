import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

/** A program of ours in a process of its own, seen from outside as the kernel sees it. */
export type Program = {
  /** Resolves with the first line that contains `text`, past ones included. Rejects when the program ends first. */
  says(text: string): Promise<string>;
  /** What it has printed so far. */
  readonly lines: readonly string[];
  /** User and system time of all its threads since it started, seconds. */
  cpuSeconds(): number;
  /** Resident memory now and at its highest, MB. */
  memory(): { readonly now: number; readonly peak: number };
  /** SIGTERM; resolves once it has gone. */
  stop(): Promise<void>;
};

/** Starts Node with these arguments. It dies with this process: it holds an IPC channel and stops when that closes. */
export function startProgram(args: readonly string[]): Program & { readonly pid: number } {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe", "ipc"] });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let ended = false;
  const look = () => {
    for (const each of waiting) each();
  };
  for (const stream of [child.stdout!, child.stderr!])
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      look();
    });
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve())).then(() => {
    ended = true;
    look();
  });
  const pid = child.pid!;
  const field = (name: string) =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) * 1024) /
    1e6;
  return {
    pid,
    lines,
    says: (text) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const line = lines.find((each) => each.includes(text));
          if (line === undefined && !ended) return;
          waiting.delete(check);
          if (line !== undefined) resolve(line);
          else reject(new Error(`${args.join(" ")} ended before it said "${text}":\n${lines.slice(-20).join("\n")}`));
        };
        waiting.add(check);
        check();
      }),
    cpuSeconds: () => cpuSecondsOf(pid),
    memory: () => ({ now: field("VmRSS"), peak: field("VmHWM") }),
    stop: async () => {
      child.kill("SIGTERM");
      const patience = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await gone;
      clearTimeout(patience);
    },
  };
}

/** User and system time of all threads of a process since it started, seconds. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const [user, system] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13);
  return (Number(user) + Number(system)) / ticksPerSecond;
}

/** Linux counts CPU time for /proc in hundredths of a second (USER_HZ, proc(5)). */
const ticksPerSecond = 100;

/** Keeps a process, with all threads it has and will have, on one core. Undefined when it is; else why not. */
export function pinTo(core: number, pid: number): string | undefined {
  try {
    execFileSync("taskset", ["--all-tasks", "--cpu-list", "--pid", String(core), String(pid)], { stdio: "pipe" });
    return undefined;
  } catch (error) {
    return (error as Error).message.split("\n")[0];
  }
}

/** Ports of 127.0.0.1 that nobody listens on. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
