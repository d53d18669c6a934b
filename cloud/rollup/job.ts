import type { Clock } from "@weir/wire/clock.ts";
import type { Logger } from "pino";
import { type Store, StoreUnavailable, type Tier, tierMs } from "../store/store.ts";
import { bitOf, hourMs, type RollUpBook } from "./book.ts";

/** Devices and one of their whole hours, complete now: for what is judged hour by hour. */
export type Hour = { readonly site: string; readonly devices: readonly string[] | undefined; readonly hour: number };

export type RollUpOptions = {
  readonly store: Store;
  readonly book: RollUpBook;
  /** Names the store: another name means that nothing has been rolled up in it. */
  readonly storeName: string;
  /** How long the store keeps readings, ms; undefined: for ever. */
  readonly keepMs: number | undefined;
  /** Writes what follows from the readings of an hour, as points at the beginning of hours, before they are rolled up. Idempotent. Tells which hours. */
  readonly derive: (hour: Hour, signal: AbortSignal) => Promise<readonly number[]>;
  readonly clock: Clock;
  readonly log: Logger;
};

/** The job that keeps roll-ups up with the readings. */
export type RollUps = {
  stats(): RollUpStats;
  /** From when on roll-ups may be read; later than any reading until that is known. */
  readableFrom(): number;
  /** Ends after what is under way. */
  close(): Promise<void>;
};

export type RollUpStats = {
  /** Hours of devices with a window behind their readings; the running hour is always among them. */
  readonly behind: number;
  /** Start of the oldest of them, epoch ms. */
  readonly oldest: number | undefined;
  /** Windows computed, summed over devices. */
  readonly windows: number;
  readonly trouble: string | undefined;
};

/** A window is rolled up when it has been complete for so long, and late readings of it have had so long for their neighbours. */
const settleMs = 15_000;
const lookEveryMs = 5_000;
/** So many devices in one question to the store. */
const devicesAtOnce = 100;
/** Readings from before there were roll-ups are rolled up as far back as this, where the store keeps them for ever. */
const longestBackMs = 400 * 86_400_000;

/**
 * Rolls up what the book says is behind: the newest hour first, so that no backlog keeps a fresh window waiting; after each step it
 * rests as long as the step took, so at most half of the store's time for it. When the store is away nothing is forgotten.
 */
export function startRollUps({ store, book, storeName, keepMs, derive, clock, log }: RollUpOptions): RollUps {
  const stop = new AbortController();
  let readableFrom: number | undefined;
  let keptAt = Number.NEGATIVE_INFINITY;
  let windows = 0;
  let trouble: string | undefined;
  let refusedAt = Number.NEGATIVE_INFINITY;
  const running = run(stop.signal);

  async function run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const from = clock.monotonic();
      try {
        readableFrom ??= await begin(signal);
        const worked = await step(signal);
        if (trouble !== undefined) log.info("roll-ups go on");
        trouble = undefined;
        failures = 0;
        await clock.sleep(worked ? clock.monotonic() - from : lookEveryMs, signal);
      } catch (error) {
        if (signal.aborted) return;
        const { message } = error as Error;
        if (trouble === undefined) {
          if (error instanceof StoreUnavailable) log.warn({ reason: message }, "roll-ups wait for the store");
          else log.error({ err: error }, "rolling up failed");
        }
        trouble = message;
        await clock.sleep(Math.min(60_000, lookEveryMs * 2 ** failures++), signal);
      }
    }
  }

  /**
   * What the book cannot know is behind: everything in a store that it does not belong to, and what came after it was last kept, should it be
   * one that was put back from a backup.
   */
  async function begin(signal: AbortSignal): Promise<number> {
    const sites = new Set((await store.latest(signal)).map((point) => point.site));
    const now = clock.now();
    const to = now - (now % hourMs) + hourMs;
    const oldest = to - Math.floor(Math.min(keepMs ?? longestBackMs, longestBackMs) / hourMs) * hourMs;
    const of = book.of();
    const same = of?.store === storeName;
    const from = same ? Math.max(oldest, of.kept - (of.kept % hourMs) - hourMs) : oldest;
    const readable = same ? of.from : sites.size === 0 ? 0 : oldest;
    if (!same) book.adopt(storeName, readable);
    for (const site of sites) book.markSite(site, from, to);
    return readable;
  }

  async function step(signal: AbortSignal): Promise<boolean> {
    // An hour at the edge of what is kept would be rolled up from what happens to be left of it.
    if (keepMs !== undefined) book.forget(clock.now() - keepMs + hourMs);
    if (clock.monotonic() - keptAt >= hourMs) {
      book.keptUntil(clock.now());
      keptAt = clock.monotonic();
    }
    const entries = book.due(settleMs, devicesAtOnce);
    const [first] = entries;
    if (!first) return false;
    const { site, hour } = first;
    const devices = first.device === undefined ? undefined : entries.map(({ device }) => device!);
    const complete = entries.filter(({ bits }) => bits & bitOf("1h", 0));
    const derived =
      complete.length === 0
        ? []
        : await derive({ site, devices: devices && complete.map(({ device }) => device!), hour }, signal);
    const inHour = entries.reduce((sum, entry) => sum | entry.bits, derived.includes(hour) ? derivedBits : 0);
    const runs = [
      ...runsOf(inHour, hour),
      ...derived.filter((other) => other !== hour).flatMap((other) => runsOf(derivedBits, other)),
    ];
    for (const { tier, from, to } of runs) {
      const { refused } = await store.rollUp({ tier, site, devices, from, to }, signal);
      windows += ((to - from) / tierMs[tier]) * entries.length;
      if (refused.length === 0 || clock.monotonic() - refusedAt < hourMs) continue;
      refusedAt = clock.monotonic();
      log.warn({ tier, site, from: new Date(from).toISOString(), reason: refused[0] }, "the store refuses roll-ups");
    }
    book.done(entries);
    return true;
  }

  return {
    stats() {
      const { entries, oldest } = book.stats();
      return { behind: entries, oldest, windows, trouble };
    },
    readableFrom: () => readableFrom ?? Number.POSITIVE_INFINITY,
    async close() {
      stop.abort();
      await running;
    },
  };
}

/** What a point at the beginning of an hour is in. */
const derivedBits = bitOf("5m", 0) | bitOf("1h", 0);

/** Windows as runs without holes. */
function runsOf(bits: number, hour: number): readonly { tier: Tier; from: number; to: number }[] {
  const runs: { tier: Tier; from: number; to: number }[] = [];
  for (const tier of ["5m", "1h"] as const)
    for (let from = hour; from < hour + hourMs; from += tierMs[tier]) {
      if ((bits & bitOf(tier, from - hour)) === 0) continue;
      const before = runs.at(-1);
      if (before?.tier === tier && before.to === from) before.to += tierMs[tier];
      else runs.push({ tier, from, to: from + tierMs[tier] });
    }
  return runs;
}
