import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import type { Clock } from "@weir/wire/clock.ts";

export type TimeWatchOptions = {
  /** trust: the clock is never doubted. check: it is, until the system says that it has been synchronised since it booted. */
  readonly mode: "check" | "trust";
  readonly clock: Clock;
  /** Whether the system says so now. */
  readonly ask?: (signal: AbortSignal) => Promise<boolean>;
  /** Called once, when the answer turns to yes. */
  readonly onSynchronised?: () => void;
};

const askEveryMs = 10_000;

/**
 * Returns timeSynchronised(): whether readings may carry this clock's time without a doubt. Asks the system every ten seconds
 * until it says yes, and believes it for the rest of the process. Where nothing on the system can tell, the answer stays no: say
 * `trust` in the configuration when the clock is known to be good.
 */
export function watchTime(
  { mode, clock, ask = askSystem, onSynchronised = () => {} }: TimeWatchOptions,
  signal: AbortSignal,
): () => boolean {
  let synchronised = mode === "trust";
  async function watch(): Promise<void> {
    while (!synchronised && !signal.aborted) {
      synchronised = await ask(signal);
      if (synchronised) onSynchronised();
      else await clock.sleep(askEveryMs, signal);
    }
  }
  void watch();
  return () => synchronised;
}

/** systemd-timesyncd leaves this file once it has set the clock (systemd-timesyncd.service(8)). */
const timesyncdSays = "/run/systemd/timesync/synchronized";

/** Whether this Linux says that its clock is synchronised: by systemd-timesyncd, or by the kernel's flag, which chrony and ntpd set too. */
async function askSystem(signal: AbortSignal): Promise<boolean> {
  if (existsSync(timesyncdSays)) return true;
  return new Promise((resolve) => {
    execFile(
      "timedatectl",
      ["show", "--property=NTPSynchronized", "--value"],
      { timeout: 5000, signal },
      (error, stdout) => resolve(!error && stdout.trim() === "yes"),
    );
  });
}
