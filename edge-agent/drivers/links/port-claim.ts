import { spawn } from "node:child_process";
import { readFile, realpath, unlink, writeFile } from "node:fs/promises";
import { absent, claimedAlready, heldBy } from "./port-faults.ts";
import { findHolders, lockFilesOf, lockNames, systemTraces, type Traces } from "./port-holders.ts";

/** A serial port that is ours until it is released. */
export type Claim = {
  /** Asks the kernel to let no other program open the port; root may all the same. False where no interpreter is there to ask it. */
  shut(fd: number): Promise<boolean>;
  /** Takes that back, before the port is opened anew by ourselves. */
  unshut(fd: number): Promise<void>;
  /** Removes the lock file. Idempotent. */
  release(): Promise<void>;
};

/**
 * Makes sure that nobody else has the port, and leaves a UUCP lock file (`LCK..ttyUSB0`) where that folder may be written.
 * It looks before it opens: to open a port changes its settings under a program that is using it.
 * Rejects with a LinkError that names who has it, or says that there is no such port.
 */
export async function claimPort(path: string, traces: Traces = systemTraces): Promise<Claim> {
  const device = await realpath(path).catch(() => undefined);
  if (device === undefined) throw await absent(path);
  const other = claimed.get(device);
  if (other !== undefined) throw claimedAlready(path, other);
  claimed.set(device, path);
  const holders = await findHolders(path, traces);
  if (holders.found.length > 0) {
    claimed.delete(device);
    throw heldBy(path, holders);
  }
  const file = await leaveLock(device, traces.locks);
  return {
    shut: (fd) => inKernel(fd, "TIOCEXCL"),
    unshut: async (fd) => void (await inKernel(fd, "TIOCNXCL")),
    release: async () => {
      claimed.delete(device);
      if (file !== undefined && (await pidIn(file)) === process.pid) await unlink(file).catch(() => {});
    },
  };
}

/** Device → the path by which this process has it. */
const claimed = new Map<string, string>();

/** The file it left; undefined where no folder for it may be written. The lock of a program that is gone is replaced. */
async function leaveLock(device: string, folders: readonly string[]): Promise<string | undefined> {
  for (const { file } of await lockFilesOf(device, folders)) await unlink(file).catch(() => {});
  for (const folder of folders) {
    const file = `${folder}/${lockNames(device)[0]!}`;
    const left = await writeFile(file, `${String(process.pid).padStart(10)}\n`, { flag: "wx", mode: 0o644 }).then(
      () => true,
      () => false,
    );
    if (left) return file;
  }
  return undefined;
}

async function pidIn(file: string): Promise<number> {
  return Number.parseInt(await readFile(file, "latin1").catch(() => ""), 10);
}

/**
 * Node has no ioctl, so an interpreter that nearly every gateway has does it on the same open file. As descriptor 3: below
 * that, a child's files are made blocking, and ours with them.
 */
async function inKernel(fd: number, request: "TIOCEXCL" | "TIOCNXCL"): Promise<boolean> {
  if (process.platform !== "linux") return false;
  const number = process.arch.startsWith("mips") ? mips[request] : generic[request];
  return (
    (await succeeds(
      "perl",
      ["-e", `open(my $port, "+<&=", 3) or exit 1; exit(ioctl($port, ${number}, 0) ? 0 : 1)`],
      fd,
    )) || succeeds("python3", ["-c", `import fcntl; fcntl.ioctl(3, ${number})`], fd)
  );
}

/** asm-generic/ioctls.h, and where it differs. */
const generic = { TIOCEXCL: 0x540c, TIOCNXCL: 0x540d };
const mips = { TIOCEXCL: 0x740d, TIOCNXCL: 0x740e };
const askMs = 2000;

function succeeds(command: string, args: readonly string[], fd: number): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "ignore", "ignore", fd], timeout: askMs });
    child.on("error", () => resolve(false));
    child.on("exit", (code) => resolve(code === 0));
  });
}
