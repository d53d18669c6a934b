import type { Former } from "@weir/wire/former.ts";
import type { OffsetSet } from "@weir/wire/ranges.ts";

/** What was found wrong with an outbox file, and what became of its records. */
export type Damage = {
  /** Epoch ms. */
  readonly at: number;
  readonly cause: string;
  /** Where the damaged file lies now; null where the file goes on and lacks only its newest commits, or some records. */
  readonly aside: string | null;
  /** The outbox, or the stretch of it, that is no more. */
  readonly former: Former;
  /** Records carried over: those of `former.carried`, and those that were in quarantine. */
  readonly records: number;
  /** Offsets of the former that held a record which cannot be read; where the file does not even tell that much, there may be more. */
  readonly unreadable: OffsetSet;
};

const corrupt = 11;
const notADatabase = 26;

/** An error that says: the file is broken. */
export function damaged(message: string): Error {
  return Object.assign(new Error(message), { errcode: corrupt });
}

/**
 * Whether the file itself is broken, which no waiting will mend: SQLITE_CORRUPT, SQLITE_NOTADB, or an integer that no outbox writes.
 */
export function isDamage(error: unknown): boolean {
  const { errcode, code } = error as { errcode?: number; code?: string };
  return code === "ERR_OUT_OF_RANGE" || (errcode !== undefined && [corrupt, notADatabase].includes(errcode & 0xff));
}
