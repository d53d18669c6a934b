import type { OutboxRecord } from "./outbox.ts";
import type { Incoming } from "./storage.ts";

/** What the disk would not take: newest records up to limitBytes of bodies, in memory, each told to the listeners once. */
export function createUnsaved(limitBytes: number) {
  const listeners = new Set<(record: OutboxRecord) => void>();
  let rows: Incoming[] = [];
  let bytes = 0;
  let dropped = 0;
  return {
    keep(row: Incoming): void {
      rows.push(row);
      bytes += row.body.length;
      while (bytes > limitBytes) {
        bytes -= rows.shift()!.body.length;
        dropped += 1;
      }
      for (const listener of listeners) listener({ device: row.device, body: row.body, samples: row.samples });
    },
    all: (): readonly Incoming[] => rows,
    /** Forgets all of them; `stored` of them are on disk now. */
    clear(stored: number): void {
      dropped += rows.length - stored;
      [rows, bytes] = [[], 0];
    },
    /** Records given up since the start. */
    dropped: () => dropped,
    onKept(listener: (record: OutboxRecord) => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
