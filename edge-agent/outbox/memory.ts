import type { Clock } from "@weir/wire/clock.ts";
import { type ClockBase, dateRecord } from "./dating.ts";
import { type Entry, type OffsetRange, type Outbox, OutboxError, type OutboxRecord, type WhenFull } from "./outbox.ts";

export type MemoryOutboxOptions = {
  readonly clock: Clock;
  readonly epoch?: number;
  readonly limitBytes?: number;
  readonly whenFull?: Exclude<WhenFull, "thin">;
};

const urgentShare = 1 / 16;

/** An outbox for tests of its neighbours: the same contract, except that nothing survives the process. */
export function memoryOutbox({
  clock,
  epoch = 1,
  limitBytes = 2 ** 31,
  whenFull = "drop-oldest",
}: MemoryOutboxOptions): Outbox {
  const entries = new Map<number, Entry>();
  const clocks = new Map<number, ClockBase>();
  const parked = new Map<number, Entry>();
  let dating: { readonly known: readonly ClockBase[] } | undefined;
  const listeners = new Set<Parameters<Outbox["onAppended"]>[0]>();
  let [next, bytes, appended, confirmed, dropped, droppedSamples, refused, refusedSamples] = [1, 0, 0, 0, 0, 0, 0, 0];
  let closed = false;

  function forget(offset: number): boolean {
    bytes -= entries.get(offset)?.body.length ?? 0;
    return entries.delete(offset);
  }

  const fits = ({ body, urgent = false }: OutboxRecord) =>
    body.length <= limitBytes &&
    (whenFull === "drop-oldest" || bytes + body.length <= (urgent ? limitBytes : limitBytes * (1 - urgentShare)));

  function append(record: OutboxRecord): number {
    const size = record.body.length;
    if (!fits(record)) {
      refused += 1;
      refusedSamples += record.samples;
      throw new OutboxError("full", `the outbox has reached its limit of ${limitBytes} bytes`);
    }
    for (const offset of entries.keys()) {
      if (bytes + size <= limitBytes) break;
      droppedSamples += entries.get(offset)!.samples;
      forget(offset);
      dropped += 1;
    }
    const { clock: base, ...rest } = record;
    const undated = { ...rest, offset: next, appendedAt: clock.now() };
    const entry: Entry = dating && base ? dateRecord({ ...undated, clock: base }, dating.known) : undated;
    if (base && !dating) clocks.set(next, base);
    entries.set(next, entry);
    next += 1;
    bytes += entry.body.length;
    appended += 1;
    for (const listener of listeners) listener([entry.offset, entry.offset], [entry]);
    return entry.offset;
  }

  return {
    epoch,
    damage: () => [],
    next: () => next,
    async date(known) {
      dating = { known: known ? [known] : [] };
      const found = [...clocks].filter(([offset]) => entries.has(offset));
      for (const [offset, base] of found) {
        const entry = entries.get(offset)!;
        const dated: Entry = dateRecord({ ...entry, clock: base }, dating.known);
        bytes += dated.body.length - entry.body.length;
        entries.set(offset, dated);
      }
      clocks.clear();
      return found.length;
    },
    async append(record) {
      if (closed) throw new OutboxError("closed", "the outbox is closed");
      return append(record);
    },
    read({ from, before, urgent = false }, maxBytes) {
      const found: Entry[] = [];
      let total = 0;
      for (const entry of entries.values()) {
        if (entry.offset < from || entry.offset >= before || (urgent && !entry.urgent)) continue;
        total += entry.body.length;
        if (found.length > 0 && total > maxBytes) break;
        found.push(entry);
      }
      return found;
    },
    async confirm(ranges: readonly OffsetRange[]) {
      for (const offset of [...entries.keys()])
        if (ranges.some(([first, last]) => first <= offset && offset <= last) && forget(offset)) confirmed += 1;
    },
    async quarantine(offset) {
      const entry = entries.get(offset);
      if (entry) parked.set(offset, entry);
      forget(offset);
    },
    async retry(offsets) {
      const before = parked.size;
      for (const [offset, { device, body, samples }] of [...parked]) {
        if (!fits({ device, body, samples }) || !(offsets?.includes(offset) ?? true)) continue;
        parked.delete(offset);
        append({ device, body, samples });
      }
      return before - parked.size;
    },
    async discard(offsets) {
      const gone = [...parked.keys()].filter((offset) => offsets?.includes(offset) ?? true);
      for (const offset of gone) parked.delete(offset);
      return gone.length;
    },
    onAppended(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    onUnsaved: () => () => {},
    stats() {
      const first: Entry | undefined = entries.values().next().value;
      const oldest = first && { offset: first.offset, appendedAt: first.appendedAt };
      const samples = [...entries.values()].reduce((sum, entry) => sum + entry.samples, 0);
      const totals = {
        records: entries.size,
        samples,
        bytes,
        limitBytes,
        appended,
        confirmed,
        dropped,
        droppedSamples,
        refused,
        refusedSamples,
      };
      return { ...totals, oldest, quarantined: parked.size, unsaved: 0, fault: undefined };
    },
    async close() {
      closed = true;
    },
  };
}
