import type { Clock } from "@weir/wire/clock.ts";
import type { Log, Outbox } from "./outbox/outbox.ts";
import type { OwnClock } from "./own-clock.ts";

export type SettleOptions = {
  readonly own: OwnClock;
  /** Resolves when the machine's clock is known to be right; never, when that never happens. */
  readonly synchronised: Promise<void>;
  readonly isConnected: () => boolean;
  /** How long, once connected, the clock is waited for. */
  readonly waitMs: number;
  readonly outbox: Pick<Outbox, "date">;
  readonly clock: Clock;
  readonly log: Log;
};

const lookEveryMs = 1000;

/**
 * Waits until the machine's clock is known to be right, or until that has been waited for long enough with a connection; then gives
 * the records that were read meanwhile their right times, or the quality of a time in doubt. Returns whether all of that is done:
 * until then nothing should be delivered.
 */
export function settleTime(options: SettleOptions, signal: AbortSignal): () => boolean {
  const { own, synchronised, isConnected, waitMs, outbox, clock, log } = options;
  let done = false;

  /** Resolves when the connection has been there for long enough. */
  async function waited(until: AbortSignal): Promise<void> {
    let connectedSince: number | undefined;
    while (!until.aborted) {
      if (isConnected()) connectedSince ??= clock.monotonic();
      if (connectedSince !== undefined && clock.monotonic() - connectedSince >= waitMs) return;
      await clock.sleep(lookEveryMs, until);
    }
  }

  async function settle(): Promise<void> {
    const over = new AbortController();
    const isRight = await Promise.race([
      synchronised.then(() => true),
      waited(AbortSignal.any([signal, over.signal])).then(() => false),
    ]);
    over.abort();
    if (signal.aborted) return;
    const known = own.settle(isRight);
    while (!signal.aborted && !done)
      try {
        const records = await outbox.date(known);
        done = true;
        if (records > 0 && known)
          log.info({ records }, "records from before the clock was right have their right times now");
        else if (records > 0) log.warn({ records }, "nobody knows the right time: readings go out as uncertain");
      } catch {
        await clock.sleep(lookEveryMs, signal); // the disk takes nothing now; it says so itself
      }
  }
  void settle();
  return () => done;
}
