import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

/** The version that is tested against, from PyPI; `.ci/run` prepares the same folder. */
const asyncua = "asyncua==2.1.0";
const venv = join(import.meta.dirname, "../../../node_modules/.cache", asyncua.replace("==", "-"));
const program = join(import.meta.dirname, "testdata/asyncua-server.py");

export type AsyncuaOptions = {
  readonly port: number;
  readonly secure?: boolean;
  readonly user?: string;
  readonly password?: string;
  /** The only way in that it offers, such as Basic256_SignAndEncrypt; several good ones when it is not given. */
  readonly policy?: string;
  /** File with the certificate of the only user who may come in. */
  readonly userCertificate?: string;
  /** Where it keeps its certificate. */
  readonly folder?: string;
  /** The host name of its certificate. */
  readonly host?: string;
  /** How many namespaces come before that of its nodes. */
  readonly others?: number;
  readonly many?: number;
};

export type Asyncua = {
  /** Such as `set("Flow", 12.5)`; resolves when it is done. */
  set(name: string, value: unknown, status?: string): Promise<void>;
  signal(signal: "SIGSTOP" | "SIGCONT" | "SIGKILL"): void;
  /** Resolves when it is gone. */
  kill(): Promise<void>;
};

/** For peer tests: a server on the Python stack asyncua, in a process of its own. Rejects with what it said when it does not start. */
export async function startAsyncua(options: AsyncuaOptions): Promise<Asyncua> {
  ensureVenv();
  const child = spawn(join(venv, "bin/python"), [program, JSON.stringify(options)], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr!.on("data", (chunk) => {
    errors += chunk;
  });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const line = lines(child);
  const next = () => Promise.race([line(), gone.then(() => Promise.reject(new Error(`asyncua has ended: ${errors}`)))]);
  await next();
  return {
    set: async (name, value, status) => {
      child.stdin!.write(`set ${name} ${JSON.stringify(value)}${status === undefined ? "" : ` ${status}`}\n`);
      await next();
    },
    signal: (signal) => child.kill(signal),
    kill: () => {
      child.kill("SIGKILL");
      return gone;
    },
  };
}

/** A port that nobody uses now. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function ensureVenv(): void {
  if (existsSync(join(venv, "ready"))) return;
  rmSync(venv, { recursive: true, force: true });
  execFileSync("/usr/bin/env", ["python3", "-m", "venv", venv]);
  execFileSync(join(venv, "bin/pip"), ["install", "--quiet", "--disable-pip-version-check", asyncua], {
    stdio: "pipe",
  });
  execFileSync("/usr/bin/env", ["touch", join(venv, "ready")]);
}

function lines(child: ChildProcess): () => Promise<string> {
  const waiting: ((line: string) => void)[] = [];
  const read: string[] = [];
  let rest = "";
  child.stdout!.on("data", (chunk: Buffer) => {
    rest += chunk;
    const parts = rest.split("\n");
    rest = parts.pop()!;
    for (const line of parts) (waiting.shift() ?? ((text) => read.push(text)))(line);
  });
  return () => {
    const line = read.shift();
    return line === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(line);
  };
}
