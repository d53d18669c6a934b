import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";

/** For tests against other people's programs: what they start is ended, and their folder removed, by `stop`. */
export type Peers = {
  /** A folder of its own. */
  readonly folder: string;
  /** Starts a program and resolves once a line of its stdout or stderr matches; rejects, with what it said, when it ends before. */
  start(command: string, args: readonly string[], pattern: RegExp): Promise<Started>;
  /** Runs a program to its end; rejects, with what it said, unless that is good. */
  finish(command: string, args: readonly string[]): Promise<void>;
  /** A pair of pseudo-terminals, or one whose other end is what `far` names for socat. */
  cable(path: string, far: string): Promise<Started>;
  /** ser2net with RFC 2217 on a serial device; gives its port. */
  ser2net(device: string): Promise<number>;
  /** pyserial's RFC 2217 server on a serial device; gives its port. */
  pyserial(device: string): Promise<number>;
  stop(): void;
};
export type Started = { readonly match: RegExpExecArray; readonly child: ChildProcess };

export function createPeers(): Peers {
  const folder = mkdtempSync(join(tmpdir(), "weir-peers-"));
  const children: ChildProcess[] = [];

  function start(command: string, args: readonly string[], pattern: RegExp): Promise<Started> {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    children.push(child);
    return new Promise((resolve, reject) => {
      const said: string[] = [];
      child.on("error", reject);
      child.on("exit", (code) =>
        reject(new Error(`${command} ended (${code}) before it was ready: ${said.join("\n")}`)),
      );
      for (const stream of [child.stdout!, child.stderr!])
        createInterface(stream).on("line", (line) => {
          said.push(line);
          const match = pattern.exec(line);
          if (match) resolve({ match, child });
        });
    });
  }

  return {
    folder,
    start,
    finish: async (command, args) => void (await promisify(execFile)(command, [...args])),
    cable: (path, far) =>
      start("socat", ["-d", "-d", `pty,raw,echo=0,mode=666,link=${path}`, far], /starting data transfer loop/),
    ser2net: async (device) => {
      const port = await freePort();
      const file = join(folder, `ser2net-${port}.yaml`);
      writeFileSync(
        file,
        `%YAML 1.1\n---\nconnection: &line\n  accepter: telnet(rfc2217),tcp(nodelay),127.0.0.1,${port}\n  connector: serialdev,${device},9600n81,local\n`,
      );
      const child = spawn("ser2net", ["-n", "-d", "-l", "-c", file], { stdio: "ignore" });
      children.push(child);
      const ended = new Promise<never>((_, reject) => {
        child.on("error", reject);
        child.on("exit", (code) => reject(new Error(`ser2net ended (${code}) before it was ready`)));
      });
      await Promise.race([ended, untilListening(port)]);
      return port;
    },
    pyserial: async (device) => {
      const server = join(import.meta.dirname, "links/testdata/rfc2217-server.py");
      const { match } = await start("/usr/bin/python3", [server, device], /^listening (\d+)/);
      return Number(match[1]);
    },
    stop: () => {
      for (const child of children.splice(0).reverse()) child.kill("SIGKILL");
      rmSync(folder, { recursive: true });
    },
  };
}

/** Without connecting: the one client that a port takes is the test's own. */
async function untilListening(port: number): Promise<void> {
  const row = new RegExp(
    `^\\s*\\d+: [0-9A-F]+:${port.toString(16).toUpperCase().padStart(4, "0")} [0-9A-F]+:0000 0A `,
    "m",
  );
  while (!row.test(readFileSync("/proc/net/tcp", "latin1"))) await setTimeout(20);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
