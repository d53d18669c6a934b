import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { prepareBlocks } from "./blocks.ts";
import type { Damage } from "./damage.ts";
import { asRow, rowBytes } from "./database.ts";
import { type Entry, OutboxError, type OutboxStats } from "./outbox.ts";
import { readReports } from "./reports.ts";
import { openRow } from "./seal.ts";

export type Inspection = {
  status(): Omit<OutboxStats, "limitBytes" | "unsaved" | "fault" | "refused" | "refusedSamples"> & {
    readonly epoch: number;
    readonly fileBytes: number;
  };
  /** See Outbox. */
  damage(): readonly Damage[];
  /** What was appended from then on and still waits. */
  waitingSince(at: number): { readonly records: number; readonly bytes: number };
  /** The records that wait, oldest first, lazily; a body is undefined when its checksum does not hold. */
  records(): IteratorObject<Peeked>;
  quarantine(): IteratorObject<Quarantined>;
  close(): void;
};
export type Peeked = Omit<Entry, "body"> & { readonly body: Uint8Array | undefined };
export type Quarantined = Peeked & { readonly reason: string; readonly quarantinedAt: number };

const columns = "offset, device, appended_at AS appendedAt, samples, deflated, crc, body AS stored";

/**
 * Looks into an outbox without writing to it, while the agent runs or not. Throws OutboxError `disk` when there is no such
 * file or it is not an outbox.
 */
export function inspectOutbox(file: string): Inspection {
  if (!existsSync(file)) throw new OutboxError("disk", `${file}: no such file; expected the outbox of an agent`);
  let sqlite: DatabaseSync | undefined;
  try {
    sqlite = new DatabaseSync(file, { readOnly: true, timeout: 1000 });
    sqlite.prepare("SELECT epoch FROM state").get();
    return look(file, sqlite);
  } catch (cause) {
    sqlite?.close();
    throw new OutboxError("disk", `${file}: ${(cause as Error).message}; expected the outbox of an agent`, { cause });
  }
}

function look(file: string, sqlite: DatabaseSync): Inspection {
  const peeked = (row: Record<string, unknown>): Peeked => {
    const body = openRow(asRow(row));
    const { stored: _, deflated: __, crc: ___, clock: ____, ...rest } = row;
    return { ...(rest as Omit<Entry, "body">), body };
  };
  function* waiting(): Generator<Peeked> {
    yield* prepareBlocks(sqlite).between({ from: 0, before: Number.MAX_SAFE_INTEGER });
    for (const row of sqlite.prepare(`SELECT ${columns}, clock FROM records ORDER BY offset`).iterate())
      yield peeked(row);
  }
  return {
    status() {
      const state = sqlite
        .prepare(
          "SELECT epoch, records, samples, bytes, appended, confirmed, dropped, droppedSamples, quarantined FROM state",
        )
        .get();
      const oldest = waiting().next().value;
      const { bytes } = sqlite
        .prepare("SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size")
        .get() as { bytes: number };
      const totals = state as Pick<
        OutboxStats,
        "records" | "samples" | "bytes" | "appended" | "confirmed" | "dropped" | "droppedSamples" | "quarantined"
      > & {
        epoch: number;
      };
      return {
        ...totals,
        oldest: oldest && { offset: oldest.offset, appendedAt: oldest.appendedAt },
        fileBytes: bytes,
      };
    },
    waitingSince(at) {
      const sum = (query: string, ...bound: number[]) =>
        sqlite.prepare(query).get(...bound) as { records: number; bytes: number };
      const single = sum(
        "SELECT count(*) AS records, coalesce(sum(octet_length(body) + coalesce(octet_length(device), 0) + ?), 0) AS bytes FROM records WHERE appended_at >= ?",
        rowBytes,
        at,
      );
      const packed = sum(
        "SELECT coalesce(sum(records), 0) AS records, coalesce(sum(bytes), 0) AS bytes FROM blocks WHERE appended_at >= ?",
        at,
      );
      return { records: single.records + packed.records, bytes: single.bytes + packed.bytes };
    },
    damage: () => readReports(file),
    records: waiting,
    *quarantine() {
      const rows = sqlite
        .prepare(`SELECT ${columns}, reason, quarantined_at AS quarantinedAt FROM quarantine ORDER BY offset`)
        .iterate();
      for (const row of rows) yield peeked(row) as Quarantined;
    },
    close: () => sqlite.close(),
  };
}
