import type { DatabaseSync } from "node:sqlite";
import { addRange, countOffsets, missingBelow, type OffsetRange, type OffsetSet } from "@weir/wire/ranges.ts";
import { say } from "@weir/wire/sentences.ts";
import { type Block, openBlock, packBlock } from "./block.ts";
import { causes } from "./causes.ts";
import { damaged } from "./damage.ts";
import type { Entry, Reading } from "./outbox.ts";
import { crcOf } from "./seal.ts";
import type { Counters } from "./state.ts";

/** What is known of a block without opening it. */
export type BlockInfo = {
  readonly first: number;
  readonly last: number;
  /** Records and samples that are still wanted, and how many of the records are urgent. */
  readonly records: number;
  readonly samples: number;
  readonly urgent: number;
  /** What it takes on disk; the same until the last of its records has gone. */
  readonly bytes: number;
  /** When the first of its records was appended. */
  readonly appendedAt: number;
  /** Offsets from first to last that are not in it, or no longer wanted. */
  readonly gone: OffsetSet;
};

/** What a block takes on disk: a row for what is known of it, and a body that fills pages of its own when it is larger than one. */
const costOf = ({ stored }: Block): number =>
  150 + (stored.length < 3900 ? stored.length : Math.ceil(stored.length / 4092) * 4096);

/** Bodies lie apart from what changes: SQLite writes a whole row anew. */
export const blocksSchema = `
  CREATE TABLE blocks (
    first INTEGER PRIMARY KEY, last INTEGER NOT NULL, records INTEGER NOT NULL, samples INTEGER NOT NULL,
    urgent INTEGER NOT NULL, bytes INTEGER NOT NULL, appended_at INTEGER NOT NULL, gone TEXT NOT NULL, crc INTEGER NOT NULL);
  CREATE TABLE block_bodies (first INTEGER PRIMARY KEY, crc INTEGER NOT NULL, body BLOB NOT NULL);
`;
export const infoColumns = "first, last, records, samples, urgent, bytes, appended_at AS appendedAt, gone, crc";

const sealOf = ({ first, last, records, samples, urgent, bytes, appendedAt }: Omit<BlockInfo, "gone">, gone: string) =>
  crcOf([first, last, records, samples, urgent, bytes, appendedAt, gone]);

/** Throws a damage error for a row that is not as it was written. */
export function infoOf(row: Record<string, unknown>): BlockInfo {
  const { gone, crc, ...info } = row as unknown as Omit<BlockInfo, "gone"> & { gone: string; crc: number };
  if (sealOf(info, gone) !== crc) throw damaged(say(causes.block, { first: info.first }));
  return { ...info, gone: JSON.parse(gone) };
}
export const wantedIn = ({ gone, first, last }: BlockInfo): OffsetSet => missingBelow(gone, first, last);

/** What blocks hold, record by record; the body is undefined where the block is damaged, and then nothing else is known either. */
export type Stored = Omit<Entry, "body"> & { readonly body: Uint8Array | undefined };

/** The wanted records of a block, ascending. */
export function recordsOf(info: BlockInfo, entries: readonly Entry[] | undefined): readonly Stored[] {
  const wanted = wantedIn(info);
  const isWanted = (offset: number) => wanted.some(([first, last]) => first <= offset && offset <= last);
  if (entries) return info.gone.length === 0 ? entries : entries.filter(({ offset }) => isWanted(offset));
  return wanted.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, n) => {
      return { offset: first + n, device: null, appendedAt: info.appendedAt, samples: 0, body: undefined };
    }),
  );
}

/**
 * The blocks of the outbox file: records that have waited, many in a row of the table. They hold lower offsets than all single rows.
 * The last block that was opened stays in memory, so that reading on costs nothing. Every call is part of the caller's transaction.
 */
export function prepareBlocks(sqlite: DatabaseSync) {
  const insertInfo = sqlite.prepare("INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const insertBody = sqlite.prepare("INSERT INTO block_bodies VALUES (?, ?, ?)");
  const body = sqlite.prepare("SELECT crc, body AS stored FROM block_bodies WHERE first = ?");
  const between = sqlite.prepare(`SELECT ${infoColumns} FROM blocks WHERE last >= ? AND first <= ? ORDER BY first`);
  const next = sqlite.prepare(`SELECT ${infoColumns} FROM blocks WHERE first >= ? ORDER BY first LIMIT 1`);
  const ordinary = sqlite.prepare(`SELECT ${infoColumns} FROM blocks WHERE records > urgent ORDER BY first LIMIT 1`);
  const change = sqlite.prepare(
    "UPDATE blocks SET records = ?, samples = ?, urgent = ?, gone = ?, crc = ? WHERE first = ?",
  );
  const deleteInfo = sqlite.prepare("DELETE FROM blocks WHERE first = ?");
  const deleteBody = sqlite.prepare("DELETE FROM block_bodies WHERE first = ?");
  let opened:
    | { readonly first: number; readonly crc: number; readonly entries: readonly Entry[] | undefined }
    | undefined;

  const count = (info: BlockInfo, sign: 1 | -1, counters: Counters) => {
    counters.records += sign * info.records;
    counters.samples += sign * info.samples;
    counters.bytes += sign * info.bytes;
  };

  function entriesOf({ first, last }: BlockInfo): readonly Entry[] | undefined {
    const row = body.get(first) as { crc: number; stored: Uint8Array } | undefined;
    if (opened?.first !== first || opened.crc !== row?.crc)
      opened = row && { first, crc: row.crc, entries: openBlock(row) };
    const entries = opened?.entries;
    return entries?.[0]?.offset === first && entries.at(-1)?.offset === last ? entries : undefined;
  }

  function forget(info: BlockInfo, counters: Counters): void {
    deleteInfo.run(info.first);
    deleteBody.run(info.first);
    count(info, -1, counters);
  }

  function insert(entries: readonly Entry[], counters: Counters): void {
    const [oldest, newest] = [entries[0]!, entries.at(-1)!];
    const [first, last] = [oldest.offset, newest.offset];
    const block = packBlock(entries);
    const held = entries.reduce<OffsetSet>((set, { offset }) => addRange(set, [offset, offset]), []);
    const info: BlockInfo = {
      first,
      last,
      records: entries.length,
      samples: entries.reduce((sum, { samples }) => sum + samples, 0),
      urgent: entries.filter(({ urgent }) => urgent).length,
      bytes: costOf(block),
      appendedAt: oldest.appendedAt,
      gone: missingBelow(held, first, last),
    };
    const { records, samples, urgent, bytes, appendedAt } = info;
    const gone = JSON.stringify(info.gone);
    insertInfo.run(first, last, records, samples, urgent, bytes, appendedAt, gone, sealOf(info, gone));
    insertBody.run(first, block.crc, block.stored);
    count(info, 1, counters);
  }

  /** Forgets what lies in the range; a block only when nothing of it is wanted any more. */
  function removeFrom(info: BlockInfo, [from, to]: OffsetRange, counters: Counters): void {
    const gone = addRange(info.gone, [Math.max(from, info.first), Math.min(to, info.last)]);
    const records = countOffsets(missingBelow(gone, info.first, info.last));
    if (records === info.records) return;
    if (records === 0) {
      forget(info, counters);
      return;
    }
    const entries = entriesOf(info);
    const left = entries && recordsOf({ ...info, gone }, entries);
    const samples = left
      ? left.reduce((sum, entry) => sum + entry.samples, 0)
      : Math.round((info.samples * records) / info.records);
    const urgent = left ? left.filter((entry) => entry.urgent).length : 0;
    const goneText = JSON.stringify(gone);
    const crc = sealOf({ ...info, records, samples, urgent }, goneText);
    change.run(records, samples, urgent, goneText, crc, info.first);
    counters.records += records - info.records;
    counters.samples += samples - info.samples;
  }

  const infosBetween = (first: number, last: number): readonly BlockInfo[] => between.all(first, last).map(infoOf);

  return {
    insert,
    /** The oldest block with a record that is not urgent. */
    oldestOrdinary: (): BlockInfo | undefined => {
      const row = ordinary.get();
      return row && infoOf(row);
    },
    /** The block that begins at or after an offset. */
    next: (from: number): BlockInfo | undefined => {
      const row = next.get(from);
      return row && infoOf(row);
    },
    records: (info: BlockInfo): readonly Stored[] => recordsOf(info, entriesOf(info)),

    /** Records of the range, lazily. */
    *between({ from, before, urgent = false }: Reading): Generator<Stored> {
      for (const row of between.iterate(from, before - 1)) {
        const info = infoOf(row);
        if (urgent && info.urgent === 0) continue;
        for (const record of recordsOf(info, entriesOf(info)))
          if (from <= record.offset && record.offset < before && (record.urgent || !urgent)) yield record;
      }
    },

    remove(range: OffsetRange, counters: Counters): void {
      for (const info of infosBetween(...range)) removeFrom(info, range, counters);
    },

    /** The block with nothing but these of its records, in less space; without any, no block. */
    reduce(info: BlockInfo, keep: readonly Stored[], counters: Counters): void {
      forget(info, counters);
      const entries = keep.filter((record): record is Entry => record.body !== undefined);
      if (entries.length > 0) insert(entries, counters);
    },
  };
}
