import type { Line } from "../driver.ts";
import { pollingStopped } from "../faults.ts";

const busy = new WeakMap<Line, Map<string, Promise<unknown>>>();

/**
 * One measurement of a sensor at a time: another valid command to it would abort one that runs (SDI-12 1.4, 4.4.5 and 4.4.7), and
 * two devices of the configuration may be one sensor. Rejects with `closed` when the signal aborts while it waits.
 */
export async function alone<T>(line: Line, address: string, signal: AbortSignal, job: () => Promise<T>): Promise<T> {
  const sensors = busy.get(line) ?? new Map<string, Promise<unknown>>();
  busy.set(line, sensors);
  const before = sensors.get(address) ?? Promise.resolve();
  const { promise: done, resolve: finish } = Promise.withResolvers<void>();
  const mine = before.then(() => done);
  sensors.set(address, mine);
  try {
    await orAborted(before, signal);
    return await job();
  } finally {
    finish();
    if (sensors.get(address) === mine) sensors.delete(address);
  }
}

function orAborted(before: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stopped = () => reject(pollingStopped());
    if (signal.aborted) return stopped();
    signal.addEventListener("abort", stopped);
    void before.then(() => {
      signal.removeEventListener("abort", stopped);
      resolve();
    });
  });
}
