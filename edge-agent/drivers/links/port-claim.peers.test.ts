import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@weir/wire/clock.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSerial } from "./serial.ts";

const nobody = process.getuid?.() === 0 ? { uid: 65_534 } : {};
const children: ChildProcess[] = [];
let folder: string;
let path: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "weir-claim-"));
  chmodSync(folder, 0o755);
  path = join(folder, "line");
  const socat = spawn("socat", ["-d", "-d", `pty,raw,echo=0,mode=666,link=${path}`, "pty,raw,echo=0"]);
  children.push(socat);
  await new Promise<void>((resolve, reject) => {
    socat.once("error", reject);
    socat.stderr.on("data", (text) => /starting data transfer loop/.test(String(text)) && resolve());
  });
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

const open = () =>
  openSerial(
    { kind: "serial", path, baud: 9600, dataBits: 8, parity: "none", stopBits: 1 },
    { timeoutMs: 1000, clock: systemClock },
  );

/** How a program of another user fares that opens the port and takes no lock, as most do: "opened", or what it says. */
function openElsewhere(): Promise<string> {
  const child = spawn("sh", ["-c", `: < ${path} && echo opened`], nobody);
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text) => {
      said += text;
    });
  return new Promise((resolve) => child.on("close", () => resolve(said.trim())));
}

describe("a serial line", () => {
  test("that another program has open, though it took no lock, is refused and names it", async () => {
    const other = spawn("sh", ["-c", `exec 3<>${path}; echo ready; exec sleep 60`], nobody);
    children.push(other);
    await new Promise((resolve) => other.stdout.once("data", resolve));
    await expect(open()).rejects.toMatchObject({
      code: "refused",
      message: `${path}: held by sleep (sleep 60), pid ${other.pid}; stop it, or give one of the two another port`,
    });
  });

  test("that is open here cannot be opened by another program, and can when it is closed", async () => {
    const link = await open();
    expect(await openElsewhere()).toMatch(/busy/i);
    await link.close();
    const again = await open();
    await again.set!({ baud: 2400, dataBits: 8, parity: "even", stopBits: 1 });
    await again.close();
    expect(await openElsewhere()).toBe("opened");
  });
});
