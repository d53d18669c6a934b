import { inspectOutbox } from "@weir/edge-agent/outbox/inspect.ts";
import { addRange, countOffsets, missingBelow, type OffsetSet } from "@weir/wire/ranges.ts";

/** What the outbox file of a gateway that stands still holds and has counted. */
export type Holding = {
  readonly epoch: number;
  readonly held: OffsetSet;
  readonly appended: number;
  readonly dropped: number;
};

export function holdingOf(file: string): Holding {
  const inspection = inspectOutbox(file);
  try {
    const { epoch, appended, dropped } = inspection.status();
    const held = [...inspection.records(), ...inspection.quarantine()].reduce<OffsetSet>(
      (set, { offset }) => addRange(set, [offset, offset]),
      [],
    );
    return { epoch, held, appended, dropped };
  } finally {
    inspection.close();
  }
}

/** Of an outbox file; 0 where it is damaged already. */
export function epochOf(file: string): number {
  try {
    return holdingOf(file).epoch;
  } catch {
    return 0;
  }
}

/** The offsets that a full outbox gave up between two moments with no way to deliver anything. Throws where it has counted otherwise. */
export function givenUpBetween(before: Holding, after: Holding): OffsetSet {
  if (before.epoch !== after.epoch) throw new Error("the outbox was replaced while it was full");
  const newest = after.held.at(-1)?.[1] ?? 0;
  const fresh = after.appended - before.appended;
  const were = fresh > 0 ? addRange(before.held, [newest - fresh + 1, newest]) : before.held;
  const gone = were
    .flatMap(([first, last]) => missingBelow(after.held, first, last))
    .reduce<OffsetSet>((set, range) => addRange(set, range), []);
  const counted = after.dropped - before.dropped;
  if (countOffsets(gone) !== counted)
    throw new Error(`the outbox has counted ${counted} records as given up, and ${countOffsets(gone)} are gone`);
  return gone;
}
