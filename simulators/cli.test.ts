import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { systemClock } from "@weir/wire/clock.ts";
import { afterEach, describe, expect, test } from "vitest";
import { runCommand } from "./commands/command.ts";
import { openSocket } from "./modbus/raw-socket.ts";

type Line = { readonly msg: string; readonly bus?: string; readonly port?: number; readonly control?: string };
type Ran = { readonly code: number; readonly out: string; readonly err: string };

let stop = new AbortController();
afterEach(() => {
  stop.abort();
  stop = new AbortController();
});

async function run(...args: string[]): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const terminal = { out: (text: string) => out.push(text), err: (text: string) => err.push(text) };
  const code = await runCommand(args, terminal, { clock: systemClock, signal: stop.signal });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

/** Starts `weir-sim run` on free ports; resolves with its lines once it says that it runs. */
async function start(...args: string[]): Promise<{ readonly lines: readonly Line[]; readonly gone: Promise<number> }> {
  const lines: Line[] = [];
  let gone = Promise.resolve(0);
  await new Promise<void>((resolve) => {
    const out = (text: string) => {
      lines.push(JSON.parse(text));
      if (lines.at(-1)!.msg.endsWith(" runs")) resolve();
    };
    const words = ["run", "--port-base", "0", "--control-port", "0", ...args];
    gone = runCommand(words, { out, err: () => {} }, { clock: systemClock, signal: stop.signal });
  });
  return { lines, gone };
}

describe("weir-sim", () => {
  test("run answers, takes faults from the command line, and stops with exit code 0", async () => {
    const { gone, lines } = await start("--seed", "3");
    const port = new URL(lines.at(-1)!.control!).port;
    const station = lines.find(({ bus }) => bus === "yinjiang-station")!;
    const read = "00 01 00 00 00 06 01 03 10 84 00 01";
    const socket = await openSocket(station.port!);
    socket.send(read);
    expect(await socket.receive(11)).toBe("00 01 00 00 00 05 01 03 02 00 02");

    const set = await run(
      "fault",
      "yinjiang-codmn",
      "exception",
      "--code",
      "6",
      "--for",
      "600",
      "--control-port",
      port,
    );
    expect(set).toMatchObject({ code: 0, err: "" });
    expect(set.out).toMatch(/^1 {2}yinjiang-codmn {2}exception {2}code 6 {2}until /);
    socket.send(read);
    expect(await socket.receive(9)).toBe("00 01 00 00 00 03 01 83 06");

    const wrong = await run(
      "fault",
      "yinjiang",
      "exception",
      "--code",
      "7",
      "--probability",
      "0",
      "--control-port",
      port,
    );
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain("target: there is no yinjiang; perhaps yinjiang-station, yinjiang-codmn");
    expect(wrong.err).toContain("code: 7 is not known; use one of 1, 2, 3");
    expect(wrong.err).toContain("probability: 0 is too small; use more than 0");

    expect((await run("fault", "--clear", "--control-port", port)).out).toBe("1 cleared");
    expect((await run("fault", "--list", "--control-port", port)).out).toBe("no faults are on");
    stop.abort();
    expect(await gone).toBe(0);
  });

  test("run names the port that is in use and what to do, with exit code 1", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as { port: number };
    const { code, err } = await run("run", "--port-base", "0", "--control-port", String(port));
    taken.close();
    expect(code).toBe(1);
    expect(err).toBe(
      `port ${port} (control) is in use; stop what listens there (ss -ltnp 'sport = :${port}') or choose another --control-port`,
    );
  });

  test("run --fleet serves its units until it is stopped", async () => {
    const { gone, lines } = await start("--fleet", "20x30", "--ports", "2");
    expect(lines.at(-1)).toMatchObject({ msg: "fleet runs", units: 20, points: 600 });
    const socket = await openSocket(lines[1]!.port!);
    socket.send("00 01 00 00 00 06 0A 03 00 00 00 02");
    expect(await socket.receive(13)).toMatch(/^00 01 00 00 00 07 0A 03 04/);
    stop.abort();
    expect(await gone).toBe(0);
  });

  test.each([
    [
      ["run", "--seed", "x", "--speed", "0", "--fleet", "10", "--since", "blue", "--from", "1812-09-07"],
      ["--seed x: give", "--speed 0: give", "--fleet 10: give", "--since blue: give", "--from 1812-09-07: give"],
    ],
    [["run", "--fleet", "500x12"], ["the generic profile has 30 points; give 500x30"]],
    [["run", "--fleet", "500x30", "--ports", "2"], ["a port holds 247 units; give --ports 3"]],
    [["run", "--sped", "2"], ["no option --sped; did you mean"]],
    [["walk"], ['no command "walk"; use run, fault or list']],
    [["fault", "one"], ["name a bus or an instrument and a fault"]],
    [["fault", "--list", "--clear"], ["--list and --clear: give one of them"]],
    [["list", "all"], ["all: list takes options only"]],
  ])("%j is refused with every remedy and exit code 2", async (args, remedies) => {
    const { code, out, err } = await run(...args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    for (const remedy of [...remedies, "weir-sim --help"]) expect(err).toContain(remedy);
  });

  test("fault says when no simulator runs, with exit code 1", async () => {
    const { code, err } = await run("fault", "--list", "--control-port", "1");
    expect(code).toBe(1);
    expect(err).toBe("no simulator answers on 127.0.0.1:1; start one with weir-sim run, or give its --control-port");
  });

  test("list tells what the city has, as text and as data", async () => {
    expect((await run("list")).out).toMatch(/81 instruments on 24 buses$/);
    const plan = JSON.parse((await run("list", "--json", "--port-base", "7000")).out);
    expect(plan[0].buses[1]).toMatchObject({ name: "yinjiang-station", kind: "tcp", host: "127.0.0.1", port: 7001 });
  });

  test.each([[["--help"]], [["run", "--help"]], [["fault", "-h"]], [["list", "--help"]]])(
    "%j explains itself, with examples",
    async (args) => {
      const { code, out } = await run(...args);
      expect(code).toBe(0);
      expect(out).toContain(`weir-sim ${args.length === 1 ? "run" : args[0]}`);
    },
  );

  test.each(["SIGTERM", "SIGINT", "disconnect"] as const)("as a process stops on %s with exit code 0", async (how) => {
    const args = [join(import.meta.dirname, "cli.js"), "run", "--port-base", "0", "--control-port", "0"];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit", "ipc"] });
    const gone = new Promise<number | null>((resolve) => child.on("exit", resolve));
    await new Promise<void>((resolve) =>
      child.stdout!.on("data", (text) => String(text).includes("city runs") && resolve()),
    );
    if (how === "disconnect") child.disconnect();
    else child.kill(how);
    expect(await gone).toBe(0);
  });
});
