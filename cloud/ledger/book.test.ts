import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { virtualClock } from "@weir/wire/clock.ts";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { newAccount, noteArrival, noteRejected, noteStored, rowOf } from "./account.ts";
import { markRestored, openLedger } from "./book.ts";
import { totalsOf } from "./totals.ts";

const place = { site: "east", gateway: "gw-1", epoch: 7 };

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "weir-ledger-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function open(file = join(folder(), "cloud.db"), clock = virtualClock(1_000_000)) {
  const ledger = openLedger({ file, clock });
  return { ledger, clock, file };
}

describe("an account", () => {
  test("counts each offset once, whatever the order, and names every gap", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
        fc.array(fc.boolean()),
        (offsets, fates) => {
          const account = newAccount(7, offsets[0]!, 0);
          const stored = new Set<number>();
          const rejected = new Set<number>();
          let duplicates = 0;
          for (const [index, offset] of offsets.entries()) {
            if (stored.has(offset)) duplicates++;
            noteArrival(account, offset, index);
            if (fates[index] === undefined) continue;
            if (fates[index]) {
              noteStored(account, [[offset, offset]], index);
              stored.add(offset);
              rejected.delete(offset);
            } else if (!stored.has(offset)) {
              noteRejected(account, offset, "never", index);
              rejected.add(offset);
            }
          }
          const [low, high] = [Math.min(...offsets), Math.max(...offsets)];
          const row = rowOf(account, 100);
          expect(row).toMatchObject({
            lowestSeen: low,
            highestSeen: high,
            stored: stored.size,
            rejected: rejected.size,
            duplicates,
          });
          expect(row.missing).toBe(high - low + 1 - stored.size - rejected.size);
          expect(row.oldestMissingAgeMs > 0).toBe(row.missing > 0);
        },
      ),
    );
  });

  test("dates what is missing by the first later offset, to the second, however long it goes on", () => {
    const account = newAccount(7, 1, 0);
    noteStored(account, [[1, 1]], 0);
    for (let n = 0; n < 5000; n++) {
      noteArrival(account, 3 + n, 10_000 + n * 1000);
      noteStored(account, [[3 + n, 3 + n]], 10_000 + n * 1000);
    }
    expect(rowOf(account, 60_000_000)).toMatchObject({
      missing: 1,
      missingRanges: [[2, 2]],
      missingTimes: [[0, 10_000]],
      oldestMissingAgeMs: 59_990_000,
    });
    expect(account.marks.length).toBeLessThan(600);
    noteStored(account, [[2, 2]], 60_000_000);
    expect(rowOf(account, 60_000_000)).toMatchObject({ missing: 0, oldestMissingAgeMs: 0 });
    expect(account.marks.length).toBeLessThan(2);
  });
});

test("what was settled is there after a restart, and what only arrived is not claimed", () => {
  const { ledger, clock, file } = open();
  for (const offset of [1, 2, 3, 5]) ledger.arrived(place, offset);
  ledger.settle([{ ...place, stored: [[1, 2]], rejected: [{ offset: 3, reason: "type conflict" }] }]);
  ledger.arrived(place, 2);
  ledger.settle([{ ...place, stored: [[2, 2]], rejected: [] }]);
  const before = ledger.gateways();
  ledger.close();
  const again = openLedger({ file, clock });
  expect(again.gateways()).toEqual(before);
  expect(before).toMatchObject([
    {
      site: "east",
      gateway: "gw-1",
      epoch: 7,
      lowestSeen: 1,
      highestSeen: 5,
      stored: 2,
      storedRanges: [[1, 2]],
      rejected: 1,
      rejections: [{ offset: 3, reason: "type conflict" }],
      duplicates: 1,
      missingRanges: [[4, 5]],
      lastReceiptAt: 1_000_000,
      previous: [],
    },
  ]);
  again.close();
});

describe("an outbox that is no more, its file having been damaged", () => {
  const newer = { ...place, epoch: 8 };
  /** Of 1 to 20 the store has 1 to 10 and 15; 16 was rejected. */
  function delivered() {
    const opened = open();
    const { ledger } = opened;
    ledger.holds(place, 1);
    for (let offset = 1; offset <= 16; offset++) ledger.arrived(place, offset);
    ledger.settle([
      {
        ...place,
        stored: [
          [1, 10],
          [15, 15],
        ],
        rejected: [{ offset: 16, reason: "type conflict" }],
      },
    ]);
    return opened;
  }

  test("is accounted for to the last record: stored, rejected, carried over, or lost", () => {
    const { ledger, file, clock } = delivered();
    ledger.ended(place, [
      {
        epoch: 7,
        first: 9,
        next: 21,
        carried: [
          [9, 12],
          [16, 18],
        ],
      },
    ]);
    ledger.holds(newer, 1);
    const [row] = ledger.gateways();
    expect(row).toMatchObject({ epoch: 8, missing: 0 });
    expect(row!.previous).toMatchObject([
      {
        epoch: 7,
        highestSeen: 20,
        stored: 11,
        rejected: 1,
        carried: 4,
        gone: 4,
        missing: 0,
        goneRanges: [
          [13, 14],
          [19, 20],
        ],
      },
    ]);
    expect(totalsOf(row!)).toMatchObject({ gone: 4, unaccounted: 0 });
    ledger.close();
    const again = openLedger({ file, clock });
    expect(again.gateways()[0]).toMatchObject({ epoch: 7, carried: 4, gone: 4, missing: 0 });
    again.close();
  });

  test("told again in the next birth changes nothing, and what had been under way and is stored after all is not lost", () => {
    const { ledger } = delivered();
    const formers = [{ epoch: 7, first: 9, next: 21, carried: [[9, 12]] as const }];
    ledger.ended(place, formers);
    ledger.settle([{ ...place, stored: [[12, 14]], rejected: [] }]);
    ledger.ended(place, formers);
    expect(ledger.gateways()[0]).toMatchObject({ stored: 14, rejected: 1, carried: 1, gone: 4, missing: 0 });
  });

  test("that cannot say which it was, is the one before: whatever of it had not come is lost", () => {
    const { ledger } = delivered();
    ledger.ended(place, [{ epoch: 0, first: 1, next: Number.MAX_SAFE_INTEGER, carried: [] }]);
    ledger.holds(newer, 1);
    expect(ledger.gateways()[0]!.previous).toMatchObject([{ epoch: 7, highestSeen: 16, gone: 4, missing: 0 }]);
  });

  test("of which the cloud had never heard is lost as far as it was not carried over", () => {
    const { ledger, clock } = open();
    ledger.ended(place, [{ epoch: 7, first: 101, next: 201, carried: [[101, 180]] }]);
    ledger.holds(newer, 1);
    expect(ledger.gateways()[0]).toMatchObject({
      epoch: 8,
      previous: [{ epoch: 7, carried: 80, gone: 20, missing: 0, firstSeenAt: clock.now() - 1 }],
    });
  });

  test("a stretch of an outbox that goes on is lost alone", () => {
    const { ledger } = delivered();
    ledger.ended(place, [{ epoch: 7, first: 17, next: 31, carried: [] }]);
    ledger.arrived(place, 31);
    expect(ledger.gateways()[0]).toMatchObject({ epoch: 7, gone: 14, missing: 5, previous: [] });
  });
});

test("a record that was rejected and stored later is no longer counted as rejected", () => {
  const { ledger } = open();
  ledger.arrived(place, 1);
  ledger.settle([{ ...place, stored: [], rejected: [{ offset: 1, reason: "too old" }] }]);
  ledger.arrived(place, 1);
  ledger.settle([{ ...place, stored: [[1, 1]], rejected: [] }]);
  expect(ledger.gateways()[0]).toMatchObject({ stored: 1, rejected: 0, missing: 0, duplicates: 0 });
  ledger.close();
});

test("an outbox created anew is a row of its own, the ones before it stay below it", async () => {
  const { ledger, clock } = open();
  for (const epoch of [9, 4, 6]) {
    ledger.arrived({ ...place, epoch }, 1);
    ledger.settle([{ ...place, epoch, stored: [[1, 1]], rejected: [] }]);
    await clock.advance(1000);
  }
  expect(ledger.gateways()).toHaveLength(1);
  expect(ledger.gateways()[0]).toMatchObject({ epoch: 6, previous: [{ epoch: 4 }, { epoch: 9 }] });
  ledger.close();
});

test("a file that cannot be opened is named", () => {
  expect(() => openLedger({ file: "/dev/null/cloud.db", clock: virtualClock() })).toThrow(
    "/dev/null/cloud.db: cannot be used",
  );
});

describe("what a gateway says it holds", () => {
  test("is where the account begins: a first record that never arrives is missing, not unknown", () => {
    const { ledger } = open();
    ledger.holds(place, 1);
    expect(ledger.gateways()).toMatchObject([{ lowestSeen: 1, missing: 0, stored: 0 }]);
    ledger.arrived(place, 10);
    ledger.settle([{ ...place, stored: [[10, 10]], rejected: [] }]);
    expect(ledger.gateways()).toMatchObject([{ missing: 9, missingRanges: [[1, 9]] }]);
  });

  test("a cloud that begins anew does not miss what its gateways had confirmed before", () => {
    const { ledger } = open();
    ledger.holds(place, 5000);
    ledger.arrived(place, 5000);
    ledger.settle([{ ...place, stored: [[5000, 5000]], rejected: [] }]);
    expect(ledger.gateways()).toMatchObject([{ lowestSeen: 5000, stored: 1, missing: 0, gone: 0 }]);
  });

  test("what it holds no more and the store never got is gone, counted and named; the rest stays missing", () => {
    const { ledger, file, clock } = open();
    ledger.arrived(place, 1);
    ledger.arrived(place, 20);
    ledger.settle([
      {
        ...place,
        stored: [
          [1, 4],
          [20, 20],
        ],
        rejected: [{ offset: 6, reason: "never" }],
      },
    ]);
    ledger.holds(place, 10);
    const row = {
      stored: 5,
      rejected: 1,
      gone: 4,
      goneRanges: [
        [5, 5],
        [7, 9],
      ],
      missing: 10,
      missingRanges: [[10, 19]],
    };
    expect(ledger.gateways()).toMatchObject([row]);
    ledger.settle([{ ...place, stored: [[10, 10]], rejected: [] }]);
    ledger.close();
    expect(open(file, clock).ledger.gateways()).toMatchObject([
      { ...row, stored: 6, missing: 9, missingRanges: [[11, 19]] },
    ]);
  });

  test("a record that was taken for gone and comes all the same is stored, and gone no more", () => {
    const { ledger } = open();
    ledger.holds(place, 1);
    ledger.holds(place, 3);
    expect(ledger.gateways()).toMatchObject([{ gone: 2 }]);
    ledger.arrived(place, 2);
    ledger.settle([{ ...place, stored: [[2, 2]], rejected: [] }]);
    expect(ledger.gateways()).toMatchObject([{ gone: 1, stored: 1, missing: 0 }]);
  });
});

describe("a ledger that was brought back from a backup", () => {
  async function restored(storeKept: boolean) {
    const { ledger, clock, file } = open();
    ledger.holds(place, 1);
    for (const offset of [1, 2, 3]) ledger.arrived(place, offset);
    ledger.settle([{ ...place, stored: [[1, 3]], rejected: [] }]);
    ledger.close();
    markRestored(file, { at: clock.now(), restoredAt: clock.now() + 1000, storeKept });
    await clock.advance(1000);
    return open(file, clock);
  }

  test("names what had its receipt after the backup: lost with an embedded store, apart from what a gateway gives up", async () => {
    const { ledger } = await restored(false);
    ledger.holds(place, 10);
    ledger.arrived(place, 10);
    ledger.settle([{ ...place, stored: [[10, 10]], rejected: [] }]);
    ledger.holds(place, 12);
    const [row] = ledger.gateways();
    expect(row).toMatchObject({
      stored: 4,
      unbacked: 6,
      gone: 1,
      missing: 0,
      restored: { at: 1_000_000, storeKept: false },
    });
    expect(row?.goneRanges).toEqual([
      [4, 9],
      [11, 11],
    ]);
    expect(totalsOf(row!)).toMatchObject({ stored: 4, gone: 7 });
    ledger.close();
  });

  test("calls nothing lost when the readings are in a database that was not restored", async () => {
    const { ledger } = await restored(true);
    ledger.holds(place, 10);
    const [row] = ledger.gateways();
    expect(row).toMatchObject({ stored: 3, unbacked: 6, gone: 0, goneRanges: [], missing: 0 });
    expect(totalsOf(row!)).toMatchObject({ gone: 0 });
    ledger.close();
  });

  test("knows that a gateway that joined after the backup had receipts too, if it comes within a day", async () => {
    const { ledger, clock } = await restored(false);
    ledger.holds({ ...place, gateway: "gw-2" }, 50);
    expect(ledger.gateways()[1]).toMatchObject({ unbacked: 49, missing: 0 });
    await clock.advance(25 * 3_600_000);
    ledger.holds({ ...place, gateway: "gw-3" }, 50);
    expect(ledger.gateways()[2]).toMatchObject({ unbacked: 0, missing: 0, lowestSeen: 50 });
    ledger.close();
  });
});

test("totals are over all outboxes; what is missing of earlier ones is unaccounted for", async () => {
  const { ledger, clock } = open();
  for (const epoch of [9, 4]) {
    ledger.arrived({ ...place, epoch }, 1);
    ledger.arrived({ ...place, epoch }, 5);
    ledger.settle([{ ...place, epoch, stored: [[1, 1]], rejected: [{ offset: 5, reason: "never" }] }]);
    await clock.advance(1000);
  }
  expect(totalsOf(ledger.gateways()[0]!)).toEqual({ stored: 2, rejected: 2, gone: 0, unaccounted: 3, duplicates: 0 });
  ledger.close();
});
