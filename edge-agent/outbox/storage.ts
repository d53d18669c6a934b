import type { Clock } from "@weir/wire/clock.ts";
import { type Counters, costOf, type Database, isDamage, type openDatabase, type Row, wider } from "./database.ts";
import type { Entry, Log, OffsetRange, Reading, WhenFull } from "./outbox.ts";
import { makeRoom } from "./room.ts";
import { putAside, salvage } from "./salvage.ts";

/** A damaged file that was replaced: where it lies now, what was saved from it, how many offsets could not be read. */
export type Damage = {
  readonly aside: string;
  readonly records: number;
  readonly unreadable: number;
  readonly cause: string;
};

/** A record on its way to the file: packed already, and as it was handed over. */
export type Incoming = Omit<Row, "offset"> & {
  readonly body: Uint8Array;
  /** Its offset in quarantine, which it leaves when there is room for it. */
  readonly parked?: number;
};

export type Change = {
  readonly rows: readonly Incoming[];
  readonly confirm: readonly OffsetRange[];
  readonly park: readonly { readonly offset: number; readonly reason: string }[];
  /** Deleted from quarantine. */
  readonly unpark: readonly number[];
};
export const noChange: Change = { rows: [], confirm: [], park: [], unpark: [] };

export type StorageOptions = {
  readonly file: string;
  readonly limitBytes: number;
  readonly whenFull: WhenFull;
  readonly blockBytes: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly openFile: typeof openDatabase;
};

/** Why a record that cannot be read is in quarantine. */
export const spoiltReason = "damaged on disk: its checksum does not hold";

/** Of the limit, under `refuse`: room that only urgent records may take. */
const urgentShare = 1 / 16;
const salvageBatch = 500;

const zero: Counters = {
  next: 1,
  records: 0,
  samples: 0,
  bytes: 0,
  appended: 0,
  confirmed: 0,
  dropped: 0,
  droppedSamples: 0,
};

/**
 * The outbox file through its life: opened again after a disk fault, replaced when damaged. Every call may throw, and then
 * nothing has changed: the disk does not take it now. Damage is not thrown but mended, with a new epoch; `damage` tells.
 */
export function createStorage({
  file,
  limitBytes,
  whenFull,
  blockBytes,
  clock,
  random,
  log,
  openFile,
}: StorageOptions) {
  const damage: Damage[] = [];
  const thinning = { from: 0, left: 0 };
  let database: Database | undefined;
  let counters: Counters = { ...zero };
  let quarantined = 0;

  function adopt(opened: Database): void {
    database?.close();
    database = opened;
    counters = { ...opened.counters };
    quarantined = opened.parkedCount();
  }

  function apply({ rows, confirm, park, unpark }: Change) {
    const current = database;
    if (!current) throw new Error("the outbox file is not open");
    const after = { ...counters };
    const entries: Entry[] = [];
    const refused = new Set<Incoming>();
    let need = rows.reduce((sum, row) => sum + costOf(row), 0);
    current.transaction(after, () => {
      for (const [first, last] of confirm)
        after.confirmed += current.remove([Math.max(1, first), Math.min(last, counters.next - 1)], after);
      for (const { offset, reason } of park)
        current.park({ offset, reason, at: clock.now(), limitBytes: limitBytes / 10 }, after);
      for (const offset of unpark) current.unpark(offset);
      for (const row of rows) {
        const cost = costOf(row);
        const limit = whenFull === "refuse" && !row.urgent ? limitBytes * (1 - urgentShare) : limitBytes;
        if (after.bytes + cost > limit && cost <= limit)
          makeRoom(current, after, { need: Math.min(need, limitBytes), limitBytes, whenFull, thinning });
        need -= cost;
        if (after.bytes + cost > limit) {
          refused.add(row);
          continue;
        }
        if (row.parked !== undefined) current.unpark(row.parked);
        current.insert({ ...row, offset: after.next }, after);
        const { appendedAt, device, samples, body, urgent } = row;
        entries.push({ offset: after.next, appendedAt, device, samples, body, ...(urgent && { urgent }) });
        after.next += 1;
        after.appended += 1;
      }
    });
    counters = after;
    if (park.length > 0 || unpark.length > 0 || rows.some(({ parked }) => parked !== undefined))
      quarantined = current.parkedCount();
    return { entries, refused };
  }

  function packOldest(before: number): boolean {
    const current = database;
    if (!current) return false;
    const { entries, spoilt } = current.packable({ before, bodyBytes: blockBytes });
    const park = spoilt.map((offset) => ({ offset, reason: spoiltReason }));
    if (park.length > 0) apply({ ...noChange, park });
    if (entries.length === 0) return false;
    const after = { ...counters };
    try {
      current.transaction(after, () => current.pack(entries, after));
    } catch (error) {
      if (error === wider) return false;
      throw error;
    }
    counters = after;
    return true;
  }

  function replace(cause: unknown): void {
    database?.close();
    database = undefined;
    const aside = putAside(file);
    adopt(openFile(file, random));
    const report = { unreadable: 0 };
    let records = 0;
    let rows: Incoming[] = [];
    const flush = () => {
      records += apply({ ...noChange, rows }).entries.length;
      rows = [];
    };
    for (const row of salvage(aside, report)) {
      rows.push({ ...row, body: row.stored });
      if (rows.length === salvageBatch) flush();
    }
    flush();
    damage.push({ aside, records, unreadable: report.unreadable, cause: String((cause as Error).message) });
    log.warn(damage.at(-1)!, "outbox file was damaged: put aside, and what could be read was carried over");
  }

  /** Does it; when the file turns out to be damaged, replaces the file and does `afterwards` instead. */
  function mending<T>(work: () => T, afterwards: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!isDamage(error)) throw error;
      replace(error);
      return afterwards();
    }
  }

  return {
    damage: damage as readonly Damage[],
    epoch: () => database?.epoch ?? 0,
    counters: (): Readonly<Counters> => counters,
    quarantined: () => quarantined,
    oldest: () =>
      mending(
        () => database?.oldest(),
        () => database?.oldest(),
      ),

    /** Opens the file, again if it is open. */
    open: (): void =>
      mending(
        () => adopt(openFile(file, random)),
        () => {},
      ),

    /** One transaction, durable when it returns. Rows are refused when there is no room. What belonged to a file that had to be replaced is left out. */
    write: (change: Change) =>
      mending(
        () => apply(change),
        () => apply({ ...noChange, rows: change.rows }),
      ),

    /** Packs the oldest that waits below `before`, durable when it returns; false when there is no more than fills a block. */
    pack: (before: number): boolean =>
      mending(
        () => packOldest(before),
        () => false,
      ),

    /** Entries of the range until their bodies would exceed maxBytes; offsets of records whose checksum does not hold are pushed to `spoilt`. */
    read(range: Reading, maxBytes: number, spoilt: number[]): Entry[] {
      const scan = () => {
        const entries: Entry[] = [];
        let total = 0;
        for (const { body, ...record } of database?.records(range) ?? []) {
          if (!body) {
            spoilt.push(record.offset);
            continue;
          }
          if (entries.length > 0 && total + body.length > maxBytes) break;
          total += body.length;
          entries.push({ ...record, body });
        }
        return entries;
      };
      return mending(scan, () => []);
    },

    parked: () =>
      mending(
        () => database?.parked() ?? [],
        () => [],
      ),
    /** What people want done with the quarantine, by another process (orders.ts). */
    orders: () => database?.orders() ?? [],
    answer: (id: number, done: number): void => database?.answer(id, done),
    giveBack: (): void =>
      mending(
        () => database?.giveBack(),
        () => {},
      ),
    close(): void {
      database?.close();
      database = undefined;
    },
  };
}
