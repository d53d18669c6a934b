import type { OffsetRange } from "@weir/wire/ranges.ts";
import type { Restored } from "./account.ts";

/** What became of the records of one gateway in one epoch of its outbox. */
export type EpochRow = {
  readonly epoch: number;
  /** Lowest and highest offset that has arrived. */
  readonly lowestSeen: number;
  readonly highestSeen: number;
  /** Offsets whose points the store has confirmed, and the same as ranges: the newest 20 of them. */
  readonly stored: number;
  readonly storedRanges: readonly OffsetRange[];
  /** Offsets of which the store will never take at least one point. The gateway keeps such a record in its quarantine. */
  readonly rejected: number;
  /** The newest 20. */
  readonly rejections: readonly { readonly offset: number; readonly reason: string; readonly at: number }[];
  /** Offsets that the gateway no longer holds and the store never got (outbox full, disk damaged). The newest 20 ranges of what is lost, lost `unbacked` ones among them. */
  readonly gone: number;
  readonly goneRanges: readonly OffsetRange[];
  /** Offsets that were carried over from this outbox, whose file was damaged, into a newer one and come under its numbers. */
  readonly carried: number;
  /**
   * After a restore: offsets that had their receipt after the backup was taken, so that neither the gateway nor the backup has them. With an
   * embedded store their readings are lost; a database that was not restored (`restored.storeKept`) has them.
   */
  readonly unbacked: number;
  /** The backup that this account comes from; undefined when it comes from none. */
  readonly restored: Restored | undefined;
  /** Arrivals of an offset that had been stored before: a lost receipt, never a doubled reading. */
  readonly duplicates: number;
  /** Offsets between lowest and highest seen that are neither stored, rejected, gone, carried nor unbacked, and the oldest 20 ranges of them. */
  readonly missing: number;
  readonly missingRanges: readonly OffsetRange[];
  /**
   * Of each of missingRanges when the records around it had arrived, epoch ms: it was read after the first (unless the gateway was away then
   * already) and before the second. undefined: not known.
   */
  readonly missingTimes: readonly (readonly [after: number | undefined, before: number | undefined])[];
  /** Since when the oldest of them could have been here: a later offset had arrived. 0 when nothing is missing. */
  readonly oldestMissingAgeMs: number;
  /** Epoch ms; undefined before the first. */
  readonly lastReceiptAt: number | undefined;
  readonly firstSeenAt: number;
};

/** The newest epoch of a gateway, with those before it (an outbox that was created anew), newest first. */
export type LedgerRow = EpochRow & {
  readonly site: string;
  readonly gateway: string;
  readonly previous: readonly EpochRow[];
};

/** Answers "is anything lost?" for each gateway that sends offsets. Survives a restart of the cloud. */
export type Ledger = {
  /** Ordered by site and gateway. */
  gateways(): readonly LedgerRow[];
};
