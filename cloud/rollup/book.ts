import { DatabaseSync } from "node:sqlite";
import type { Clock } from "@weir/wire/clock.ts";
import { type Point, type Tier, tierMs } from "../store/store.ts";

export const hourMs = tierMs["1h"];
const windowMs = tierMs["5m"];
const windowsPerHour = hourMs / windowMs;
/** One bit for each window of 5 minutes of an hour, and one for the hour. */
const hourBit = 1 << windowsPerHour;
const everything = (hourBit << 1) - 1;

/** Hours of single devices that are remembered before whole sites are; about 100 MB. */
const mostEntries = 500_000;

/** A device's hour of which some windows are behind its readings. device undefined: all of the site. */
export type Entry = {
  readonly site: string;
  readonly device: string | undefined;
  /** Start of the hour, epoch ms. */
  readonly hour: number;
  /** Windows behind, see bitOf. */
  readonly bits: number;
  /** When the first of them fell behind, epoch ms. */
  readonly since: number;
  /** Windows marked since `due` told of this entry. */
  readonly again: number;
};

/** Which windows are behind the readings: what roll-up has to do, and what a reader must not take from a roll-up. */
export type RollUpBook = {
  /** The windows of these points are behind. Returns once that is on disk (synced). Throws when the file cannot be written. */
  mark(points: readonly Point[]): void;
  /** All windows of these whole hours are behind, for all devices of the site: for readings from before there were roll-ups. */
  markSite(site: string, from: number, to: number): void;
  /**
   * Entries with windows that are complete and have been left alone for settleMs, with those windows as bits: of one hour and site,
   * the newest hour that has any. At most `limit`.
   */
  due(settleMs: number, limit: number): readonly Entry[];
  /** These have been rolled up. A window that was marked since `due` is behind still. */
  done(entries: readonly Entry[]): void;
  /** Forgets hours that begin before this: their readings are gone. */
  forget(before: number): void;
  /** The windows of a tier in the range that are behind for this device, as ascending ranges of epoch ms. */
  behind(device: { readonly site: string; readonly device: string }, tier: Tier, range: Range): readonly Range[];
  /** Which store the windows belong to, and from when on its roll-ups hold all but what is behind; undefined for a new file. */
  of(): { readonly store: string; readonly from: number; readonly kept: number } | undefined;
  /** The book holds all that was marked until now. A copy of it, put back later, tells by that what it may lack. */
  keptUntil(at: number): void;
  /** Forgets all and belongs to this store from now on. */
  adopt(store: string, from: number): void;
  /** Hours of devices with a window behind, and the oldest of them. */
  stats(): { readonly entries: number; readonly oldest: number | undefined };
  close(): void;
};

export type Range = { readonly from: number; readonly to: number };

/** Opens the book in a SQLite file of the cloud, or creates it. Throws an Error that names the file. */
export function openRollUpBook({
  file,
  clock,
  limit = mostEntries,
}: {
  readonly file: string;
  readonly clock: Clock;
  readonly limit?: number;
}): RollUpBook {
  const db = openFile(file);
  const save = db.prepare("INSERT OR REPLACE INTO rollup (hour, site, device, bits) VALUES (?, ?, ?, ?)");
  const remove = db.prepare("DELETE FROM rollup WHERE hour = ? AND site = ? AND device = ?");
  /** hour → `site\ndevice` → entry; the device of a whole site is "". */
  const hours = new Map<number, Map<string, Entry>>();
  let count = 0;
  for (const { hour, site, device, bits } of db.prepare("SELECT hour, site, device, bits FROM rollup").all())
    put({ site: String(site), device: String(device) || undefined, hour: Number(hour), bits: Number(bits) });

  function put(entry: Omit<Entry, "since" | "again">): void {
    const entries = hours.get(entry.hour) ?? new Map<string, Entry>();
    hours.set(entry.hour, entries);
    const key = keyOf(entry.site, entry.device);
    const found = entries.get(key);
    if (!found) count++;
    const bits = (found?.bits ?? 0) | entry.bits;
    const again = (found?.again ?? 0) | entry.bits;
    entries.set(key, { ...entry, bits, since: found?.since ?? clock.now(), again });
  }

  function transaction(work: () => void): void {
    db.exec("BEGIN IMMEDIATE");
    try {
      work();
      db.exec("COMMIT");
    } catch (error) {
      if (db.isTransaction) db.exec("ROLLBACK");
      throw error;
    }
  }

  /** On disk first: what cannot be kept is not taken for kept. */
  function add(marks: Iterable<Omit<Entry, "since" | "again">>): void {
    const fresh: Omit<Entry, "since" | "again">[] = [];
    const known: typeof fresh = [];
    for (const mark of marks) {
      const before = hours.get(mark.hour)?.get(keyOf(mark.site, mark.device))?.bits ?? 0;
      const bits = before | mark.bits;
      if (bits === before) known.push(mark);
      else fresh.push({ ...mark, bits });
    }
    if (fresh.length > 0)
      transaction(() => {
        for (const { hour, site, device = "", bits } of fresh) save.run(hour, site, device, bits);
      });
    for (const mark of [...known, ...fresh]) put(mark);
  }

  function drop(entry: Entry): void {
    const entries = hours.get(entry.hour);
    if (!entries?.delete(keyOf(entry.site, entry.device))) return;
    count--;
    if (entries.size === 0) hours.delete(entry.hour);
  }

  return {
    mark(points) {
      const marks = new Map<string, { site: string; device: string | undefined; hour: number; bits: number }>();
      let last: { site: string; device: string; hour: number; mark: { bits: number } } | undefined;
      for (const { site, device, at } of points) {
        const hour = at - (at % hourMs);
        if (last?.hour !== hour || last.device !== device || last.site !== site) {
          const whole = count >= limit && !hours.get(hour)?.has(keyOf(site, device));
          const key = `${hour}\n${keyOf(site, whole ? undefined : device)}`;
          const mark = marks.get(key) ?? { site, device: whole ? undefined : device, hour, bits: hourBit };
          marks.set(key, mark);
          last = { site, device, hour, mark };
        }
        last.mark.bits |= 1 << ((at - hour) / windowMs);
      }
      add(marks.values());
    },
    markSite(site, from, to) {
      const marks = [];
      for (let hour = from; hour < to; hour += hourMs) marks.push({ site, device: undefined, hour, bits: everything });
      add(marks);
    },
    due(settleMs, most) {
      const settled = clock.now() - settleMs;
      for (const hour of [...hours.keys()].sort((a, b) => b - a)) {
        const complete = bitsUntil(hour, settled);
        if (complete === 0) continue;
        const entries = hours.get(hour)!;
        const found: Entry[] = [];
        for (const [key, entry] of entries) {
          const bits = entry.bits & complete;
          if (bits === 0 || entry.since > settled) continue;
          // A whole site is a step of its own.
          if (found[0] && (found[0].site !== entry.site || entry.device === undefined)) continue;
          entries.set(key, { ...entry, again: 0 });
          found.push({ ...entry, bits });
          if (entry.device === undefined || found.length === most) break;
        }
        if (found.length > 0) return found;
      }
      return [];
    },
    done(entries) {
      const left = entries.flatMap(({ site, device, hour, bits }) => {
        const entry = hours.get(hour)?.get(keyOf(site, device));
        return entry ? [{ ...entry, bits: entry.bits & ~(bits & ~entry.again) }] : [];
      });
      transaction(() => {
        for (const { site, device = "", hour, bits } of left)
          if (bits === 0) remove.run(hour, site, device);
          else save.run(hour, site, device, bits);
      });
      for (const entry of left)
        if (entry.bits === 0) drop(entry);
        else
          hours
            .get(entry.hour)!
            .set(keyOf(entry.site, entry.device), { ...entry, since: entry.again === 0 ? entry.since : clock.now() });
    },
    forget(before) {
      const old = [...hours.keys()].filter((hour) => hour < before);
      if (old.length === 0) return;
      db.prepare("DELETE FROM rollup WHERE hour < ?").run(before);
      for (const hour of old) for (const entry of [...hours.get(hour)!.values()]) drop(entry);
    },
    behind({ site, device }, tier, { from, to }) {
      const ranges: { from: number; to: number }[] = [];
      const length = tierMs[tier];
      for (let hour = from - (from % hourMs); hour < to; hour += hourMs) {
        const entries = hours.get(hour);
        const bits = (entries?.get(keyOf(site, device))?.bits ?? 0) | (entries?.get(keyOf(site, undefined))?.bits ?? 0);
        if (bits === 0) continue;
        for (let start = hour; start < hour + hourMs; start += length) {
          if (start < from || start >= to || (bits & bitOf(tier, start - hour)) === 0) continue;
          const before = ranges.at(-1);
          if (before?.to === start) before.to = start + length;
          else ranges.push({ from: start, to: start + length });
        }
      }
      return ranges;
    },
    of() {
      const row = db.prepare("SELECT store, since, kept FROM rollup_of").get();
      return row && { store: String(row.store), from: Number(row.since), kept: Number(row.kept) };
    },
    keptUntil: (at) => void db.prepare("UPDATE rollup_of SET kept = ?").run(at),
    adopt(store, from) {
      transaction(() => {
        db.exec("DELETE FROM rollup; DELETE FROM rollup_of");
        db.prepare("INSERT INTO rollup_of (store, since, kept) VALUES (?, ?, ?)").run(store, from, clock.now());
      });
      hours.clear();
      count = 0;
    },
    stats: () => ({ entries: count, oldest: count === 0 ? undefined : Math.min(...hours.keys()) }),
    close: () => db.close(),
  };
}

/** The bit of the window that begins so long after its hour. */
export function bitOf(tier: Tier, afterHourMs: number): number {
  return tier === "1h" ? hourBit : 1 << (afterHourMs / windowMs);
}

/** Windows of the hour that end no later than this. */
function bitsUntil(hour: number, at: number): number {
  const ended = Math.floor((at - hour) / windowMs);
  if (ended <= 0) return 0;
  return ended >= windowsPerHour ? everything : (1 << ended) - 1;
}

function keyOf(site: string, device: string | undefined): string {
  return `${site}\n${device ?? ""}`;
}

function openFile(file: string): DatabaseSync {
  try {
    const db = new DatabaseSync(file);
    db.exec("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    db.exec(`CREATE TABLE IF NOT EXISTS rollup (
      hour INTEGER NOT NULL, site TEXT NOT NULL, device TEXT NOT NULL, bits INTEGER NOT NULL,
      PRIMARY KEY (hour, site, device)) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS rollup_of (store TEXT NOT NULL, since INTEGER NOT NULL, kept INTEGER NOT NULL)`);
    return db;
  } catch (error) {
    throw new Error(`${file}: cannot be used for roll-ups: ${(error as Error).message}`, { cause: error });
  }
}
