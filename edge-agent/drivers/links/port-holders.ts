import { readdir, readFile, readlink, realpath, stat } from "node:fs/promises";
import { basename } from "node:path";

/** A program that has a serial port, and how it shows: it has it open, or its lock file stands there. */
export type Holder = { readonly pid: number; readonly program: string; readonly by: "open" | "lock file" };

export type Holders = {
  readonly found: readonly Holder[];
  /** Programs whose open files this user may not see. */
  readonly unseen: number;
};

/** Where the kernel and other programs leave their marks; tests have folders of their own. */
export type Traces = { readonly proc: string; readonly locks: readonly string[] };
export const systemTraces: Traces = { proc: "/proc", locks: ["/var/lock", "/var/spool/lock", "/var/spool/uucp"] };

/**
 * The other programs that have this port: by their open files, by the kernel's list of flock holders (which shows those of other
 * users too), and by UUCP lock files whose program runs. Empty where there is no /proc. Never rejects.
 */
export async function findHolders(path: string, { proc, locks } = systemTraces): Promise<Holders> {
  const device = await realpath(path).catch(() => path);
  const pids = (await readdir(proc).catch(() => [])).map(Number).filter((pid) => pid > 0 && pid !== process.pid);
  const open = await Promise.all(pids.map((pid) => hasOpen(`${proc}/${pid}/fd`, device)));
  const holders = new Map<number, Holder["by"]>();
  for (const { pid } of await lockFilesOf(device, locks)) if (pids.includes(pid)) holders.set(pid, "lock file");
  for (const pid of await flockers(device, proc)) if (pids.includes(pid)) holders.set(pid, "open");
  for (const [i, pid] of pids.entries()) if (open[i] === true) holders.set(pid, "open");
  return {
    found: await Promise.all(
      [...holders].map(async ([pid, by]) => ({ pid, by, program: await programOf(`${proc}/${pid}`) })),
    ),
    unseen: open.filter((answer) => answer === undefined).length,
  };
}

/**
 * Undefined when it may not be known. A file of an adapter that was pulled out ends in ` (deleted)` and so is another.
 * Of a pseudo-terminal, the program at its other end holds both: it is the cable, not a rival.
 */
async function hasOpen(folder: string, device: string): Promise<boolean | undefined> {
  try {
    const files = await readdir(folder);
    const targets = await Promise.all(files.map((file) => readlink(`${folder}/${file}`).catch(() => "")));
    return targets.includes(device) && !(device.startsWith("/dev/pts/") && targets.some((target) => isMaster(target)));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EACCES" ? undefined : false;
  }
}

const isMaster = (target: string) => /^\/dev\/(pts\/)?ptmx$/.test(target);

/** `12: FLOCK  ADVISORY  WRITE 708 00:05:1234 0 EOF`: pid, then the device and inode of what is locked (proc(5)). */
async function flockers(device: string, proc: string): Promise<readonly number[]> {
  const [text, file] = await Promise.all([
    readFile(`${proc}/locks`, "utf8").catch(() => ""),
    stat(device, { bigint: true }).catch(() => undefined),
  ]);
  if (!file) return [];
  const [major, minor] = [(file.dev >> 8n) & 0xfffn, (file.dev & 0xffn) | ((file.dev >> 12n) & 0xfff00n)];
  const place = [major, minor]
    .map((part) => part.toString(16).padStart(2, "0"))
    .concat(String(file.ino))
    .join(":");
  return text.split("\n").flatMap((line) => {
    const [, kind, , , pid, what] = line.trim().split(/\s+/);
    return kind === "FLOCK" && what === place ? [Number(pid)] : [];
  });
}

/** `LCK..ttyUSB0`, with the pid in ASCII (FHS 3.0, 5.9). */
export async function lockFilesOf(
  device: string,
  folders: readonly string[],
): Promise<readonly { readonly file: string; readonly pid: number }[]> {
  const files = [...new Set(folders.flatMap((folder) => lockNames(device).map((name) => `${folder}/${name}`)))];
  const pids = await Promise.all(
    files.map((file) =>
      readFile(file, "latin1").then(
        (text) => Number.parseInt(text.trim(), 10),
        () => Number.NaN,
      ),
    ),
  );
  return files.flatMap((file, i) => (Number.isNaN(pids[i]) ? [] : [{ file, pid: pids[i]! }]));
}

/** The name a lock file has for a device: most programs put the path below /dev with `_` for `/`, some the last part alone. */
export function lockNames(device: string): readonly string[] {
  return [...new Set([device.replace(/^\/dev\//, "").replaceAll("/", "_"), basename(device)])].map(
    (name) => `LCK..${name}`,
  );
}

/** What a person would call it: its name, and the start of its command line where that says more. */
async function programOf(folder: string): Promise<string> {
  const [name, line] = await Promise.all(
    ["comm", "cmdline"].map((file) => readFile(`${folder}/${file}`, "utf8").catch(() => "")),
  );
  const command = line!.replaceAll("\0", " ").trim();
  const shown = command.length > 80 ? `${command.slice(0, 79)}…` : command;
  const known = name!.trim() || "a program";
  return shown === "" || shown === known ? known : `${known} (${shown})`;
}
