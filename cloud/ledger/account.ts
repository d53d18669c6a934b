import type { Former } from "@weir/wire/former.ts";
import {
  addRange,
  countOffsets,
  hasOffset,
  missingBelow,
  type OffsetRange,
  type OffsetSet,
} from "@weir/wire/ranges.ts";
import type { EpochRow } from "./ledger.ts";

/** What is kept of one epoch of one gateway: plain JSON. */
export type Account = {
  readonly epoch: number;
  readonly firstSeenAt: number;
  lowestSeen: number;
  highestSeen: number;
  stored: OffsetSet;
  rejected: OffsetSet;
  /** What the gateway no longer holds and the store never got. */
  gone: OffsetSet;
  /** Out of a damaged outbox into a newer one: they come under its numbers. */
  carried?: OffsetSet;
  rejections: readonly { readonly offset: number; readonly reason: string; readonly at: number }[];
  duplicates: number;
  lastReceiptAt: number | undefined;
  /** Ascending pairs: by when offsets up to this one had been seen. Only what is needed to date the oldest missing one. */
  marks: readonly (readonly [highestSeen: number, at: number])[];
  /** The mark before those: what is missing was read after it. */
  before?: readonly [highestSeen: number, at: number];
  /** This account comes from a backup; `pending` until its gateway has said what it still holds. */
  restored?: Restored & { pending: boolean };
  /** Neither in the backup nor held by the gateway any more: it had its receipt after the backup was taken. */
  unbacked?: OffsetSet;
};

/** `at`: when the backup was taken, epoch ms. `storeKept`: the readings were in a database of its own, which was not restored. */
export type Restored = { readonly at: number; readonly storeKept: boolean };

const shown = 20;
const maxMarks = 512;

export function newAccount(epoch: number, offset: number, at: number): Account {
  return {
    epoch,
    firstSeenAt: at,
    lowestSeen: offset,
    highestSeen: offset,
    stored: [],
    rejected: [],
    gone: [],
    rejections: [],
    duplicates: 0,
    lastReceiptAt: undefined,
    marks: [[offset, at]],
  };
}

/** A record has come in. */
export function noteArrival(account: Account, offset: number, at: number): void {
  if (hasOffset(account.stored, offset)) account.duplicates++;
  if (offset < account.lowestSeen) account.lowestSeen = offset;
  if (offset <= account.highestSeen) return;
  account.highestSeen = offset;
  const last = account.marks.at(-1);
  account.marks =
    last && at - last[1] < 1000
      ? [...account.marks.slice(0, -1), [offset, last[1]]]
      : thinned([...account.marks, [offset, at]]);
}

/** An account that begins with what the gateway holds: nothing of it has arrived yet. */
export function accountFrom(epoch: number, oldest: number, at: number): Account {
  return { ...newAccount(epoch, oldest - 1, at), lowestSeen: oldest };
}

/** The gateway holds nothing below `oldest` any more: what is missing there will never come. */
export function noteOldest(account: Account, oldest: number): void {
  const set = account.restored?.pending ? "unbacked" : "gone";
  const gone = missingBelow(settledOf(account), account.lowestSeen, oldest - 1);
  account[set] = gone.reduce<OffsetSet>((all, range) => addRange(all, range), account[set] ?? []);
  if (account.restored) account.restored = { ...account.restored, pending: false };
  if (oldest - 1 > account.highestSeen) account.highestSeen = oldest - 1;
  forgetMarks(account);
}

/** This outbox, or this stretch of it, is no more: what of it has not come, and was not carried over into a newer one, is lost. */
export function noteFormer(account: Account, { epoch, first, next, carried }: Former): void {
  if (epoch !== 0) account.highestSeen = Math.max(account.highestSeen, next - 1);
  const last = Math.min(next - 1, account.highestSeen);
  for (const range of missingBelow(settledOf(account), Math.max(first, account.lowestSeen), last)) {
    const gone = missingBelow(carried, ...range);
    account.gone = gone.reduce<OffsetSet>((all, each) => addRange(all, each), account.gone);
    for (const each of missingBelow(gone, ...range)) account.carried = addRange(account.carried ?? [], each);
  }
  forgetMarks(account);
}

/** The store has confirmed these records, whole, and a receipt goes out. */
export function noteStored(account: Account, ranges: readonly OffsetRange[], at: number): void {
  for (const range of ranges) {
    account.stored = addRange(account.stored, range);
    if (account.rejected.length > 0) account.rejected = without(account.rejected, range);
    if (account.gone.length > 0) account.gone = without(account.gone, range);
    if (account.unbacked) account.unbacked = without(account.unbacked, range);
    if (account.carried) account.carried = without(account.carried, range);
  }
  account.lastReceiptAt = at;
  forgetMarks(account);
}

/** The store will never take this record as it is. */
export function noteRejected(account: Account, offset: number, reason: string, at: number): void {
  if (hasOffset(account.stored, offset)) return;
  account.rejected = addRange(account.rejected, [offset, offset]);
  account.rejections = [{ offset, reason, at }, ...account.rejections.filter((row) => row.offset !== offset)].slice(
    0,
    shown,
  );
  forgetMarks(account);
}

export function rowOf(account: Account, now: number): EpochRow {
  const missing = missingOf(account);
  const oldest = missing[0]?.[0];
  const since = oldest === undefined ? now : (account.marks.find(([highest]) => highest >= oldest)?.[1] ?? now);
  return {
    epoch: account.epoch,
    lowestSeen: account.lowestSeen,
    highestSeen: account.highestSeen,
    stored: countOffsets(account.stored),
    storedRanges: account.stored.slice(-shown),
    rejected: countOffsets(account.rejected),
    rejections: account.rejections,
    gone: countOffsets(account.gone),
    goneRanges: lostOf(account).slice(-shown),
    carried: countOffsets(account.carried ?? []),
    unbacked: countOffsets(account.unbacked ?? []),
    restored: account.restored && { at: account.restored.at, storeKept: account.restored.storeKept },
    duplicates: account.duplicates,
    missing: countOffsets(missing),
    missingRanges: missing.slice(0, shown),
    missingTimes: missing
      .slice(0, shown)
      .map(([first, last]) => [
        [...(account.before ? [account.before] : []), ...account.marks].findLast(([highest]) => highest < first)?.[1],
        account.marks.find(([highest]) => highest > last)?.[1],
      ]),
    oldestMissingAgeMs: Math.max(0, now - since),
    lastReceiptAt: account.lastReceiptAt,
    firstSeenAt: account.firstSeenAt,
  };
}

function missingOf(account: Account): OffsetSet {
  return missingBelow(settledOf(account), account.lowestSeen, account.highestSeen);
}

/** What is in no store: given up, or confirmed and then lost with a store that had to be restored. */
function lostOf({ gone, unbacked = [], restored }: Account): OffsetSet {
  return restored?.storeKept ? gone : unbacked.reduce<OffsetSet>((set, range) => addRange(set, range), gone);
}

function settledOf({ stored, rejected, gone, carried = [], unbacked = [] }: Account): OffsetSet {
  return [...rejected, ...gone, ...carried, ...unbacked].reduce<OffsetSet>(
    (set, range) => addRange(set, range),
    stored,
  );
}

function forgetMarks(account: Account): void {
  if (account.marks.length < 2) return;
  const oldest = missingOf(account)[0]?.[0] ?? account.highestSeen;
  const from = account.marks.findIndex(([highest]) => highest >= oldest);
  if (from <= 0) return;
  account.before = account.marks[from - 1]!;
  account.marks = account.marks.slice(from);
}

/** At the limit pairs become one, dated like the earlier: ages get coarser, never younger. */
function thinned(marks: Account["marks"]): Account["marks"] {
  if (marks.length <= maxMarks) return marks;
  return marks.flatMap(([highest, at], index) =>
    index % 2 === 0 ? [[marks[index + 1]?.[0] ?? highest, at] as const] : [],
  );
}

function without(set: OffsetSet, [first, last]: OffsetRange): OffsetSet {
  return set.flatMap(([from, to]): OffsetRange[] => {
    if (to < first || from > last) return [[from, to]];
    const rest: OffsetRange[] = [];
    if (from < first) rest.push([from, first - 1]);
    if (to > last) rest.push([last + 1, to]);
    return rest;
  });
}
