import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "@weir/wire/clock.ts";
import type { Event } from "../store/store.ts";
import type { Alarm, AlarmFilter, AlarmState, Alarms, Notice } from "./alarms.ts";

/** The list of alarms as the webhook writes it and as the store is told of it. */
export type AlarmBook = Alarms & {
  /**
   * Returns once all of it is on disk (synced): the sender may forget it. The same alert told again changes nothing but when it was
   * last heard of. Throws an Error that names the file when it cannot be written; then nothing was kept.
   */
  note(notices: readonly Notice[]): { readonly fresh: number };
  /** The oldest beginnings and ends that the store has not been told of, at most `limit`. */
  untold(limit: number): readonly Event[];
  /** The store has them, or will never take them. */
  told(events: readonly Event[]): void;
  /** Called after each note that brought something new. Returns a function that stops it. */
  watch(listener: () => void): () => void;
  close(): void;
};

type Kept = Omit<Alarm, "id" | "state">;
const keptAlarms = 100_000;
const mostOpen = 1000;

/** Opens the list of alarms in a SQLite file of the cloud, or creates it. Throws an Error that names the file. */
export function openAlarms({ file, clock }: { readonly file: string; readonly clock: Clock }): AlarmBook {
  const db = openFile(file);
  const find = db.prepare("SELECT id, row FROM alarm WHERE fingerprint = ? AND started_at = ?");
  const findById = db.prepare("SELECT id, row FROM alarm WHERE id = ?");
  const findOpen = db.prepare(
    "SELECT id, row FROM alarm WHERE fingerprint = ? AND started_at < ? AND ended_at IS NULL",
  );
  const insert = db.prepare("INSERT INTO alarm (fingerprint, started_at, ended_at, acknowledged_at, site, device, domain, severity, row) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"); // biome-ignore format: a statement
  const update = db.prepare("UPDATE alarm SET ended_at = ?, acknowledged_at = ?, row = ? WHERE id = ?");
  const addEvent = db.prepare("INSERT OR IGNORE INTO alarm_event (alarm, state, at) VALUES (?, ?, ?)");
  const tell = db.prepare("UPDATE alarm_event SET told = 1 WHERE alarm = ? AND state = ?");
  const selectUntold = db.prepare(
    "SELECT alarm_event.alarm, state, at, row FROM alarm_event JOIN alarm ON id = alarm WHERE told = 0 ORDER BY at LIMIT ?",
  );
  const wanted =
    "site = ifnull(?, site) AND device = ifnull(?, device) AND domain = ifnull(?, domain) AND severity = ifnull(?, severity)";
  const selectOpen = db.prepare(
    `SELECT id, row FROM alarm WHERE (ended_at IS NULL OR acknowledged_at IS NULL) AND ${wanted}
     ORDER BY ended_at IS NOT NULL, started_at DESC, id DESC LIMIT ${mostOpen}`,
  );
  const selectPast = db.prepare(
    `SELECT id, row FROM alarm WHERE started_at < ? AND ifnull(ended_at, ${Number.MAX_SAFE_INTEGER}) >= ? AND ${wanted}
     ORDER BY started_at DESC, id DESC LIMIT ?`,
  );
  const forgetEvents = db.prepare("DELETE FROM alarm_event WHERE alarm <= ? AND told = 1");
  const forget = db.prepare("DELETE FROM alarm WHERE id <= ? AND ended_at IS NOT NULL");
  const listeners = new Set<() => void>();

  function inOneStep<T>(work: () => T): T {
    db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      db.exec("COMMIT");
      return result;
    } catch (error) {
      if (db.isTransaction) db.exec("ROLLBACK");
      throw new Error(`${file}: the alarms cannot be written: ${(error as Error).message}`, { cause: error });
    }
  }

  function save(id: number, kept: Kept): void {
    update.run(kept.endedAt ?? null, kept.acknowledged?.at ?? null, JSON.stringify(kept), id);
  }

  function begin(notice: Notice): number {
    const { status: _, ...rest } = notice;
    // An alert that begins again has ended, even if that notification never came: at the latest now.
    for (const row of findOpen.all(notice.fingerprint, notice.startedAt)) {
      const before = JSON.parse(row.row as string) as Kept;
      save(row.id as number, { ...before, endedAt: notice.startedAt });
      addEvent.run(row.id as number, 0, notice.startedAt);
    }
    const kept: Kept = { ...rest, heardAt: clock.now() };
    const { fingerprint, startedAt, endedAt, site, device, domain, severity } = kept;
    const { lastInsertRowid } = insert.run(
      ...([
        fingerprint,
        startedAt,
        endedAt ?? null,
        null,
        site,
        device,
        domain,
        severity,
        JSON.stringify(kept),
      ] as const),
    );
    const id = Number(lastInsertRowid);
    addEvent.run(id, 1, startedAt);
    if (endedAt !== undefined) addEvent.run(id, 0, endedAt);
    forgetEvents.run(id - keptAlarms);
    forget.run(id - keptAlarms);
    return 1 + (endedAt === undefined ? 0 : 1);
  }

  /** Notes one notice; how many beginnings and ends were news. */
  function noteOne(notice: Notice): number {
    const row = find.get(notice.fingerprint, notice.startedAt);
    if (!row) return begin(notice);
    const id = row.id as number;
    const before = JSON.parse(row.row as string) as Kept;
    const ends = before.endedAt === undefined && notice.endedAt !== undefined;
    save(id, {
      ...before,
      heardAt: clock.now(),
      ...(before.endedAt === undefined && {
        values: notice.values,
        title: notice.title,
        text: notice.text,
        links: notice.links,
      }),
      ...(ends && { endedAt: notice.endedAt }),
    });
    if (ends) addEvent.run(id, 0, notice.endedAt);
    return ends ? 1 : 0;
  }

  return {
    note(notices) {
      const fresh = inOneStep(() => notices.reduce((sum, notice) => sum + noteOne(notice), 0));
      if (fresh > 0) for (const listener of listeners) listener();
      return { fresh };
    },
    untold: (limit) =>
      selectUntold.all(limit).map(({ alarm, state, at, row }) => {
        const { site, device, domain, severity, title, text, fingerprint } = JSON.parse(row as string) as Kept;
        const what = { site, device, domain, severity, title, text, fingerprint };
        return { ...what, alarm: alarm as number, at: at as number, state: state as 0 | 1 };
      }),
    told: (events) => inOneStep(() => events.forEach(({ alarm, state }) => void tell.run(alarm, state))),
    open: (filter = {}) => selectOpen.all(...namesOf(filter)).map(alarmOf),
    history: ({ from, to, limit, ...filter }) => selectPast.all(to, from, ...namesOf(filter), limit).map(alarmOf),
    acknowledge(id, { by, comment }) {
      const row = findById.get(id);
      if (!row) return undefined;
      const before = JSON.parse(row.row as string) as Kept;
      const after = before.acknowledged ? before : { ...before, acknowledged: { by, at: clock.now(), comment } };
      if (after !== before) inOneStep(() => save(id, after));
      return alarmOf({ id, row: JSON.stringify(after) });
    },
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => db.close(),
  };
}

function namesOf({ site, device, domain, severity }: AlarmFilter): (string | null)[] {
  return [site ?? null, device ?? null, domain ?? null, severity ?? null];
}

function alarmOf({ id, row }: Record<string, unknown>): Alarm {
  const kept = JSON.parse(row as string) as Kept;
  return { ...kept, id: id as number, state: stateOf(kept) };
}

function stateOf({ endedAt, acknowledged }: Kept): AlarmState {
  if (endedAt === undefined) return acknowledged ? "ack_active" : "unack_active";
  return acknowledged ? "normal" : "rtn_unack";
}

function openFile(file: string): DatabaseSync {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const db = new DatabaseSync(file);
    db.exec("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    db.exec(`
      CREATE TABLE IF NOT EXISTS alarm (
        id INTEGER PRIMARY KEY AUTOINCREMENT, fingerprint TEXT NOT NULL, started_at INTEGER NOT NULL, ended_at INTEGER,
        acknowledged_at INTEGER, site TEXT NOT NULL, device TEXT NOT NULL, domain TEXT NOT NULL, severity TEXT NOT NULL,
        row TEXT NOT NULL, UNIQUE (fingerprint, started_at));
      CREATE INDEX IF NOT EXISTS alarm_open ON alarm (started_at) WHERE ended_at IS NULL OR acknowledged_at IS NULL;
      CREATE INDEX IF NOT EXISTS alarm_by_start ON alarm (started_at);
      CREATE TABLE IF NOT EXISTS alarm_event (
        alarm INTEGER NOT NULL, state INTEGER NOT NULL, at INTEGER NOT NULL, told INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (alarm, state)) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS alarm_untold ON alarm_event (at) WHERE told = 0;`);
    return db;
  } catch (error) {
    throw new Error(`${file}: cannot be used for alarms: ${(error as Error).message}`, { cause: error });
  }
}
