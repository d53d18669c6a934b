import type { Clock } from "@weir/wire/clock.ts";
import { createBallast } from "./ballast.ts";
import { openDatabase, spoiltReason } from "./database.ts";
import { type ClockBase, dateRecord, formatClockBase, parseClockBase } from "./dating.ts";
import { rememberClock } from "./known-clocks.ts";
import { lockOutbox } from "./lock.ts";
import { type Entry, type Log, type Outbox, OutboxError, silentLog, type WhenFull } from "./outbox.ts";
import { createPacing } from "./pacing.ts";
import { pack } from "./pack.ts";
import { openRow } from "./seal.ts";
import { createSettlements } from "./settlements.ts";
import { type Change, createStorage, type Incoming, noChange } from "./storage.ts";
import { createUnsaved } from "./unsaved.ts";

export type OutboxOptions = {
  /** The database file; `-wal`, `-shm`, `.lock`, `.mark`, `.damage`, `.clocks` and `.ballast` stand beside it. */
  readonly file: string;
  /** Most bytes the records may take on disk. Default 2 GiB. */
  readonly limitBytes?: number;
  readonly whenFull?: WhenFull;
  /** How long an append waits for others to share its fsync: so long, or four times as long as the last commit took, up to 2 s. Default 50 ms. */
  readonly groupMs?: number;
  /** A group of this many body bytes is committed at once. Default 256 KiB. */
  readonly groupBytes?: number;
  /** Most body bytes kept in memory while the disk takes nothing; the oldest go first. Default 8 MiB. */
  readonly memoryBytes?: number;
  /** How often a disk that took nothing is tried again. Default 5 s. */
  readonly retryMs?: number;
  /** A record that has waited for so long, or twice as long, is packed into a block. Default 15 s. */
  readonly packAfterMs?: number;
  /** So many bytes of bodies make a block. Default 256 KiB. */
  readonly blockBytes?: number;
  readonly clock: Clock;
  /** 0 ≤ n < 1, for the epoch. */
  readonly random: () => number;
  readonly log?: Log;
  /** For tests of a failing disk. */
  readonly openFile?: typeof openDatabase;
};

type Pending = Incoming & { readonly resolve: (offset: number) => void; readonly reject: (error: OutboxError) => void };

/** Between two blocks the agent's other work has its turn. */
const packPauseMs = 20;
const quietMs = 60_000;
const ordersMs = 1000;

/**
 * Opens the outbox on its SQLite file, creating it when there is none. A damaged file is put aside and what can be read of it
 * is carried over into a new one, with a new epoch; `damage()` tells. When the disk takes nothing (full, read-only, failing), it
 * opens all the same and keeps trying. Rejects only with OutboxError `in-use`.
 */
export async function openOutbox(options: OutboxOptions): Promise<Outbox> {
  const { file, clock, random, log = silentLog, openFile = openDatabase, whenFull = "drop-oldest" } = options;
  const { limitBytes = 2 ** 31, groupMs = 50, groupBytes = 2 ** 18, memoryBytes = 2 ** 23, retryMs = 5000 } = options;
  const { packAfterMs = 15_000, blockBytes = 2 ** 18 } = options;
  const lock = lockOutbox(file);
  const storage = createStorage({ file, limitBytes, whenFull, blockBytes, clock, random, log, openFile });
  const unsaved = createUnsaved(memoryBytes);
  const ballast = createBallast(file);
  const pacing = createPacing(clock);
  const settlements = createSettlements(storage.epoch);
  const stop = new AbortController();
  const listeners = new Set<Parameters<Outbox["onAppended"]>[0]>();

  let pending: Pending[] = [];
  let pendingBytes = 0;
  let scheduled = false;
  let fault: { readonly why: string; readonly reopen: boolean } | undefined;
  /** By what `date` went last. */
  let dating: { readonly known: readonly ClockBase[] } | undefined;
  let closed = false;
  let warnedOfDrops = Number.NEGATIVE_INFINITY;
  const refused = { refused: 0, refusedSamples: 0 };

  /** A record as it is to be kept: with the right times where those are known by now. */
  function times(record: { readonly body: Uint8Array; readonly appendedAt: number; readonly clock?: ClockBase }) {
    if (dating) return { ...dateRecord(record, dating.known), undated: undefined };
    return { ...record, undated: record.clock && formatClockBase(record.clock) };
  }

  /** What was kept in memory before its times were known. */
  function redated(row: Incoming): Incoming {
    if (!row.clock || !dating) return row;
    const { clock, ...rest } = row;
    const { body, appendedAt } = dateRecord({ ...rest, clock: parseClockBase(clock) }, dating.known);
    return { ...rest, ...pack(body), body, appendedAt };
  }

  /** Puts rows on disk with all that waits to be forgotten or parked. Throws with all of it still waiting. */
  function write(rows: readonly Incoming[]) {
    const { dropped } = storage.counters();
    const result = pacing.timed(() => storage.write({ ...noChange, rows, ...settlements.due() }));
    settlements.settle();
    if (storage.counters().dropped > dropped) warnOfDrops();
    return result;
  }

  function warnOfDrops(): void {
    if (clock.monotonic() - warnedOfDrops < quietMs) return;
    warnedOfDrops = clock.monotonic();
    log.warn(
      { limitBytes, whenFull, dropped: storage.counters().dropped, refused: refused.refused },
      "the outbox is full: readings are being given up",
    );
  }

  function announce(entries: readonly Entry[]): void {
    const [first, last] = [entries[0], entries.at(-1)];
    if (first && last) for (const listener of listeners) listener([first.offset, last.offset], entries);
  }

  function commit(): void {
    if (fault || (pending.length === 0 && settlements.isEmpty())) return;
    const batch = pending;
    [pending, pendingBytes] = [[], 0];
    let written: ReturnType<typeof write>;
    try {
      written = write(batch);
    } catch (error) {
      degrade(error);
      for (const waiting of batch) hold(waiting);
      return;
    }
    let index = 0;
    for (const waiting of batch) {
      if (written.refused.has(waiting)) refuse(waiting);
      else waiting.resolve(written.entries[index++]!.offset);
    }
    try {
      storage.giveBack();
    } catch (error) {
      degrade(error);
    }
    announce(written.entries);
  }

  function refuse({ samples, reject }: Pending): void {
    refused.refused += 1;
    refused.refusedSamples += samples;
    warnOfDrops();
    reject(new OutboxError("full", `the outbox has reached its limit of ${limitBytes} bytes`));
  }

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    void clock.sleep(pacing.restMs(groupMs), stop.signal).then(() => {
      scheduled = false;
      if (!closed) commit();
    });
  }

  function hold({ resolve, reject, ...row }: Pending): void {
    unsaved.keep(row);
    reject(new OutboxError("disk", `the record is in memory only: ${fault?.why}`));
  }

  function dropBallast(): void {
    try {
      if (ballast.drop()) log.info({ file }, "the disk is full: the outbox gave up its reserve to go on deleting");
    } catch {
      // A disk that cannot even delete stays as it is until the next try.
    }
  }

  function degrade(error: unknown): void {
    const { errcode = 0, message } = error as { errcode?: number; message: string };
    const known = fault !== undefined;
    if ((errcode & 0xff) === full) dropBallast();
    fault = { why: message, reopen: storage.epoch() === 0 || !passing.includes(errcode & 0xff) };
    if (known) return;
    log.warn({ file, why: message }, "the disk takes no records: they are kept in memory until it does");
    void recover();
  }

  async function recover(): Promise<void> {
    while (fault && !closed) {
      await clock.sleep(retryMs, stop.signal);
      if (!closed) tryAgain();
    }
  }

  function tryAgain(): void {
    try {
      if (fault?.reopen) storage.open();
      write([]);
      const { entries, refused } = storage.write({ ...noChange, rows: unsaved.all().map(redated) });
      unsaved.clear(refused);
      fault = undefined;
      ballast.take();
      log.info({ file, records: entries.length }, "the disk takes records again");
      announce(entries);
    } catch (error) {
      degrade(error);
    }
  }

  /** All that wait on disk, some at a time, so that the agent's other work has its turn. */
  async function dateAll(known: ClockBase | undefined): Promise<number> {
    let clocks: readonly ClockBase[] | undefined;
    for (let total = 0; ; ) {
      let count = 0;
      try {
        if (!clocks) {
          clocks = rememberClock(file, known);
          dating = { known: clocks };
          commit();
        }
        count = fault ? 0 : storage.date(clocks);
      } catch (error) {
        degrade(error);
      }
      if (fault) throw new OutboxError("disk", `records cannot be dated now: ${fault.why}`);
      total += count;
      if (count === 0 || closed) return total;
      await clock.sleep(0, stop.signal);
    }
  }

  /** What of the quarantine is meant; undefined while the disk takes nothing. */
  function parked(offsets: readonly number[] | undefined) {
    commit();
    if (closed || fault) return undefined;
    return storage.parked().filter(({ offset }) => offsets?.includes(offset) ?? true);
  }

  function retry(offsets?: readonly number[]): number {
    const rows = (parked(offsets) ?? []).flatMap(({ offset, reason, quarantinedAt, ...row }): Incoming[] => {
      const body = openRow({ ...row, offset });
      return body ? [{ ...row, body, parked: offset }] : [];
    });
    return change({ ...noChange, rows }, (entries) => {
      announce(entries);
      return entries.length;
    });
  }

  function discard(offsets?: readonly number[]): number {
    const unpark = (parked(offsets) ?? []).map(({ offset }) => offset);
    return change({ ...noChange, unpark }, () => unpark.length);
  }

  function change(what: Change, count: (entries: readonly Entry[]) => number): number {
    try {
      return count(storage.write(what).entries);
    } catch (error) {
      degrade(error);
      return 0;
    }
  }

  /** Packs what has waited into blocks, a block at a time. */
  async function packWaiting(): Promise<void> {
    for (let before = storage.counters().next; !closed; before = storage.counters().next) {
      await clock.sleep(packAfterMs, stop.signal);
      try {
        while (!closed && !fault && pacing.timed(() => storage.pack(before))) {
          storage.giveBack();
          await clock.sleep(pacing.restMs(packPauseMs), stop.signal);
        }
      } catch (error) {
        degrade(error);
      }
    }
  }

  /** Does what `weir-edge outbox … quarantine retry | delete` of another process asks for. */
  async function obeyOrders(): Promise<void> {
    while (!closed) {
      await clock.sleep(ordersMs, stop.signal);
      if (closed || fault) continue;
      try {
        for (const { id, verb, offsets } of storage.orders()) {
          const done = verb === "retry" ? retry(offsets) : discard(offsets);
          storage.answer(id, done);
          log.info({ verb, offsets, done }, "the quarantine was changed by hand");
        }
      } catch (error) {
        degrade(error);
      }
    }
  }

  try {
    storage.open();
    ballast.take();
  } catch (error) {
    degrade(error);
  }
  void obeyOrders();
  void packWaiting();

  return {
    damage: storage.damage,
    get epoch() {
      return storage.epoch();
    },
    next: () => storage.counters().next,
    date: dateAll,
    append({ device, samples, urgent = false, ...record }) {
      if (closed) return Promise.reject(new OutboxError("closed", "the outbox is closed"));
      return new Promise((resolve, reject) => {
        const { body, appendedAt, undated } = times({ ...record, appendedAt: clock.now() });
        const row = { ...pack(body), body, device, samples, urgent, appendedAt, ...(undated && { clock: undated }) };
        const waiting = { ...row, resolve, reject };
        if (fault) return hold(waiting);
        pending.push(waiting);
        pendingBytes += body.length;
        if (pendingBytes >= groupBytes) commit();
        else schedule();
      });
    },
    read(range, maxBytes) {
      try {
        const { entries, spoilt } = storage.read(range, maxBytes);
        settlements.park(spoilt, spoiltReason);
        if (spoilt.length > 0) schedule();
        return entries;
      } catch (error) {
        degrade(error);
        throw new OutboxError("disk", `the outbox cannot be read now: ${(error as Error).message}`, { cause: error });
      }
    },
    confirm(ranges) {
      if (closed || ranges.length === 0) return Promise.resolve();
      settlements.confirm(ranges);
      schedule();
      return settlements.done();
    },
    quarantine(offset, reason) {
      if (closed) return Promise.resolve();
      settlements.park([offset], reason);
      schedule();
      return settlements.done();
    },
    retry: async (offsets) => retry(offsets),
    discard: async (offsets) => discard(offsets),
    onAppended(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    onUnsaved: unsaved.onKept,
    stats() {
      const { next: _, ...counters } = storage.counters();
      const dropped = counters.dropped + unsaved.dropped().dropped;
      const droppedSamples = counters.droppedSamples + unsaved.dropped().droppedSamples;
      let oldest: ReturnType<typeof storage.oldest>;
      try {
        oldest = storage.oldest();
      } catch (error) {
        degrade(error);
      }
      const memory = { unsaved: unsaved.all().length, fault: fault?.why };
      return {
        ...counters,
        ...refused,
        dropped,
        droppedSamples,
        limitBytes,
        oldest,
        ...memory,
      };
    },
    async close() {
      if (closed) return;
      commit();
      if (fault) tryAgain();
      closed = true;
      stop.abort();
      settlements.settle();
      if (fault)
        log.warn(
          { records: unsaved.all().length, why: fault.why },
          "closed with records that no disk took: they are lost",
        );
      try {
        storage.close();
      } finally {
        lock.release();
      }
    },
  };
}

const full = 13;
/** SQLITE_BUSY, SQLITE_READONLY, SQLITE_FULL: the open file stays readable, and waiting may be enough. */
const passing = [5, 8, full];
