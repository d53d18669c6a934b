import { statfsSync } from "node:fs";
import { type CpuInfo, cpus, freemem, totalmem } from "node:os";

export type MachineStatus = {
  /** Share of all cores since the last look, %; null at the first look. */
  readonly cpuLoad: number | null;
  /** % of the machine's memory. */
  readonly memoryUsed: number;
  /** Bytes this process holds in memory (RSS). */
  readonly processMemory: number;
  /** CPU time this process has used, s. */
  readonly processCpu: number;
  /** Of the disk that holds the outbox; null where the system does not tell. */
  readonly diskUsed: number | null;
  readonly diskFree: number | null;
};

/** Looks at the machine; `folder` says which disk. The CPU load is that of the time between two looks. */
export function createMachineWatch(folder: string): () => MachineStatus {
  let before: readonly CpuInfo[] | undefined;
  return () => {
    const now = cpus();
    const cpuLoad = before ? loadBetween(before, now) : null;
    before = now;
    const { user, system } = process.cpuUsage();
    return {
      cpuLoad,
      memoryUsed: 100 * (1 - freemem() / totalmem()),
      processMemory: process.memoryUsage.rss(),
      processCpu: (user + system) / 1e6,
      ...disk(folder),
    };
  };
}

/** Busy share of all cores between two readings of their times, %; null when no time has passed. */
export function loadBetween(before: readonly CpuInfo[], now: readonly CpuInfo[]): number | null {
  const spent = (list: readonly CpuInfo[]) => list.reduce((sum, { times }) => sum + sumOf(times), 0);
  const idle = (list: readonly CpuInfo[]) => list.reduce((sum, { times }) => sum + times.idle, 0);
  const total = spent(now) - spent(before);
  return total > 0 ? 100 * (1 - (idle(now) - idle(before)) / total) : null;
}

function sumOf({ user, nice, sys, idle, irq }: CpuInfo["times"]): number {
  return user + nice + sys + idle + irq;
}

function disk(folder: string): Pick<MachineStatus, "diskUsed" | "diskFree"> {
  try {
    const { bsize, blocks, bavail } = statfsSync(folder);
    return { diskFree: bavail * bsize, diskUsed: blocks > 0 ? 100 * (1 - bavail / blocks) : null };
  } catch {
    return { diskFree: null, diskUsed: null };
  }
}
