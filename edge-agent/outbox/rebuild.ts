import type { Clock } from "@weir/wire/clock.ts";
import { addRange, countOffsets, hasOffset, type OffsetSet } from "@weir/wire/ranges.ts";
import { besideOf, nameAside, putAside, removeBeside, takePlace } from "./aside.ts";
import type { Damage } from "./damage.ts";
import { type Database, type openDatabase, wider } from "./database.ts";
import type { Place } from "./mark.ts";
import { pack } from "./pack.ts";
import { addReports } from "./reports.ts";
import { openWreck, type Salvaged } from "./salvage.ts";
import type { Counters } from "./state.ts";

export type Rebuilding = {
  /** Closed. */
  readonly file: string;
  readonly cause: unknown;
  readonly blockBytes: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly openFile: typeof openDatabase;
  /** Who else knows how far the file had come. */
  readonly witnesses: readonly (Place | undefined)[];
};

/**
 * Builds a new outbox file of what can be read of a damaged one, and puts it in its place; the damaged one is put aside. A process that
 * dies on the way finds the damaged file where it was and begins again, or the new one whole. Throws, with the damaged file where it was,
 * when the disk has no room for it.
 */
export function rebuild(options: Rebuilding): Damage {
  const { file } = options;
  removeBeside(file);
  const told = buildBeside(options);
  addReports(file, [told]);
  putAside(file, told.aside!);
  takePlace(file);
  return told;
}

function buildBeside({ file, cause, blockBytes, clock, random, openFile, witnesses }: Rebuilding): Damage {
  const fresh = openFile(besideOf(file), random);
  const mostNext = Math.max(1, ...witnesses.map((place) => place?.next ?? 1));
  const wreck = openWreck(file, besideOf(file), mostNext - 1);
  try {
    const { state } = wreck;
    const { carried, records } = carryOver(wreck.records(), fresh, blockBytes);
    const unreadable = wreck.unreadable();
    const epoch = state?.epoch ?? witnesses.find((place) => place && place.epoch > 0)?.epoch ?? 0;
    const ends = witnesses.map((place) => (place?.epoch === epoch ? place.next : 1));
    const held = state && !wreck.isDoubtful() ? state.records + state.quarantined : undefined;
    const first = firstOf(carried, unreadable, held);
    const next = epoch === 0 ? Number.MAX_SAFE_INTEGER : Math.max(first, state?.next ?? 1, ...ends);
    const former = { epoch, first, next, carried };
    const told = {
      ...{ at: clock.now(), cause: (cause as Error).message, aside: nameAside(file) },
      ...{ former, records, unreadable },
    };
    fresh.settle();
    return told;
  } finally {
    wreck.close();
    fresh.close();
  }
}

/** The lowest offset that may still have held a record: the lowest of all, where it is known that so many were `held` and each is known of; else the very first. */
function firstOf(carried: OffsetSet, unreadable: OffsetSet, held: number | undefined): number {
  const found = countOffsets(carried) + countOffsets(unreadable);
  if (found !== held || found === 0) return 1;
  return Math.min(...[...carried, ...unreadable].map(([first]) => first));
}

/** Puts the records into the new file, in blocks, under new offsets. */
function carryOver(records: Iterable<Salvaged>, to: Database, blockBytes: number) {
  let carried: OffsetSet = [];
  let batch: Salvaged[] = [];
  let bytes = 0;
  let count = 0;
  const change = (work: (after: Counters) => void) => {
    const after = { ...to.counters };
    to.transaction(after, () => work(after));
    Object.assign(to.counters, after);
  };
  function flush(): void {
    const entries = batch.map((entry, n) => ({ ...entry, offset: to.counters.next + n }));
    [batch, bytes] = [[], 0];
    if (entries.length === 0) return;
    change((after) => {
      for (const entry of entries) to.insert({ ...entry, ...pack(entry.body) }, after);
      after.next += entries.length;
      after.appended += entries.length;
    });
    count += entries.length;
    if (entries.some(({ clock }) => clock)) return;
    try {
      change((after) => to.pack(entries, after));
    } catch (error) {
      if (error !== wider) throw error;
    }
  }
  for (const entry of records) {
    if (hasOffset(carried, entry.offset)) continue;
    carried = addRange(carried, [entry.offset, entry.offset]);
    batch.push(entry);
    bytes += entry.body.length;
    if (bytes >= blockBytes) flush();
  }
  flush();
  return { carried, records: count };
}
