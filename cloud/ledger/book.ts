import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "@weir/wire/clock.ts";
import type { Former } from "@weir/wire/former.ts";
import type { OffsetRange } from "@weir/wire/ranges.ts";
import {
  type Account,
  accountFrom,
  newAccount,
  noteArrival,
  noteFormer,
  noteOldest,
  noteRejected,
  noteStored,
  type Restored,
  rowOf,
} from "./account.ts";
import type { Ledger, LedgerRow } from "./ledger.ts";

export type RecordPlace = { readonly site: string; readonly gateway: string; readonly epoch: number };

/** What the store has answered about the records of one gateway. */
export type Settlement = RecordPlace & {
  readonly stored: readonly OffsetRange[];
  readonly rejected: readonly { readonly offset: number; readonly reason: string }[];
};

/** The ledger as ingest writes it. */
export type LedgerBook = Ledger & {
  /** A record has arrived. Kept with the next settlement of its gateway. */
  arrived(place: RecordPlace, offset: number): void;
  /** The gateway says that it holds what begins with this offset: nothing older will come. */
  holds(place: RecordPlace, oldest: number): void;
  /** The gateway says which of its outboxes, or stretches of one, are no more. It says so again in each birth. */
  ended(place: Omit<RecordPlace, "epoch">, formers: readonly Former[]): void;
  /** Returns once all of it is on disk (synced): receipts may go out. Throws when the file cannot be written; then nothing was noted. */
  settle(settlements: readonly Settlement[]): void;
  close(): void;
};

const keptEpochs = 100;
/** A gateway that a restored ledger does not know, and that comes so soon, joined after the backup was taken. */
const joinedMs = 86_400_000;

/** Opens the ledger in a SQLite file of the cloud, or creates it. Throws an Error that names the file. */
export function openLedger({ file, clock }: { readonly file: string; readonly clock: Clock }): LedgerBook {
  const db = openFile(file);
  const save = db.prepare("INSERT OR REPLACE INTO ledger (site, gateway, epoch, account) VALUES (?, ?, ?, ?)");
  const restored = readRestored(db);
  const forget = db.prepare("DELETE FROM ledger WHERE site = ? AND gateway = ? AND epoch = ?");
  /** Per gateway its epochs, in the order they were first seen. */
  const books = new Map<
    string,
    { readonly site: string; readonly gateway: string; readonly epochs: Map<number, Account> }
  >();
  for (const row of db.prepare("SELECT site, gateway, account FROM ledger").all()) {
    const account = JSON.parse(row.account as string) as Account;
    bookOf(row.site as string, row.gateway as string).epochs.set(account.epoch, account);
  }

  function bookOf(site: string, gateway: string) {
    const key = `${site}/${gateway}`;
    const found = books.get(key);
    if (found) return found;
    const book = { site, gateway, epochs: new Map<number, Account>() };
    books.set(key, book);
    return book;
  }

  return {
    arrived({ site, gateway, epoch }, offset) {
      const { epochs } = bookOf(site, gateway);
      const account = epochs.get(epoch);
      if (account) noteArrival(account, offset, clock.now());
      else epochs.set(epoch, newAccount(epoch, offset, clock.now()));
    },
    holds({ site, gateway, epoch }, oldest) {
      const { epochs } = bookOf(site, gateway);
      const now = clock.now();
      const account = epochs.get(epoch);
      if (account) noteOldest(account, oldest);
      else if (restored && now - restored.restoredAt < joinedMs && epochs.size === 0) {
        const joined = { ...accountFrom(epoch, 1, now), restored: { ...restored, pending: true } };
        noteOldest(joined, oldest);
        epochs.set(epoch, joined);
      } else epochs.set(epoch, accountFrom(epoch, oldest, now));
    },
    ended({ site, gateway }, formers) {
      const { epochs } = bookOf(site, gateway);
      for (const former of formers) {
        const told = former.epoch === 0 ? newestFirst(epochs)[0] : epochs.get(former.epoch);
        if (!told && former.epoch === 0) continue;
        // What this cloud never heard of was before all that it knows.
        const account = { ...(told ?? accountFrom(former.epoch, former.first, clock.now() - 1)) };
        noteFormer(account, former);
        epochs.set(account.epoch, account);
        try {
          save.run(site, gateway, account.epoch, JSON.stringify(account));
        } catch {
          // The next birth says it again.
        }
      }
    },
    settle(settlements) {
      const now = clock.now();
      const changed = settlements.map(({ site, gateway, epoch, stored, rejected }) => {
        const before =
          bookOf(site, gateway).epochs.get(epoch) ?? newAccount(epoch, stored[0]?.[0] ?? rejected[0]?.offset ?? 0, now);
        const account = { ...before };
        if (stored.length > 0) noteStored(account, stored, now);
        for (const { offset, reason } of rejected) noteRejected(account, offset, reason, now);
        return { site, gateway, account };
      });
      db.exec("BEGIN IMMEDIATE");
      try {
        for (const { site, gateway, account } of changed)
          save.run(site, gateway, account.epoch, JSON.stringify(account));
        db.exec("COMMIT");
      } catch (error) {
        if (db.isTransaction) db.exec("ROLLBACK");
        throw error;
      }
      for (const { site, gateway, account } of changed) {
        const { epochs } = bookOf(site, gateway);
        epochs.set(account.epoch, account);
        for (const { epoch } of newestFirst(epochs).slice(keptEpochs)) {
          epochs.delete(epoch);
          forget.run(site, gateway, epoch);
        }
      }
    },
    gateways() {
      const now = clock.now();
      return [...books.values()]
        .filter(({ epochs }) => epochs.size > 0)
        .sort((a, b) => a.site.localeCompare(b.site) || a.gateway.localeCompare(b.gateway))
        .map(({ site, gateway, epochs }): LedgerRow => {
          const [newest, ...previous] = newestFirst(epochs).map((account) => rowOf(account, now));
          return { site, gateway, ...newest!, previous };
        });
    },
    close: () => db.close(),
  };
}

/**
 * Notes in a ledger file that it has been brought back from a backup: what its gateways no longer hold then had its receipt after the backup.
 * Nobody else may have the file open.
 */
export function markRestored(
  file: string,
  { restoredAt, ...restored }: Restored & { readonly restoredAt: number },
): void {
  const db = openFile(file);
  try {
    db.exec("BEGIN IMMEDIATE");
    db.exec("DELETE FROM restored");
    db.prepare("INSERT INTO restored VALUES (?, ?, ?)").run(restored.at, restoredAt, Number(restored.storeKept));
    const update = db.prepare("UPDATE ledger SET account = ? WHERE site = ? AND gateway = ? AND epoch = ?");
    for (const row of db.prepare("SELECT * FROM ledger").all()) {
      const account = { ...(JSON.parse(row.account as string) as Account), restored: { ...restored, pending: true } };
      update.run(JSON.stringify(account), row.site as string, row.gateway as string, row.epoch as number);
    }
    db.exec("COMMIT");
  } finally {
    db.close();
  }
}

function readRestored(db: DatabaseSync): (Restored & { readonly restoredAt: number }) | undefined {
  const row = db.prepare("SELECT taken_at, restored_at, store_kept FROM restored").get();
  return row && { at: Number(row.taken_at), restoredAt: Number(row.restored_at), storeKept: row.store_kept === 1 };
}

function newestFirst(epochs: ReadonlyMap<number, Account>): readonly Account[] {
  return [...epochs.values()].reverse().sort((a, b) => b.firstSeenAt - a.firstSeenAt);
}

function openFile(file: string): DatabaseSync {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const db = new DatabaseSync(file);
    db.exec("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    db.exec(`CREATE TABLE IF NOT EXISTS ledger (
      site TEXT NOT NULL, gateway TEXT NOT NULL, epoch INTEGER NOT NULL, account TEXT NOT NULL,
      PRIMARY KEY (site, gateway, epoch)) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS restored (taken_at INTEGER NOT NULL, restored_at INTEGER NOT NULL, store_kept INTEGER NOT NULL)`);
    return db;
  } catch (error) {
    throw new Error(`${file}: cannot be used for the ledger: ${(error as Error).message}`, { cause: error });
  }
}
