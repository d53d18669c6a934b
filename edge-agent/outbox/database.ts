import { DatabaseSync } from "node:sqlite";
import { type BlockInfo, blocksSchema, prepareBlocks, type Stored } from "./blocks.ts";
import { type Order, ordersSchema } from "./orders.ts";
import type { Entry, OffsetRange, Reading } from "./outbox.ts";
import { type Packed, pack, unpack } from "./pack.ts";

/** A record as it lies in the file, one in a row of the table. */
export type Row = Packed & {
  readonly offset: number;
  readonly device: string | null;
  readonly appendedAt: number;
  readonly samples: number;
  readonly urgent?: boolean;
};
export type QuarantinedRow = Row & { readonly reason: string; readonly quarantinedAt: number };

/** Kept in the file beside the records and changed in the same transactions, so that opening need not count. */
export type Counters = {
  next: number;
  records: number;
  samples: number;
  bytes: number;
  appended: number;
  confirmed: number;
  dropped: number;
  droppedSamples: number;
};

/** SQLite's own cost of a row (header, key, numbers, share of the page), measured with bench/outbox.ts. */
export const rowBytes = 40;
export const costOf = (row: { readonly device: string | null; readonly stored: Uint8Array }): number =>
  row.stored.length + Buffer.byteLength(row.device ?? "") + rowBytes;

/** Which records are meant: all of them, or only those that are not urgent. */
export type Which = "all" | "ordinary";

/** Free pages kept in the file, so that a disk filled by others does not stop the outbox at once. */
const reservePages = 1024;
const givenBackPerCommit = 256;

const schema = `
  CREATE TABLE IF NOT EXISTS records (
    offset INTEGER PRIMARY KEY, device TEXT, appended_at INTEGER NOT NULL, samples INTEGER NOT NULL,
    deflated INTEGER NOT NULL, crc INTEGER NOT NULL, body BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS quarantine (
    offset INTEGER PRIMARY KEY, device TEXT, appended_at INTEGER NOT NULL, samples INTEGER NOT NULL,
    deflated INTEGER NOT NULL, crc INTEGER NOT NULL, body BLOB NOT NULL, reason TEXT NOT NULL, quarantined_at INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS state (
    id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL, next INTEGER NOT NULL, records INTEGER NOT NULL,
    samples INTEGER NOT NULL, bytes INTEGER NOT NULL, appended INTEGER NOT NULL, confirmed INTEGER NOT NULL, dropped INTEGER NOT NULL, droppedSamples INTEGER NOT NULL);
`;
export const wider = new Error("these records are smaller one by one");

/** Records in a block, at most. */
const mostRecords = 8192;
/** What stands in quarantine for a record whose block is damaged: its checksum does not hold. */
const nothingLeft: Packed = { stored: new Uint8Array(), deflated: false, crc: 1 };
/** What files of older versions lack. */
const urgentColumn = "ALTER TABLE records ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0;";
const urgentIndex = "CREATE INDEX IF NOT EXISTS urgent ON records (offset) WHERE urgent = 1;";
const size = "octet_length(body) + coalesce(octet_length(device), 0) + ?";

/**
 * The outbox file and its statements; every call is synchronous and throws SQLite's error. The caller keeps the counters:
 * it changes a copy inside `transaction` and holds on to it only when that returned.
 */
export type Database = ReturnType<typeof openDatabase>;

/** Opens or creates the file: WAL, an fsync at every commit, free pages given back on demand. */
export function openDatabase(file: string, random: () => number) {
  const sqlite = new DatabaseSync(file, { timeout: 1000 });
  try {
    sqlite.exec("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    sqlite.exec("PRAGMA journal_size_limit = 8388608; PRAGMA cache_size = -4096;");
    if (!sqlite.prepare("SELECT 1 FROM sqlite_master WHERE name = 'state'").get()) {
      sqlite.exec(`BEGIN IMMEDIATE; ${schema}`);
      const epoch = 1 + Math.floor(random() * (Number.MAX_SAFE_INTEGER - 1));
      sqlite.prepare("INSERT INTO state VALUES (1, ?, 1, 0, 0, 0, 0, 0, 0, 0)").run(epoch);
      sqlite.exec("COMMIT");
    }
    sqlite.exec(ordersSchema + blocksSchema);
    const hasUrgent = sqlite.prepare("SELECT 1 FROM pragma_table_info('records') WHERE name = 'urgent'").get();
    sqlite.exec((hasUrgent ? "" : urgentColumn) + urgentIndex);
    return prepare(sqlite);
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

function prepare(sqlite: DatabaseSync) {
  const columns = "offset, device, appended_at AS appendedAt, samples, deflated, crc, body AS stored";
  const kept = "offset, device, appended_at, samples, deflated, crc, body";
  const state = sqlite.prepare("SELECT * FROM state").get() as (Counters & { id: 1; epoch: number }) | undefined;
  if (!state) throw Object.assign(new Error("the outbox file has lost its state row"), { errcode: corrupt });
  const { id: _, epoch, ...counters } = state;
  const statements = {
    insert: sqlite.prepare("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
    read: sqlite.prepare(`SELECT ${columns}, urgent FROM records WHERE offset >= ? AND offset < ? ORDER BY offset`),
    readUrgent: sqlite.prepare(
      `SELECT ${columns}, urgent FROM records INDEXED BY urgent WHERE urgent = 1 AND offset >= ? AND offset < ? ORDER BY offset`,
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
    parkedCount: sqlite.prepare("SELECT count(*) AS n FROM quarantine"),
    unpark: sqlite.prepare("DELETE FROM quarantine WHERE offset = ?"),
    trimParked: sqlite.prepare(`DELETE FROM quarantine WHERE offset IN (
      SELECT offset FROM (SELECT offset, sum(${size}) OVER (ORDER BY offset DESC) AS total FROM quarantine) WHERE total > ?) RETURNING samples`),
    save: sqlite.prepare(
      "UPDATE state SET next = ?, records = ?, samples = ?, bytes = ?, appended = ?, confirmed = ?, dropped = ?, droppedSamples = ?",
    ),
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

  const parkPacked = ({ offset, device, appendedAt, samples, body }: Stored, reason: string, at: number): void => {
    const { stored, deflated, crc } = body ? pack(body) : nothingLeft;
    statements.parkPacked.run(offset, device, appendedAt, samples, Number(deflated), crc, stored, reason, at);
  };

  const dropRows = (range: OffsetRange, counters: Counters, which: Which): void => {
    const { samples } = counters;
    counters.dropped += removeRows(range, counters, which);
    counters.droppedSamples += samples - counters.samples;
  };

  return {
    epoch,
    counters: counters as Counters,

    transaction(counters: Counters, work: () => void): void {
      sqlite.exec("BEGIN IMMEDIATE");
      try {
        work();
        const c = counters;
        statements.save.run(
          c.next,
          c.records,
          c.samples,
          c.bytes,
          c.appended,
          c.confirmed,
          c.dropped,
          c.droppedSamples,
        );
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
        row.crc,
        row.stored,
        Number(row.urgent ?? false),
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

    /** Moves one record to quarantine and keeps no more than limitBytes there, newest first; what that gives up is dropped. */
    park(
      { offset, reason, at, limitBytes }: { offset: number; reason: string; at: number; limitBytes: number },
      counters: Counters,
    ): void {
      const [packed] = blocks.between({ from: offset, before: offset + 1 });
      if (packed) parkPacked(packed, reason, at);
      else statements.park.run(reason, at, offset);
      removeRange([offset, offset], counters);
      for (const { samples } of statements.trimParked.all(rowBytes, limitBytes)) {
        counters.dropped += 1;
        counters.droppedSamples += samples as number;
      }
    },
    parked: () => statements.parked.all().map((row) => asRow(row) as QuarantinedRow),
    parkedCount: () => (statements.parkedCount.get() as { n: number }).n,
    unpark: (offset: number) => void statements.unpark.run(offset),

    /** What another process wants done; looked for only when another process has written to the file. */
    orders(): readonly Order[] {
      const now = version.get()?.data_version;
      if (now === seen) return [];
      seen = now;
      return orders.all().map(({ id, verb, offsets }) => ({
        id: id as number,
        verb: verb as Order["verb"],
        offsets: offsets === null ? undefined : JSON.parse(offsets as string),
      }));
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

    close: () => sqlite.close(),
  };
}

function asStored({ offset, device, appendedAt, samples, urgent, ...packed }: Row): Stored {
  return { offset, device, appendedAt, samples, body: unpack(packed), ...(urgent && { urgent }) };
}

function asRow(row: Record<string, unknown>): Row {
  return { ...(row as unknown as Row), deflated: row.deflated === 1, urgent: row.urgent === 1 };
}

const corrupt = 11;
const notADatabase = 26;

/** Whether SQLite says that the file itself is broken (SQLITE_CORRUPT, SQLITE_NOTADB), which no waiting will mend. */
export function isDamage(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode;
  return code !== undefined && [corrupt, notADatabase].includes(code & 0xff);
}
