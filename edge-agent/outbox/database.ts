import { DatabaseSync } from "node:sqlite";
import { refusal } from "@weir/wire/refusal.ts";
import { say } from "@weir/wire/sentences.ts";
import { type BlockInfo, blocksSchema, prepareBlocks, type Stored } from "./blocks.ts";
import { causes } from "./causes.ts";
import { damaged } from "./damage.ts";
import { checkHead } from "./head.ts";
import { type Order, ordersSchema, readOrder } from "./orders.ts";
import type { Entry, OffsetRange, Reading } from "./outbox.ts";
import { type Packed, pack } from "./pack.ts";
import { isSound, openRow, sealOf } from "./seal.ts";
import { type Counters, createState, prepareState, readState, stateSchema } from "./state.ts";

/** A record as it lies in the file, one in a row of the table. */
export type Row = Packed & {
  readonly offset: number;
  readonly device: string | null;
  readonly appendedAt: number;
  readonly samples: number;
  readonly urgent?: boolean;
  /** See dating.ts; as text. */
  readonly clock?: string | null;
};
export type SealedRow = Row & { readonly crc: number };
export type QuarantinedRow = SealedRow & { readonly reason: string; readonly quarantinedAt: number };

/** SQLite's own cost of a row (header, key, numbers, share of the page), measured with bench/outbox.ts. */
export const rowBytes = 40;
export const costOf = (row: { readonly device: string | null; readonly stored: Uint8Array }): number =>
  row.stored.length + Buffer.byteLength(row.device ?? "") + rowBytes;

export type Parking = {
  readonly offset: number;
  readonly reason: string;
  /** It was read, and is not as it was written. */
  readonly isSpoilt: boolean;
  readonly at: number;
  readonly limitBytes: number;
};

/** Why a record that is not as it was written is in quarantine: that has been told. */
export const spoiltReason = refusal("spoilt", {});

/** Which records are meant: all of them, or only those that are not urgent. */
export type Which = "all" | "ordinary";

/** Free pages kept in the file, so that a disk filled by others does not stop the outbox at once. */
const reservePages = 1024;
const givenBackPerCommit = 256;

/** Every outbox file is made by these words in this order, so that the first page of one fits any other (salvage.ts). */
const schema = `
  CREATE TABLE records (
    offset INTEGER PRIMARY KEY, device TEXT, appended_at INTEGER NOT NULL, samples INTEGER NOT NULL,
    deflated INTEGER NOT NULL, crc INTEGER NOT NULL, body BLOB NOT NULL, urgent INTEGER NOT NULL, clock TEXT);
  CREATE INDEX urgent ON records (offset) WHERE urgent = 1;
  CREATE INDEX undated ON records (offset) WHERE clock IS NOT NULL;
  CREATE TABLE quarantine (
    offset INTEGER PRIMARY KEY, device TEXT, appended_at INTEGER NOT NULL, samples INTEGER NOT NULL,
    deflated INTEGER NOT NULL, crc INTEGER NOT NULL, body BLOB NOT NULL, reason TEXT NOT NULL, quarantined_at INTEGER NOT NULL);
  ${stateSchema} ${blocksSchema} ${ordersSchema}
`;
/** Which form the file has; another one is taken for damage. */
const version = 4;
export const wider = new Error("these records are smaller one by one");

/** Records in a block, at most. */
const mostRecords = 8192;
/** What stands in quarantine for a record whose block is damaged: its checksum does not hold. */
const nothingLeft: Packed = { stored: new Uint8Array(), deflated: false };
const size = "octet_length(body) + coalesce(octet_length(device), 0) + ?";

/**
 * The outbox file and its statements; every call is synchronous and throws SQLite's error. The caller keeps the counters:
 * it changes a copy inside `transaction` and holds on to it only when that returned.
 */
export type Database = ReturnType<typeof openDatabase>;

/** Opens or creates the file: WAL, an fsync at every commit, free pages given back on demand. */
export function openDatabase(file: string, random: () => number) {
  checkHead(file);
  const sqlite = new DatabaseSync(file, { timeout: 1000 });
  try {
    sqlite.exec("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    sqlite.exec("PRAGMA journal_size_limit = 8388608; PRAGMA cache_size = -4096;");
    if (!sqlite.prepare("SELECT 1 FROM sqlite_master LIMIT 1").get()) {
      sqlite.exec(`BEGIN IMMEDIATE; ${schema} PRAGMA user_version = ${version};`);
      createState(sqlite, 1 + Math.floor(random() * (Number.MAX_SAFE_INTEGER - 1)));
      sqlite.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE);");
    }
    const found = sqlite.prepare("PRAGMA user_version").get()?.user_version;
    if (found !== version) throw damaged(say(causes.form, { found: Number(found), version }));
    return prepare(sqlite);
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

function prepare(sqlite: DatabaseSync) {
  const columns = "offset, device, appended_at AS appendedAt, samples, deflated, crc, body AS stored";
  const kept = "offset, device, appended_at, samples, deflated, crc, body";
  const { epoch, counters } = readState(sqlite);
  const saveState = prepareState(sqlite, epoch);
  const statements = {
    insert: sqlite.prepare("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
    read: sqlite.prepare(
      `SELECT ${columns}, urgent, clock FROM records WHERE offset >= ? AND offset < ? ORDER BY offset`,
    ),
    readUrgent: sqlite.prepare(
      `SELECT ${columns}, urgent, clock FROM records INDEXED BY urgent WHERE urgent = 1 AND offset >= ? AND offset < ? ORDER BY offset`,
    ),
    undated: sqlite.prepare(
      `SELECT ${columns}, urgent, clock FROM records INDEXED BY undated WHERE clock IS NOT NULL ORDER BY offset LIMIT ?`,
    ),
    date: sqlite.prepare(
      "UPDATE records SET appended_at = ?, deflated = ?, crc = ?, body = ?, clock = NULL WHERE offset = ?",
    ),
    oldest: sqlite.prepare("SELECT offset, appended_at AS appendedAt FROM records ORDER BY offset LIMIT 1"),
    sum: sqlite.prepare(
      `SELECT count(*) AS records, coalesce(sum(samples), 0) AS samples, coalesce(sum(${size}), 0) AS bytes FROM records WHERE offset BETWEEN ? AND ? AND urgent <= ?`,
    ),
    remove: sqlite.prepare("DELETE FROM records WHERE offset BETWEEN ? AND ? AND urgent <= ?"),
    sizes: sqlite.prepare(
      `SELECT offset, device, ${size} AS bytes FROM records WHERE offset >= ? AND urgent <= ? ORDER BY offset LIMIT ?`,
    ),
    park: sqlite.prepare(`INSERT OR REPLACE INTO quarantine SELECT ${kept}, ?, ? FROM records WHERE offset = ?`),
    parkPacked: sqlite.prepare("INSERT OR REPLACE INTO quarantine VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
    parked: sqlite.prepare(
      `SELECT ${columns}, reason, quarantined_at AS quarantinedAt FROM quarantine ORDER BY offset`,
    ),
    unpark: sqlite.prepare("DELETE FROM quarantine WHERE offset = ?"),
    trimParked: sqlite.prepare(`DELETE FROM quarantine WHERE offset IN (
      SELECT offset FROM (SELECT offset, sum(${size}) OVER (ORDER BY offset DESC) AS total FROM quarantine) WHERE total > ?) RETURNING samples`),
  };

  const orders = sqlite.prepare("SELECT id, verb, offsets FROM orders WHERE done IS NULL ORDER BY id");
  const answer = sqlite.prepare("UPDATE orders SET done = ? WHERE id = ?");
  const forgetAnswered = sqlite.prepare("DELETE FROM orders WHERE done IS NOT NULL AND id < ? - 100");
  const version = sqlite.prepare("PRAGMA data_version");
  let seen: unknown;

  const blocks = prepareBlocks(sqlite);

  const removeRows = (range: OffsetRange, counters: Counters, which: Which): number => {
    const bound = [...range, Number(which === "all")] as const;
    const sum = statements.sum.get(rowBytes, ...bound) as { records: number; samples: number; bytes: number };
    if (sum.records > 0) statements.remove.run(...bound);
    counters.records -= sum.records;
    counters.samples -= sum.samples;
    counters.bytes -= sum.bytes;
    return sum.records;
  };

  const removeRange = (range: OffsetRange, counters: Counters): number => {
    const { records } = counters;
    blocks.remove(range, counters);
    removeRows(range, counters, "all");
    return records - counters.records;
  };

  const parkPacked = ({ body, ...record }: Stored, reason: string, at: number): void => {
    const row = { ...record, ...(body ? pack(body) : nothingLeft) };
    const { offset, device, appendedAt, samples, deflated, stored } = row;
    const crc = body ? sealOf(row) : sealOf(row) ^ 1;
    statements.parkPacked.run(offset, device, appendedAt, samples, Number(deflated), crc, stored, reason, at);
  };

  const dropRows = (range: OffsetRange, counters: Counters, which: Which): void => {
    const { samples } = counters;
    counters.dropped += removeRows(range, counters, which);
    counters.droppedSamples += samples - counters.samples;
  };

  return {
    epoch,
    counters,

    transaction(counters: Counters, work: () => void): void {
      sqlite.exec("BEGIN IMMEDIATE");
      try {
        work();
        saveState(counters);
        sqlite.exec("COMMIT");
      } catch (error) {
        if (sqlite.isTransaction) sqlite.exec("ROLLBACK");
        throw error;
      }
    },

    insert(row: Row, counters: Counters): void {
      statements.insert.run(
        row.offset,
        row.device,
        row.appendedAt,
        row.samples,
        Number(row.deflated),
        sealOf(row),
        row.stored,
        Number(row.urgent ?? false),
        row.clock ?? null,
      );
      counters.records += 1;
      counters.samples += row.samples;
      counters.bytes += costOf(row);
    },

    /** Records from `from` up to `before`, lazily. */
    *records({ from, before, urgent = false }: Reading): Generator<Stored> {
      yield* blocks.between({ from, before, urgent });
      const rows = urgent ? statements.readUrgent : statements.read;
      for (const row of rows.iterate(from, before)) yield asStored(asRow(row));
    },

    oldest(): { readonly offset: number; readonly appendedAt: number } | undefined {
      const block = blocks.next(0);
      const single = statements.oldest.get() as { offset: number; appendedAt: number } | undefined;
      if (!block) return single;
      return block.gone.length === 0 ? { offset: block.first, appendedAt: block.appendedAt } : blocks.records(block)[0];
    },

    /**
     * The oldest single records below `before` that fill a block: bodyBytes of them, or the most that one may hold; none when they
     * do not fill one. Damaged ones among them are told apart.
     */
    packable({ before, bodyBytes }: { readonly before: number; readonly bodyBytes: number }) {
      const entries: Entry[] = [];
      const spoilt: number[] = [];
      let bytes = 0;
      for (const row of statements.read.iterate(0, before)) {
        if (row.clock !== null) break; // and what follows must not lie before it
        const { body, ...record } = asStored(asRow(row));
        if (body) entries.push({ ...record, body });
        else spoilt.push(record.offset);
        bytes += body?.length ?? 0;
        if (bytes >= bodyBytes || entries.length === mostRecords) return { entries, spoilt };
      }
      return { entries: [], spoilt };
    },

    /** Single records become one block. Throws `wider` when that would take more space than they do. */
    pack(entries: readonly Entry[], counters: Counters): void {
      const { bytes } = counters;
      removeRange([entries[0]!.offset, entries.at(-1)!.offset], counters);
      blocks.insert(entries, counters);
      if (counters.bytes > bytes) throw wider;
    },

    blocks,

    sizesFrom: ({ from, limit, which }: { readonly from: number; readonly limit: number; readonly which: Which }) =>
      statements.sizes.all(rowBytes, from, Number(which === "all"), limit) as {
        offset: number;
        device: string | null;
        bytes: number;
      }[],

    /** The oldest records that a clock has dated for which nobody vouches, and offsets of those that are spoilt. */
    undated(limit: number) {
      const rows = statements.undated.all(limit).map(asRow);
      return rows.map((row) => ({ row, body: openRow(row) }));
    },
    /** Puts back an undated record, with its right times. */
    date(row: Row, was: Row, counters: Counters): void {
      statements.date.run(
        row.appendedAt,
        Number(row.deflated),
        sealOf({ ...row, clock: null }),
        row.stored,
        row.offset,
      );
      counters.bytes += costOf(row) - costOf(was);
    },

    /** Forgets records; returns how many there were. */
    remove: removeRange,
    /** Forgets single records and counts them as dropped. */
    drop: dropRows,
    /** Leaves of a block's records only these, and counts the others as dropped. */
    reduce(block: BlockInfo, keep: readonly Stored[], counters: Counters): void {
      const { records, samples } = counters;
      blocks.reduce(block, keep, counters);
      counters.dropped += records - counters.records;
      counters.droppedSamples += samples - counters.samples;
    },

    /** Throws a damage error where a record that was read and found spoilt is not there. Moves one record to quarantine and keeps no more than limitBytes there, newest first; what that gives up is dropped. */
    park({ offset, reason, isSpoilt, at, limitBytes }: Parking, counters: Counters): void {
      const [packed] = blocks.between({ from: offset, before: offset + 1 });
      if (packed) parkPacked(packed, reason, at);
      else if (statements.park.run(reason, at, offset).changes === 0 && isSpoilt)
        throw damaged(say(causes.vanished, { offset }));
      counters.quarantined += removeRange([offset, offset], counters);
      for (const { samples } of statements.trimParked.all(rowBytes, limitBytes)) {
        counters.quarantined -= 1;
        counters.dropped += 1;
        counters.droppedSamples += samples as number;
      }
    },
    parked: () => statements.parked.all().map((row) => asRow(row) as QuarantinedRow),
    /** Throws a damage error when the quarantine is not what it was: nobody else may look at it for months. */
    checkParked(): void {
      let found = 0;
      for (const raw of statements.parked.iterate()) {
        const row = asRow(raw) as QuarantinedRow;
        if (row.reason === spoiltReason || isSound(row)) found++;
      }
      if (found !== counters.quarantined) throw damaged(say(causes.parked, { counted: counters.quarantined, found }));
    },
    unpark(offset: number, counters: Counters): void {
      counters.quarantined -= Number(statements.unpark.run(offset).changes);
    },

    /** What another process wants done; looked for only when another process has written to the file. */
    orders(): readonly Order[] {
      const now = version.get()?.data_version;
      if (now === seen) return [];
      seen = now;
      return orders.all().map(readOrder);
    },
    /** Its giver takes an answer away; those that nobody came for are forgotten in time. */
    answer(id: number, done: number): void {
      answer.run(done, id);
      forgetAnswered.run(id);
    },

    /** Gives a little of the file's free space back to the disk, beyond a reserve. */
    giveBack(): void {
      const { freelist_count: free } = sqlite.prepare("PRAGMA freelist_count").get() as { freelist_count: number };
      if (free > reservePages)
        sqlite.exec(`PRAGMA incremental_vacuum(${Math.min(free - reservePages, givenBackPerCommit)})`);
    },

    /** All of it in the one file, nothing in the log. */
    settle: (): void => sqlite.exec("PRAGMA wal_checkpoint(TRUNCATE)"),
    close: () => sqlite.close(),
  };
}

function asStored(row: SealedRow): Stored {
  const { offset, device, appendedAt, samples, urgent } = row;
  return { offset, device, appendedAt, samples, body: openRow(row), ...(urgent && { urgent }) };
}

/** A row of records or quarantine, as SQLite gives it. */
export function asRow(row: Record<string, unknown>): SealedRow {
  return { ...(row as unknown as SealedRow), deflated: row.deflated === 1, urgent: row.urgent === 1 };
}
