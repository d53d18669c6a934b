import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { claimPort } from "./port-claim.ts";
import { findHolders, lockNames, type Traces } from "./port-holders.ts";
import { lastingName } from "./port-names.ts";

let root: string;
let device: string;
let traces: Traces & { readonly locks: readonly [string] };

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "weir-port-"));
  device = join(root, "ttyUSB0");
  traces = { proc: join(root, "proc"), locks: [join(root, "lock")] };
  writeFileSync(device, "");
  for (const folder of [traces.proc, ...traces.locks]) mkdirSync(folder);
});
afterEach(() => rmSync(root, { recursive: true }));

/** A program as /proc shows it, with these files open. */
function run(pid: number, command: readonly string[], files: readonly string[]) {
  const folder = join(traces.proc, String(pid));
  mkdirSync(join(folder, "fd"), { recursive: true });
  writeFileSync(join(folder, "comm"), `${command[0]!.split("/").at(-1)}\n`);
  writeFileSync(join(folder, "cmdline"), command.map((word) => `${word}\0`).join(""));
  for (const [fd, file] of files.entries()) symlinkSync(file, join(folder, "fd", String(fd)));
}

const lockFile = (name = lockNames(device)[0]!) => join(traces.locks[0], name);

describe("a serial port that another program has", () => {
  test("open, is refused by the program's name, pid and command line", async () => {
    run(812, ["/usr/bin/minicom", "-D", device], ["/dev/null", device]);
    run(813, ["sh"], ["/dev/null", `${device} (deleted)`]);
    await expect(claimPort(device, traces)).rejects.toMatchObject({
      code: "refused",
      message: `${device}: held by minicom (/usr/bin/minicom -D ${device}), pid 812; stop it, or give one of the two another port`,
    });
  });

  test("is found by the device behind whatever name either of the two uses", async () => {
    const byId = join(root, "usb-FTDI-if00-port0");
    symlinkSync(device, byId);
    run(812, ["gpsd"], [device]);
    expect((await findHolders(byId, traces)).found).toMatchObject([{ pid: 812, by: "open" }]);
  });

  test("as another user, shows in the kernel's list of locks", async () => {
    run(9, ["modem"], []);
    const { dev, ino } = statSync(device, { bigint: true });
    const hex = (part: bigint) => part.toString(16).padStart(2, "0");
    const major = hex((dev >> 8n) & 0xfffn);
    const minor = hex((dev & 0xffn) | ((dev >> 12n) & 0xfff00n));
    writeFileSync(
      join(traces.proc, "locks"),
      `1: POSIX  ADVISORY  WRITE 7 ${major}:${minor}:${ino} 0 EOF\n2: FLOCK  ADVISORY  WRITE 9 ${major}:${minor}:${ino} 0 EOF\n`,
    );
    expect((await findHolders(device, traces)).found).toMatchObject([{ pid: 9, program: "modem", by: "open" }]);
  });

  test.each([
    ["ModemManager", /held by ModemManager.*ID_MM_DEVICE_IGNORE/],
    ["agetty", /held by agetty.*login console.*serial-getty/],
  ])("%s, is told what every technician needs to know of it", async (program, said) => {
    run(400, [program], [device]);
    await expect(claimPort(device, traces)).rejects.toMatchObject({ message: expect.stringMatching(said) });
  });

  test("by its lock file, is refused while that program runs, and taken over once it is gone", async () => {
    writeFileSync(lockFile(), "       812\n");
    run(812, ["picocom"], []);
    await expect(claimPort(device, traces)).rejects.toMatchObject({
      message: expect.stringContaining("picocom, pid 812 by its lock file"),
    });
    rmSync(join(traces.proc, "812"), { recursive: true });
    const claim = await claimPort(device, traces);
    expect(readFileSync(lockFile(), "latin1")).toBe(`${String(process.pid).padStart(10)}\n`);
    await claim.release();
  });
});

describe("a serial port that is ours", () => {
  test("has a lock file that other programs know, for as long as it is ours", async () => {
    const claim = await claimPort(device, traces);
    expect(existsSync(lockFile())).toBe(true);
    await claim.release();
    await claim.release();
    expect(existsSync(lockFile())).toBe(false);
  });

  test("is not opened a second time under another name, and may be claimed again later", async () => {
    const byId = join(root, "usb-FTDI-if00-port0");
    symlinkSync(device, byId);
    const claim = await claimPort(device, traces);
    await expect(claimPort(byId, traces)).rejects.toMatchObject({ message: expect.stringContaining("are one port") });
    await claim.release();
    await (await claimPort(byId, traces)).release();
  });

  test("needs no folder for lock files", async () => {
    await (await claimPort(device, { ...traces, locks: [join(root, "nowhere")] })).release();
  });
});

test("a port that is not there says so, and which adapters are", async () => {
  await expect(claimPort(join(root, "gone"), traces)).rejects.toMatchObject({
    code: "refused",
    message: expect.stringMatching(/gone: there is no such port; check the adapter's plug; /),
  });
});

test("a port is told its lasting name where it has one and is called by another", async () => {
  const byId = join(root, "by-id");
  mkdirSync(byId);
  writeFileSync(join(root, "ttyS0"), "");
  symlinkSync("../ttyUSB0", join(byId, "usb-FTDI-if00-port0"));
  const name = join(byId, "usb-FTDI-if00-port0");
  expect(await lastingName(device, byId)).toBe(name);
  expect(await lastingName(name, byId)).toBeUndefined();
  expect(await lastingName(join(root, "ttyS0"), byId)).toBeUndefined();
});
