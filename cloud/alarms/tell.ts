import type { Clock } from "@weir/wire/clock.ts";
import type { Store } from "../store/store.ts";
import type { AlarmBook } from "./book.ts";

export type Telling = {
  readonly book: Pick<AlarmBook, "untold" | "told" | "watch">;
  readonly store: Pick<Store, "writeEvents">;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
};

const batch = 500;
const [firstPauseMs, longestPauseMs] = [1000, 60_000];

/** Tells the store of alarms that begin and end, oldest first, until the signal aborts. A store that is away delays them: the book keeps them. */
export async function tellStore({ book, store, clock, warn }: Telling, signal: AbortSignal): Promise<void> {
  let pauseMs = firstPauseMs;
  let woken = Promise.withResolvers<void>();
  const wake = () => woken.resolve();
  const stop = book.watch(wake);
  signal.addEventListener("abort", wake, { once: true });
  while (!signal.aborted) {
    woken = Promise.withResolvers<void>();
    try {
      const events = book.untold(batch);
      if (events.length === 0) {
        await woken.promise;
        continue;
      }
      const { rejected } = await store.writeEvents(events, signal);
      for (const { index, reason } of rejected)
        warn(`the store will never take the event ${events[index]!.title.en}: ${reason}; the list of alarms has it`);
      book.told(events);
      pauseMs = firstPauseMs;
    } catch (error) {
      if (signal.aborted) break;
      warn(`alarms wait to be written to the store: ${(error as Error).message}; trying again in ${pauseMs / 1000} s`);
      await clock.sleep(pauseMs, signal);
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
    }
  }
  stop();
}
