import type { OutboxRecord } from "./outbox.ts";
import type { Incoming } from "./storage.ts";

/** What the disk would not take: newest records up to limitBytes of bodies, in memory, each told to the listeners once. */
export function createUnsaved(limitBytes: number) {
  const listeners = new Set<(record: OutboxRecord) => void>();
  let rows: Incoming[] = [];
  let bytes = 0;
  const dropped = { dropped: 0, droppedSamples: 0 };
  const drop = (row: Incoming) => {
    dropped.dropped += 1;
    dropped.droppedSamples += row.samples;
  };
  return {
    keep(row: Incoming): void {
      rows.push(row);
      bytes += row.body.length;
      while (bytes > limitBytes) {
        const oldest = rows.shift()!;
        bytes -= oldest.body.length;
        drop(oldest);
      }
      for (const listener of listeners) listener({ device: row.device, body: row.body, samples: row.samples });
    },
    all: (): readonly Incoming[] => rows,
    /** Forgets all of them: they are on disk now, except for those that were refused. */
    clear(refused: ReadonlySet<Incoming>): void {
      for (const row of refused) drop(row);
      [rows, bytes] = [[], 0];
    },
    /** Given up since the start. */
    dropped: (): Readonly<typeof dropped> => dropped,
    onKept(listener: (record: OutboxRecord) => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
