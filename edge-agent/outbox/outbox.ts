import type { Damage } from "./damage.ts";
import type { ClockBase } from "./dating.ts";

/**
 * The queue between poll and uplink: what is in it survives a power cut and stays until a receipt names it.
 * An entry's offset grows by one per append and is never used again within an epoch.
 */
export type Outbox = {
  /**
   * Drawn when the database file was created; a safe integer above 0. Offsets of different epochs are not comparable.
   * Changes while running only when a damaged file had to be replaced; 0 while no file could be opened at all.
   */
  readonly epoch: number;
  /**
   * Resolves with the offset once the record is on disk (fsync), and never otherwise. Rejects with an OutboxError:
   * `disk` (kept in memory only: told to onUnsaved at once, stored when the disk takes writes again, lost by a power cut),
   * `full` (policy `refuse`, or larger than the limit: not kept), `closed`.
   */
  append(record: OutboxRecord): Promise<number>;
  /**
   * Entries with offset ≥ from and < before, ascending, as many as fit into maxBytes of bodies (at least one if any).
   * `urgent`: of those only the urgent ones. Throws OutboxError `disk` when the disk cannot be read now.
   */
  read(range: Reading, maxBytes: number): readonly Entry[];
  /** Forgets exactly these records; unknown offsets are ignored. Ranges are inclusive, as in a receipt. Resolves once durable. */
  confirm(ranges: readonly OffsetRange[]): Promise<void>;
  /** Moves a record the store will never take to quarantine, with the reason. Resolves once durable. */
  quarantine(offset: number, reason: string): Promise<void>;
  /** Puts quarantined records back into the queue, under new offsets; all of them when no offsets are named. Resolves with how many. */
  retry(offsets?: readonly number[]): Promise<number>;
  /** Deletes quarantined records for good; all of them when no offsets are named. Resolves with how many. */
  discard(offsets?: readonly number[]): Promise<number>;
  /**
   * Gives the right times to all records that were appended with a `clock`, and from now on to each that comes; what
   * nobody knows a right clock of the same boot for becomes uncertain. Resolves with how many there were, once durable. Rejects with OutboxError `disk`.
   */
  date(known: ClockBase | undefined): Promise<number>;
  /** What was found wrong with its file and what was lost by that, oldest first, the newest fifty. */
  damage(): readonly Damage[];
  /** The offset the next append will get. */
  next(): number;
  /** Calls listener after each commit with the offsets it made durable and their entries. Returns a function that stops it. */
  onAppended(listener: (range: OffsetRange, entries: readonly Entry[]) => void): () => void;
  /** Calls listener with each record that the disk would not take: worth sending, but nothing vouches for it. Returns a function that stops it. */
  onUnsaved(listener: (record: OutboxRecord) => void): () => void;
  stats(): OutboxStats;
  /** Commits what is pending, then closes. Idempotent. */
  close(): Promise<void>;
};

export type Reading = { readonly from: number; readonly before: number; readonly urgent?: boolean };

export type OffsetRange = readonly [first: number, last: number];

export type OutboxRecord = {
  /** Sparkplug device id; null for the gateway's own metrics (NDATA). */
  readonly device: string | null;
  /** A Sparkplug payload without seq: timestamp and metrics (wire/record.ts). */
  readonly body: Uint8Array;
  /** Samples inside, for counting. */
  readonly samples: number;
  /** Something has happened (urgent.ts): goes out before other backlog, and gives way to the limit after all that is not. */
  readonly urgent?: boolean;
  /** The clock that dated it, while nobody vouched for that: see `date`. */
  readonly clock?: ClockBase;
};

export type Entry = Omit<OutboxRecord, "clock"> & { readonly offset: number; readonly appendedAt: number };

/**
 * What gives way when the limit is reached: the oldest records; every second record of each device, oldest first; or the new record.
 * Urgent records give way last; under `refuse` the last sixteenth of the limit is theirs.
 */
export type WhenFull = "drop-oldest" | "thin" | "refuse";

export type OutboxStats = {
  readonly records: number;
  readonly samples: number;
  /** Bytes the records take on disk, overhead included. */
  readonly bytes: number;
  readonly limitBytes: number;
  /** Offset and time of the oldest record not yet confirmed. */
  readonly oldest: { readonly offset: number; readonly appendedAt: number } | undefined;
  /** Records since the file was created: made durable, confirmed, given up to a limit, damaged or refused by the store. */
  readonly appended: number;
  readonly confirmed: number;
  readonly dropped: number;
  /** Samples in the dropped records. */
  readonly droppedSamples: number;
  /** Records for which there was no room since the process began, and their samples: refused, never acknowledged. */
  readonly refused: number;
  readonly refusedSamples: number;
  /** Records now in quarantine. */
  readonly quarantined: number;
  /** Records that are in memory only because the disk does not take them. */
  readonly unsaved: number;
  /** Why the disk does not take records, or undefined when it does. */
  readonly fault: string | undefined;
};

/** Where events are told, in the manner of pino: what is known about it first, then the message. */
export type Log = {
  info(about: object, message: string): void;
  warn(about: object, message: string): void;
};

export const silentLog: Log = { info: () => {}, warn: () => {} };

export type OutboxErrorCode = "disk" | "full" | "closed" | "in-use";

export class OutboxError extends Error {
  readonly code: OutboxErrorCode;
  constructor(code: OutboxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
