import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openBlock } from "./block.ts";
import { infoColumns, infoOf, recordsOf } from "./blocks.ts";
import type { Row } from "./database.ts";
import { pack, unpack } from "./pack.ts";

/** More damaged files than these are not kept: a dying card must not fill itself with them. */
const keptAside = 3;

/** Renames a damaged file (with its WAL) to `<file>.damaged-<n>`, n being one more than ever used here. Returns the new name. */
export function putAside(file: string): string {
  const prefix = `${basename(file)}.damaged-`;
  const numbers = readdirSync(dirname(file))
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
    .sort((a, b) => a - b);
  const name = (n: number) => join(dirname(file), `${prefix}${n}`);
  for (const old of numbers.slice(0, Math.max(0, numbers.length + 1 - keptAside)))
    for (const end of ["", "-wal", "-shm"]) rmSync(`${name(old)}${end}`, { force: true });
  const aside = name((numbers.at(-1) ?? 0) + 1);
  for (const end of ["-shm", "-wal", ""])
    if (existsSync(`${file}${end}`)) renameSync(`${file}${end}`, `${aside}${end}`);
  return aside;
}

/**
 * Every record of a damaged file that can still be read and whose checksum holds, ascending. Never throws: what cannot be
 * read is left out, and `unreadable` counts offsets that may have held a record.
 */
export function* salvage(aside: string, report: Report): Generator<Row> {
  let sqlite: DatabaseSync | undefined;
  try {
    sqlite = new DatabaseSync(aside);
    yield* readAround(sqlite, report);
  } catch {
    // Nothing in the file looks like an outbox any more.
  } finally {
    sqlite?.close();
  }
}

const columns = "offset, device, appended_at AS appendedAt, samples, deflated, crc, body AS stored";

type Report = { unreadable: number };

function* readAround(sqlite: DatabaseSync, report: Report): Generator<Row> {
  const last = endOf(sqlite);
  if (isThere(sqlite, "block_bodies"))
    for (const raw of rowsOf(
      sqlite,
      { table: "block_bodies", key: "first", columns: "first, crc, body" },
      last,
      report,
    ))
      yield* fromBlock(sqlite, raw, report);
  for (const raw of rowsOf(sqlite, { table: "records", key: "offset", columns }, last, report)) {
    const row = { ...(raw as unknown as Row), deflated: raw.deflated === 1 };
    if (isWhole(row)) yield row;
    else report.unreadable += 1;
  }
}

/** The wanted records of a block; all of them when what was known about it cannot be read. */
function* fromBlock(sqlite: DatabaseSync, raw: Record<string, unknown>, report: Report): Generator<Row> {
  const found = attempt(() =>
    sqlite.prepare(`SELECT ${infoColumns} FROM blocks WHERE first = ?`).get(raw.first as number),
  );
  const info = found && attempt(() => infoOf(found));
  const entries = attempt(() => openBlock({ stored: raw.body as Uint8Array, crc: raw.crc as number }));
  if (!entries) report.unreadable += info?.records ?? 1;
  for (const { body, ...record } of entries && info ? recordsOf(info, entries) : (entries ?? []))
    yield { ...record, ...pack(body!) };
}

function* rowsOf(
  sqlite: DatabaseSync,
  { table, key, columns }: { readonly table: string; readonly key: string; readonly columns: string },
  last: number,
  report: Report,
): Generator<Record<string, unknown>> {
  const scan = sqlite.prepare(`SELECT ${columns} FROM ${table} WHERE ${key} > ? ORDER BY ${key} LIMIT 64`);
  const single = sqlite.prepare(`SELECT ${columns} FROM ${table} WHERE ${key} = ?`);
  let at = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const rows = attempt(() => scan.all(at));
    if (rows === undefined) break;
    if (rows.length === 0) return;
    yield* rows;
    at = rows.at(-1)![key] as number;
  }
  // The tree is broken after `at`: a lookup by key touches only the pages on its own way down, so each key is tried alone.
  for (let tried = Math.max(at + 1, 1); tried <= last; tried += 1) {
    const found = attempt(() => single.all(tried));
    if (found === undefined) report.unreadable += 1;
    else yield* found;
  }
}

const isThere = (sqlite: DatabaseSync, table: string): boolean =>
  attempt(() => sqlite.prepare("SELECT 1 FROM sqlite_master WHERE name = ?").get(table)) !== undefined;

/** The highest offset the file may hold, from whichever place still tells. */
function endOf(sqlite: DatabaseSync): number {
  const next = attempt(() => sqlite.prepare("SELECT next FROM state").get()?.next);
  const highest = attempt(() => sqlite.prepare("SELECT max(offset) AS last FROM records").get()?.last);
  return Math.max(typeof next === "number" ? next - 1 : 0, typeof highest === "number" ? highest : 0);
}

function isWhole(row: Row): boolean {
  const typed =
    row.stored instanceof Uint8Array && Number.isSafeInteger(row.samples) && Number.isSafeInteger(row.appendedAt);
  return typed && attempt(() => unpack(row)) !== undefined;
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
