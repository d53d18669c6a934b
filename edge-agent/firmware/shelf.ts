import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Rotation } from "@weir/wire/firmware/keys.ts";
import type { Progress } from "@weir/wire/firmware/update-state.ts";

/** An update of one device, as it is kept on disk. */
export type Job = {
  readonly device: string;
  /** `WEIR-LEVEL 1.2.0, hardware revision 1` */
  readonly what: string;
  readonly version: string;
  /** SHA-256 of the manifest. */
  readonly manifest: string;
  /** See kindOf. */
  readonly kind: string;
  readonly by: "cloud" | "technician";
  /** Epoch ms. */
  readonly acceptedAt: number;
  readonly since: number;
  readonly progress: Progress;
  /** The text of the bundle; empty once the update is over. */
  readonly bundle: string;
};

/** What this gateway has learnt of whom to trust, and of what runs. */
export type Memory = {
  readonly rotations: readonly Rotation[];
  /** By kind: the newest version that has been confirmed. */
  readonly floors: Readonly<Record<string, string>>;
};

/** Updates and memory in a folder. What a call has written survives a power cut; a torn file is what it was before. */
export type Shelf = {
  readonly jobs: () => readonly Job[];
  readonly memory: () => Memory;
  keep(job: Job): void;
  remember(memory: Memory): void;
};

const memoryFile = "memory.json";
const ending = ".update.json";

/** Throws an Error that names the file, for what no version of ours has written. */
export function openShelf(folder: string): Shelf {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const file of readdirSync(folder)) if (file.endsWith(".new")) rmSync(join(folder, file));

  function read<T>(file: string): T | undefined {
    try {
      return JSON.parse(readFileSync(join(folder, file), "utf8")) as T;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw new Error(
        `${join(folder, file)}: cannot be read (${(error as Error).message}); move it away to begin anew`,
        {
          cause: error,
        },
      );
    }
  }

  function write(file: string, value: object): void {
    const path = join(folder, file);
    const handle = openSync(`${path}.new`, "w", 0o600);
    try {
      writeSync(handle, JSON.stringify(value));
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(`${path}.new`, path);
    const directory = openSync(folder, "r");
    fsyncSync(directory);
    closeSync(directory);
  }

  const nothing: Memory = { rotations: [], floors: {} };
  return {
    jobs: () =>
      readdirSync(folder)
        .filter((file) => file.endsWith(ending))
        .flatMap((file) => read<Job>(file) ?? []),
    memory: () => read<Memory>(memoryFile) ?? nothing,
    keep: (job) => write(`${job.device}${ending}`, job),
    remember: (memory) => write(memoryFile, memory),
  };
}
