/**
 * The queue between poll and uplink: what is in it survives a power cut and stays until a receipt names it.
 * An entry's offset grows by one per append and is never used again within an epoch.
 */
export type Outbox = {
  /** Drawn when the outbox was created; a safe integer. Offsets of different epochs are not comparable. */
  readonly epoch: number;
  /** Resolves with the offset once the record is on disk (fsync), not before. Rejects with an OutboxError when policy `refuse` is full. */
  append(record: OutboxRecord): Promise<number>;
  /** Entries with offset ≥ from and < before, ascending, until their bodies exceed maxBytes (at least one if any). */
  read(range: { readonly from: number; readonly before: number }, maxBytes: number): readonly Entry[];
  /** Forgets exactly these records; unknown offsets are ignored. Ranges are inclusive, as in a receipt. Durable with the next commit. */
  confirm(ranges: readonly OffsetRange[]): Promise<void>;
  /** Moves a record the store will never take to quarantine, with the reason. */
  quarantine(offset: number, reason: string): Promise<void>;
  /** The offset the next append will get. */
  next(): number;
  /** Calls listener after each commit with the offsets it made durable. Returns a function that stops it. */
  onAppended(listener: (range: OffsetRange) => void): () => void;
  stats(): OutboxStats;
  close(): Promise<void>;
};

export type OffsetRange = readonly [first: number, last: number];

export type OutboxRecord = {
  /** Sparkplug device id; null for the gateway's own metrics (NDATA). */
  readonly device: string | null;
  /** A Sparkplug payload without seq: timestamp and metrics (wire/record.ts). */
  readonly body: Uint8Array;
  /** Samples inside, for counting. */
  readonly samples: number;
};

export type Entry = OutboxRecord & { readonly offset: number; readonly appendedAt: number };

export type OutboxStats = {
  readonly records: number;
  readonly samples: number;
  readonly bytes: number;
  readonly limitBytes: number;
  /** Offset and age of the oldest record not yet confirmed. */
  readonly oldest: { readonly offset: number; readonly appendedAt: number } | undefined;
  readonly appended: number;
  readonly confirmed: number;
  readonly dropped: number;
  readonly quarantined: number;
};
