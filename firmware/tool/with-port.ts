import { openPort } from "./open-port.ts";
import type { Port, PortSettings } from "./port.ts";

/** Opens the port that was named, does the job, and closes it. Ctrl-C ends the work between two of its steps. */
export function withPort<T>(
  name: string | undefined,
  settings: PortSettings,
  job: (port: Port, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return withStop(async (signal) => {
    const port = await openPort(name, settings);
    try {
      return await job(port, signal);
    } finally {
      await port.close();
    }
  });
}

/** Does a job that Ctrl-C ends between two of its steps. */
export async function withStop<T>(job: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const onSignal = () => stop.abort(new Error("stopped by hand"));
  process.once("SIGINT", onSignal);
  try {
    return await job(stop.signal);
  } finally {
    process.off("SIGINT", onSignal);
  }
}
