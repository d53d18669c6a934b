import type { Clock } from "@weir/wire/clock.ts";
import type { View } from "./view.ts";

/** How often the table is drawn anew: ages count on between readings. */
const drawMs = 500;

export type Watch = {
  readonly view: View;
  /** Tells the board what is read, until stopped. */
  readonly source: (signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  /** Ends by itself after this. */
  readonly forMs: number | undefined;
};

/** Shows the board until stopped or until its time is over; resolves with how long that was, in ms, when nothing is open any more. */
export async function runWatch({ view, source, clock, forMs }: Watch, stop: AbortSignal): Promise<number> {
  const over = new AbortController();
  const signal = AbortSignal.any([stop, over.signal]);
  const startedAt = clock.monotonic();
  if (forMs !== undefined) void clock.sleep(forMs, signal).then(() => over.abort());
  const reading = source(signal);
  try {
    while (!signal.aborted) {
      view.draw();
      await clock.sleep(drawMs, signal);
    }
    return clock.monotonic() - startedAt;
  } finally {
    over.abort();
    view.close();
    await reading;
  }
}
