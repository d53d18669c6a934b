import type { Clock } from "@weir/wire/clock.ts";
import { addRange, type OffsetSet } from "@weir/wire/ranges.ts";
import { say } from "@weir/wire/sentences.ts";
import { takePlace } from "./aside.ts";
import { causes } from "./causes.ts";
import { type Damage, damaged, isDamage } from "./damage.ts";
import { costOf, type Database, type openDatabase, type Row, spoiltReason, wider } from "./database.ts";
import { type ClockBase, dateRecord, parseClockBase } from "./dating.ts";
import { openMark, type Place } from "./mark.ts";
import type { Entry, Log, OffsetRange, Reading, WhenFull } from "./outbox.ts";
import { pack } from "./pack.ts";
import { rebuild } from "./rebuild.ts";
import { addReports, readReports } from "./reports.ts";
import { makeRoom } from "./room.ts";
import { type Counters, nothingYet } from "./state.ts";

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

const datedAtOnce = 500;
/** Of the limit, under `refuse`: room that only urgent records may take. */
const urgentShare = 1 / 16;

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
  const thinning = { from: 0, left: 0 };
  const mark = openMark(file);
  let damage = readReports(file);
  let database: Database | undefined;
  let counters: Counters = { ...nothingYet };

  function adopt(opened: Database): void {
    database?.close();
    database = opened;
    counters = { ...opened.counters };
  }

  function tell(added: readonly Damage[]): void {
    if (added.length > 0) addReports(file, added);
    damage = readReports(file);
  }

  /** Opens the file, and sees what the mark knows of it that the file does not. */
  function openAndCompare(): void {
    takePlace(file);
    const opened = openFile(file, random);
    const [found, witness] = [opened.counters, mark.read()];
    const after = { ...found };
    try {
      opened.checkParked();
      const lost = witness && lostSince(opened, witness, damage);
      if (lost) {
        if (lost.epoch === opened.epoch) after.next = lost.next;
        const report = { at: clock.now(), cause: lost.cause, aside: null, records: 0, unreadable: [] };
        const { epoch, first, next } = lost;
        const told: Damage = { ...report, former: { epoch, first, next, carried: [] } };
        tell([told]);
        opened.transaction(after, () => {});
        log.warn(
          told,
          "records that had been promised are not on the disk any more: what the cloud has not stored of them is lost",
        );
      }
    } catch (error) {
      opened.close();
      throw error;
    }
    adopt(opened);
    counters = after;
    mark.write({ epoch: opened.epoch, next: counters.next });
  }

  function apply({ rows, confirm, park, unpark }: Change) {
    const current = database;
    if (!current) throw new Error("the outbox file is not open");
    const after = { ...counters };
    const entries: Entry[] = [];
    const refused = new Set<Incoming>();
    let need = rows.reduce((sum, row) => sum + costOf(row), 0);
    if (park.length > 0) tell(spoiltOf(park, current.epoch));
    current.transaction(after, () => {
      for (const [first, last] of confirm)
        after.confirmed += current.remove([Math.max(1, first), Math.min(last, counters.next - 1)], after);
      for (const { offset, reason } of park)
        current.park(
          { offset, reason, isSpoilt: reason === spoiltReason, at: clock.now(), limitBytes: limitBytes / 10 },
          after,
        );
      for (const offset of unpark) current.unpark(offset, after);
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
        if (row.parked !== undefined) current.unpark(row.parked, after);
        current.insert({ ...row, offset: after.next }, after);
        const { appendedAt, device, samples, body, urgent } = row;
        entries.push({ offset: after.next, appendedAt, device, samples, body, ...(urgent && { urgent }) });
        after.next += 1;
        after.appended += 1;
      }
    });
    counters = after;
    if (entries.length > 0) mark.write({ epoch: current.epoch, next: counters.next });
    return { entries, refused };
  }

  /** Of what is parked, the records that cannot be read: stretches of this outbox that are no more. */
  function spoiltOf(park: Change["park"], epoch: number): readonly Damage[] {
    const spoilt = park
      .filter(({ reason }) => reason === spoiltReason)
      .reduce<OffsetSet>((set, { offset }) => addRange(set, [offset, offset]), []);
    return spoilt.map(([first, last]) => ({
      ...{ at: clock.now(), cause: causes.spoilt.en, aside: null, records: 0 },
      former: { epoch, first, next: last + 1, carried: [] },
      unreadable: [[first, last]],
    }));
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

  function dateOldest(known: readonly ClockBase[]): number {
    const current = database;
    const found = current?.undated(datedAtOnce) ?? [];
    const spoilt = found.filter(({ body }) => !body).map(({ row }) => ({ offset: row.offset, reason: spoiltReason }));
    if (spoilt.length > 0) apply({ ...noChange, park: spoilt });
    const after = { ...counters };
    current?.transaction(after, () => {
      for (const { row, body } of found) {
        if (!body) continue;
        const dated = dateRecord({ ...row, body, clock: parseClockBase(row.clock!) }, known);
        current.date({ ...dated, ...pack(dated.body) }, row, after);
      }
    });
    counters = after;
    return found.length;
  }

  function replace(cause: unknown): void {
    const before: Place = { epoch: database?.epoch ?? 0, next: counters.next };
    database?.close();
    database = undefined;
    const told = rebuild({ file, cause, blockBytes, clock, random, openFile, witnesses: [before, mark.read()] });
    adopt(openFile(file, random));
    mark.write({ epoch: database!.epoch, next: counters.next });
    tell([]);
    log.warn(told, "outbox file was damaged: put aside, and what could be read was carried over");
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
    damage: () => damage,
    epoch: () => database?.epoch ?? 0,
    counters: (): Readonly<Counters> => counters,
    oldest: () =>
      mending(
        () => {
          const oldest = database?.oldest();
          if (!oldest && counters.records > 0) throw damaged(say(causes.none, { counted: counters.records }));
          return oldest;
        },
        () => database?.oldest(),
      ),

    /** Opens the file, again if it is open. */
    open: (): void => mending(openAndCompare, () => {}),

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

    /** Dates some of the oldest undated records, durable when it returns; how many there were, 0 when none is left. */
    date: (known: readonly ClockBase[]): number =>
      mending(
        () => dateOldest(known),
        () => dateOldest(known),
      ),

    /** Entries of the range until their bodies would exceed maxBytes, and offsets of records whose checksum does not hold. */
    read(range: Reading, maxBytes: number) {
      const scan = () => {
        const entries: Entry[] = [];
        const spoilt: number[] = [];
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
        return { entries, spoilt };
      };
      return mending(scan, () => ({ entries: [], spoilt: [] }));
    },

    parked: () =>
      mending(
        () => database?.parked() ?? [],
        () => [],
      ),
    /** What people want done with the quarantine, by another process (orders.ts). */
    orders: () =>
      mending(
        () => database?.orders() ?? [],
        () => [],
      ),
    answer: (id: number, done: number): void =>
      mending(
        () => database?.answer(id, done),
        () => {},
      ),
    giveBack: (): void =>
      mending(
        () => database?.giveBack(),
        () => {},
      ),
    close(): void {
      database?.close();
      database = undefined;
      mark.close();
    },
  };
}

/** What the mark has seen promised and the file does not know of. */
function lostSince(opened: Database, witness: Place, damage: readonly Damage[]) {
  const { epoch, next } = witness;
  if (epoch === opened.epoch)
    return next > opened.counters.next
      ? { epoch, first: opened.counters.next, next, cause: causes.newestGone.en }
      : undefined;
  // A process that died when it had just put a damaged file aside.
  if (damage.some(({ former, aside }) => former.epoch === epoch && aside !== null)) return undefined;
  return { epoch, first: 1, next, cause: causes.replaced.en };
}
