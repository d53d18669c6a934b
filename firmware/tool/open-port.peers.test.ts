import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { runCommand } from "./command.ts";
import { openPort } from "./open-port.ts";

/** socat: a pseudo-terminal under this name, with nobody at its other end. */
async function cable(path: string): Promise<void> {
  const socat = spawn("socat", ["-d", "-d", `pty,raw,echo=0,link=${path}`, "pty,raw,echo=0"]);
  onTestFinished(() => void socat.kill("SIGKILL"));
  const lines = createInterface(socat.stderr);
  for await (const line of lines) if (/starting data transfer loop/.test(line)) return;
  throw new Error("socat ended before it was ready");
}

test("a line that another program holds is left alone, and it is said which program that may be", async () => {
  const folder = mkdtempSync(join(tmpdir(), "weir-held-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const port = join(folder, "line");
  await cable(port);
  const holder = await openPort(port, { baud: 19_200, parity: "even" });
  const err: string[] = [];
  const terminal = { out: () => {}, err: (text: string) => void err.push(text) };
  const words = ["flash", "level", "--bus", "--unit", "2", "--port", port, "--node-keys", join(folder, "keys")];
  expect(await runCommand(words, terminal)).toBe(1);
  expect(err.join("\n")).toMatch(/another program holds the port: a monitor, an IDE or weir-edge/);
  await holder.close();
  const again = await openPort(port, { baud: 19_200, parity: "even" });
  await again.close();
});
