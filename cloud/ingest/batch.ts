import type { Clock } from "@weir/wire/clock.ts";
import { addRange, type OffsetSet } from "@weir/wire/ranges.ts";
import { joinRefusals } from "@weir/wire/refusal.ts";
import type { RecordPlace, Settlement } from "../ledger/book.ts";
import type { Point, Store, WriteResult } from "../store/store.ts";
import type { KnownDevice } from "./directory-book.ts";

/** The points of one message, and which record they are, where its gateway wants a receipt. */
export type Arrival = {
  readonly device: KnownDevice;
  readonly points: readonly Point[];
  readonly bytes: number;
  /** By the monotonic clock, ms. */
  readonly arrivedAt: number;
  readonly place?: RecordPlace & { readonly offset: number };
  /** Why the record is rejected without asking the store; then it has no points. */
  readonly refused?: string;
};

export type BatchLimits = {
  /** A batch is written when it has this many points; default 20,000. */
  readonly points: number;
  /** … or when its first point has waited this long; default 50 ms. */
  readonly waitMs: number;
  /** Payload bytes that may wait for the store before senders must wait; default 16 MiB. */
  readonly pendingBytes: number;
};

export type Batcher = {
  add(arrival: Arrival): void;
  /** undefined while there is room, otherwise a promise that resolves when there is again. */
  full(): Promise<void> | undefined;
  pending(): { readonly bytes: number; readonly points: number };
  /** Writes until the signal aborts; then resolves after the write that is under way. */
  run(signal: AbortSignal): Promise<void>;
};

export type BatchOptions = {
  readonly store: Pick<Store, "write">;
  readonly limits: BatchLimits;
  readonly clock: Clock;
  readonly random: () => number;
  /** The store has answered; must make the settlements durable and may throw to be tried again. */
  readonly settle: (arrivals: readonly Arrival[], settlements: readonly Settlement[], result: WriteResult) => void;
  /** How long a write that the store has confirmed took, ms. */
  readonly onWritten: (ms: number) => void;
  /** Told of each change: undefined when the store takes points, otherwise why it does not. */
  readonly onStore: (trouble: Error | undefined) => void;
};

/** Gathers arrivals and writes them in their order, one write at a time, again and again until the store has taken them. */
export function openBatcher({ store, limits, clock, random, settle, onWritten, onStore }: BatchOptions): Batcher {
  let gathering: Arrival[] = [];
  let gatheredPoints = 0;
  let bytes = 0;
  let points = 0;
  let wake: (() => void) | undefined;
  let waiting: PromiseWithResolvers<void> | undefined;

  /** Resolves when there is a batch to write: full, or its first arrival has waited long enough. */
  async function gathered(signal: AbortSignal): Promise<void> {
    if (gathering.length === 0) await woken(signal);
    const leftMs = (gathering[0]?.arrivedAt ?? 0) + limits.waitMs - clock.monotonic();
    if (leftMs <= 0 || gatheredPoints >= limits.points) return;
    const isFull = new AbortController();
    const either = AbortSignal.any([signal, isFull.signal]);
    const full = woken(either).then(() => isFull.abort());
    await clock.sleep(leftMs, either);
    isFull.abort();
    await full;
  }

  /** At most a batch of what was gathered, oldest first. */
  function take(): readonly Arrival[] {
    let count = 0;
    let taken = 0;
    while (count < gathering.length && taken < limits.points) taken += gathering[count++]?.points.length ?? 0;
    const batch = gathering.slice(0, count);
    gathering = gathering.slice(count);
    gatheredPoints -= taken;
    return batch;
  }

  function woken(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        signal.removeEventListener("abort", done);
        wake = undefined;
        resolve();
      };
      if (signal.aborted) return done();
      signal.addEventListener("abort", done, { once: true });
      wake = done;
    });
  }

  async function write(arrivals: readonly Arrival[], signal: AbortSignal): Promise<void> {
    const all = arrivals.flatMap((arrival) => arrival.points);
    let inTrouble = false;
    for (let delayMs = 250; ; delayMs = Math.min(10_000, delayMs * 2)) {
      try {
        const began = clock.monotonic();
        const result = all.length === 0 ? { rejected: [] } : await store.write(all, signal);
        onWritten(clock.monotonic() - began);
        settle(arrivals, settlementsOf(arrivals, result), result);
        if (inTrouble) onStore(undefined);
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (!inTrouble) onStore(error as Error);
        inTrouble = true;
        await clock.sleep(delayMs * (0.5 + random() / 2), signal);
        if (signal.aborted) return;
      }
    }
  }

  return {
    add(arrival) {
      gathering.push(arrival);
      gatheredPoints += arrival.points.length;
      points += arrival.points.length;
      bytes += arrival.bytes;
      if (gathering.length === 1 || gatheredPoints >= limits.points) wake?.();
    },
    full() {
      if (bytes < limits.pendingBytes) return undefined;
      waiting ??= Promise.withResolvers<void>();
      return waiting.promise;
    },
    pending: () => ({ bytes, points }),
    async run(signal) {
      while (!signal.aborted) {
        await gathered(signal);
        if (signal.aborted) break;
        const arrivals = take();
        await write(arrivals, signal);
        for (const arrival of arrivals) {
          bytes -= arrival.bytes;
          points -= arrival.points.length;
        }
        if (bytes < limits.pendingBytes / 2) {
          waiting?.resolve();
          waiting = undefined;
        }
      }
      waiting?.resolve();
    },
  };
}

/** Which records the store has taken whole, and which not, by gateway and epoch. Pure. */
export function settlementsOf(arrivals: readonly Arrival[], { rejected }: WriteResult): readonly Settlement[] {
  const reasons = new Map(rejected.map(({ index, reason }) => [index, reason]));
  const books = new Map<string, RecordPlace & { stored: OffsetSet; rejected: { offset: number; reason: string }[] }>();
  let index = 0;
  for (const { place, points, refused } of arrivals) {
    const from = index;
    index += points.length;
    if (!place) continue;
    const { site, gateway, epoch, offset } = place;
    const key = `${site}/${gateway}/${epoch}`;
    const book = books.get(key) ?? { site, gateway, epoch, stored: [], rejected: [] };
    books.set(key, book);
    const why = refused !== undefined ? [refused] : reasons.size === 0 ? [] : reasonsBetween(reasons, from, index);
    if (why.length === 0) book.stored = addRange(book.stored, [offset, offset]);
    else book.rejected.push({ offset, reason: joinRefusals(why) });
  }
  return [...books.values()];
}

function reasonsBetween(reasons: ReadonlyMap<number, string>, from: number, to: number): readonly string[] {
  const found: string[] = [];
  for (let index = from; index < to; index++) {
    const reason = reasons.get(index);
    if (reason !== undefined) found.push(reason);
  }
  return found;
}
