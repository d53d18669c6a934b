import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { type Entry, OutboxError, type OutboxStats } from "./outbox.ts";
import { unpack } from "./pack.ts";

export type Inspection = {
  status(): Omit<OutboxStats, "limitBytes" | "unsaved" | "fault"> & {
    readonly epoch: number;
    readonly fileBytes: number;
  };
  /** The oldest records from an offset on; a body is undefined when its checksum does not hold. */
  peek(options: { readonly from?: number; readonly limit: number }): readonly Peeked[];
  quarantine(): readonly (Peeked & { readonly reason: string; readonly quarantinedAt: number })[];
  close(): void;
};
export type Peeked = Omit<Entry, "body"> & { readonly body: Uint8Array | undefined };

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
    return look(sqlite);
  } catch (cause) {
    sqlite?.close();
    throw new OutboxError("disk", `${file}: ${(cause as Error).message}; expected the outbox of an agent`, { cause });
  }
}

function look(sqlite: DatabaseSync): Inspection {
  const peeked = (row: Record<string, unknown>): Peeked => {
    const { stored, deflated, crc, ...rest } = row;
    const body = unpack({ stored: stored as Uint8Array, deflated: deflated === 1, crc: crc as number });
    return { ...(rest as Omit<Entry, "body">), body };
  };
  return {
    status() {
      const state = sqlite
        .prepare("SELECT epoch, records, samples, bytes, appended, confirmed, dropped, droppedSamples FROM state")
        .get();
      const oldest = sqlite
        .prepare("SELECT offset, appended_at AS appendedAt FROM records ORDER BY offset LIMIT 1")
        .get();
      const { n } = sqlite.prepare("SELECT count(*) AS n FROM quarantine").get() as { n: number };
      const { bytes } = sqlite
        .prepare("SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size")
        .get() as { bytes: number };
      const totals = state as Pick<
        OutboxStats,
        "records" | "samples" | "bytes" | "appended" | "confirmed" | "dropped" | "droppedSamples"
      > & {
        epoch: number;
      };
      return { ...totals, oldest: oldest as OutboxStats["oldest"], quarantined: n, fileBytes: bytes };
    },
    peek: ({ from = 0, limit }) =>
      sqlite
        .prepare(`SELECT ${columns} FROM records WHERE offset >= ? ORDER BY offset LIMIT ?`)
        .all(from, limit)
        .map(peeked),
    quarantine: () =>
      sqlite
        .prepare(`SELECT ${columns}, reason, quarantined_at AS quarantinedAt FROM quarantine ORDER BY offset`)
        .all()
        .map((row) => peeked(row) as ReturnType<Inspection["quarantine"]>[number]),
    close: () => sqlite.close(),
  };
}
