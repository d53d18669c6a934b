import { closeSync, fstatSync, openSync, readSync, writeFileSync, writeSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { addRange, type OffsetSet } from "@weir/wire/ranges.ts";
import { openBlock } from "./block.ts";
import { infoColumns, infoOf, recordsOf, wantedIn } from "./blocks.ts";
import { asRow } from "./database.ts";
import { checkHead } from "./head.ts";
import type { Entry } from "./outbox.ts";
import { openRow } from "./seal.ts";
import { readState } from "./state.ts";

/** What can be said of a damaged file before its records are read. */
export type Wreck = {
  /** Its epoch, the offset that came next and how many records waited and were in quarantine; undefined where the file does not tell. */
  readonly state:
    | { readonly epoch: number; readonly next: number; readonly records: number; readonly quarantined: number }
    | undefined;
  /** Records that can be read and are as they were written: those that waited, ascending except where the file is out of order, then those in quarantine. */
  readonly records: () => Generator<Salvaged>;
  /** Offsets that are known to have held a record that cannot be read; complete when `records` has ended. */
  readonly unreadable: () => OffsetSet;
  /** Whether some rows could not be found, or not be believed as to which offset they have: `unreadable` may not say everything then. Known when `records` has ended. */
  readonly isDoubtful: () => boolean;
  close(): void;
};

export type Salvaged = Entry & { readonly clock?: string };

const pageBytes = 4096;
/** Numbers that are tried one by one in a broken tree: a second or two. */
const mostTried = 500_000;

type Table = { readonly table: string; readonly key: string; readonly columns: string };
const rowColumns = "offset, device, appended_at AS appendedAt, samples, deflated, crc, body AS stored";
const bodies: Table = { table: "block_bodies", key: "first", columns: "first, crc, body" };
const waiting: Table = { table: "records", key: "offset", columns: `${rowColumns}, urgent, clock` };
const parked: Table = { table: "quarantine", key: "offset", columns: rowColumns };

/**
 * Opens a damaged file for what is left in it. `fresh` is a sound outbox file: where the first page with the table of contents is spoilt,
 * its own takes that place, and what was there is kept as `<file>.page-1`. `mostOffset` bounds the search where the file does not tell how far it went. Never throws.
 */
export function openWreck(file: string, fresh: string, mostOffset: number): Wreck {
  let sqlite = attempt(() => checkHead(file) ?? true) && openFile(file);
  if (!sqlite) {
    lendFirstPage(fresh, file);
    sqlite = openFile(file);
  }
  const state = sqlite && attempt(() => readState(sqlite));
  const last = Math.max(mostOffset, (state?.counters.next ?? 1) - 1);
  let unreadable: OffsetSet = [];
  let isDoubtful = sqlite === undefined;
  const isOffset = (n: number) => Number.isSafeInteger(n) && n > 0 && n <= last;
  const lose = (from: number, to = from) => {
    if (isOffset(from) && isOffset(to)) unreadable = addRange(unreadable, [from, to]);
  };
  return {
    state: state && { epoch: state.epoch, ...state.counters },
    *records() {
      if (!sqlite) return;
      const doubt = () => {
        isDoubtful = true;
      };
      const end = { last, lose, doubt };
      yield* fromBlocks(sqlite, end);
      for (const table of [waiting, parked])
        for (const raw of rowsOf(sqlite, table, end)) {
          const row = asRow(raw);
          const { offset, device, appendedAt, samples, urgent, clock } = row;
          const body = attempt(() => openRow(row));
          if (body)
            yield { offset, device, appendedAt, samples, body, ...(urgent && { urgent }), ...(clock && { clock }) };
          else {
            lose(offset);
            doubt();
          }
        }
    },
    unreadable: () => unreadable,
    isDoubtful: () => isDoubtful,
    close: () => void attempt(() => sqlite?.close()),
  };
}

/** undefined when SQLite finds no tables of an outbox in it. */
function openFile(file: string): DatabaseSync | undefined {
  const sqlite = attempt(() => new DatabaseSync(file));
  const prepared = attempt(() => sqlite?.prepare("SELECT 1 FROM state, records, blocks, block_bodies, quarantine"));
  if (prepared) return sqlite;
  attempt(() => sqlite?.close());
  return undefined;
}

function lendFirstPage(fresh: string, file: string): void {
  attempt(() => {
    const spoilt = Buffer.alloc(pageBytes);
    const sound = Buffer.alloc(pageBytes);
    const [from, to] = [openSync(fresh, "r"), openSync(file, "r+")];
    try {
      const length = readSync(to, spoilt, 0, pageBytes, 0);
      writeFileSync(`${file}.page-1`, spoilt.subarray(0, length));
      readSync(from, sound, 0, pageBytes, 0);
      // How long the file is, and that nothing of it is free (SQLite database file format, 1.3): SQLite reads no page beyond.
      sound.writeUInt32BE(Math.ceil(fstatSync(to).size / pageBytes), 28);
      sound.fill(0, 32, 40);
      writeSync(to, sound, 0, pageBytes, 0);
    } finally {
      closeSync(from);
      closeSync(to);
    }
  });
}

type Lose = (first: number, last?: number) => void;
type End = { readonly last: number; readonly lose: Lose; readonly doubt: () => void };

/** The wanted records of each block; all of them when what was known about it cannot be read. */
function* fromBlocks(sqlite: DatabaseSync, end: End): Generator<Entry> {
  const { lose, doubt } = end;
  const infoAt = sqlite.prepare(`SELECT ${infoColumns} FROM blocks WHERE first = ?`);
  for (const raw of rowsOf(sqlite, bodies, end)) {
    const first = raw.first as number;
    const info = attempt(() => infoOf(infoAt.get(first)!));
    const entries = attempt(() => openBlock({ stored: raw.body as Uint8Array, crc: raw.crc as number }));
    if (!info) doubt();
    if (!entries && info) for (const range of wantedIn(info)) lose(...range);
    else if (!entries) lose(first);
    else yield* info ? (recordsOf(info, entries) as readonly Entry[]) : entries;
  }
}

/** Every row of a table that can still be reached, ascending. */
function* rowsOf(
  sqlite: DatabaseSync,
  { table, key, columns }: Table,
  { last, lose, doubt }: End,
): Generator<Record<string, unknown>> {
  const single = attempt(() => sqlite.prepare(`SELECT ${columns} FROM ${table} WHERE ${key} = ?`));
  const { keys, whole } = keysOf(sqlite, { table, key }, last);
  if (!whole) doubt();
  for (const at of keys) {
    const found = attempt(() => single?.all(at) ?? []);
    if (found?.[0]) yield found[0];
    else doubt();
    if (found === undefined) lose(at);
  }
}

/**
 * The keys of a table. Where its tree is broken, those from both ends up to the break, and every number between: a lookup by key
 * touches only the pages on its own way down, so each is worth trying.
 */
function keysOf(sqlite: DatabaseSync, { table, key }: Omit<Table, "columns">, last: number) {
  const scan = (order: "ASC" | "DESC") => {
    const keys: number[] = [];
    const rows = attempt(() => sqlite.prepare(`SELECT ${key} AS at FROM ${table} ORDER BY ${key} ${order}`).iterate());
    for (;;) {
      const next = attempt(() => rows?.next());
      if (!next || next.done) return { keys, whole: next?.done ?? false };
      keys.push(next.value.at as number);
    }
  };
  const up = scan("ASC");
  if (up.whole) return up;
  const down = scan("DESC").keys.reverse();
  const to = (down[0] ?? last + 1) - 1;
  const from = Math.max((up.keys.at(-1) ?? 0) + 1, to + 1 - mostTried);
  const between = Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => from + n);
  return { keys: [...up.keys, ...between, ...down], whole: false };
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
