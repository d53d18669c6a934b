import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LedgerEpoch } from "../../api/answers.ts";
import { deliveredShare, deliveryOf, stretchesOf } from "./ledger.ts";

const epoch: LedgerEpoch = {
  epoch: 1,
  seen: 100,
  stored: 100,
  rejected: 0,
  duplicates: 0,
  gone: 0,
  goneRanges: [],
  missing: 0,
  oldestMissingAgeMs: 0,
  lastReceiptAt: null,
  lowestSeen: 1,
  highestSeen: 100,
  storedRanges: [[1, 100]],
  missingRanges: [],
  missingTimes: [],
  carried: 0,
  unbacked: 0,
  restored: null,
  outboxes: 1,
  rejections: [],
  firstSeenAt: 0,
};

describe("what a gateway's delivery is called", () => {
  test.each([
    [0, true, "stored"],
    [0, false, "until"],
    [3, true, "underway"],
    [3, false, "waiting"],
  ] as const)("%i missing, online %s: %s", (missing, online, delivery) => {
    expect(deliveryOf({ missing, gone: 0, unbacked: 0, restored: null }, online)).toBe(delivery);
  });

  test("what a gateway gave up is lost, and is said first", () => {
    expect(deliveryOf({ missing: 3, gone: 1, unbacked: 0, restored: null }, true)).toBe("lost");
    const stretches = stretchesOf({
      ...epoch,
      stored: 90,
      gone: 10,
      goneRanges: [[11, 20]],
      storedRanges: [
        [1, 10],
        [21, 100],
      ],
    });
    expect(stretches.map(({ kind, first, last }) => [kind, first, last])).toEqual([
      ["stored", 1, 10],
      ["gone", 11, 20],
      ["stored", 21, 100],
    ]);
  });

  test("what was confirmed after the backup is lost with an embedded store, and not with a database that was kept", () => {
    const restored = { at: 0, storeKept: false };
    expect(deliveryOf({ missing: 0, gone: 0, unbacked: 5, restored }, true)).toBe("lost");
    expect(deliveryOf({ missing: 0, gone: 0, unbacked: 5, restored: { ...restored, storeKept: true } }, true)).toBe(
      "stored",
    );
  });

  test("without a ledger nobody says that nothing is missing", () => {
    expect(deliveryOf(null, true)).toBe("none");
  });

  test("one missing record of a million is not shown as all", () => {
    expect(deliveredShare({ seen: 1_000_000, missing: 1 })).toBeLessThan(1);
    expect(deliveredShare({ seen: 1_000_000, missing: 0 })).toBe(1);
    expect(deliveredShare({ seen: 0, missing: 0 })).toBe(1);
  });
});

describe("the picture of record numbers", () => {
  test("shows stored, missing and rejected where they are", () => {
    const rejections = [{ offset: 50, reason: "type", at: 0 }];
    const some = {
      ...epoch,
      missing: 4,
      rejected: 1,
      rejections,
      missingRanges: [
        [10, 12],
        [70, 70],
      ] as [number, number][],
    };
    expect(stretchesOf(some)).toEqual([
      { kind: "stored", first: 1, last: 9 },
      { kind: "missing", first: 10, last: 12 },
      { kind: "stored", first: 13, last: 49 },
      { kind: "rejected", first: 50, last: 50 },
      { kind: "stored", first: 51, last: 69 },
      { kind: "missing", first: 70, last: 70 },
      { kind: "stored", first: 71, last: 100 },
    ]);
  });

  test("says partly stored where more is missing than the ledger names", () => {
    const many = {
      ...epoch,
      missing: 30,
      missingRanges: [[5, 9]] as [number, number][],
      storedRanges: [
        [80, 89],
        [91, 100],
      ] as [number, number][],
    };
    expect(stretchesOf(many)).toEqual([
      { kind: "stored", first: 1, last: 4 },
      { kind: "missing", first: 5, last: 9 },
      { kind: "mixed", first: 10, last: 79 },
      { kind: "stored", first: 80, last: 89 },
      { kind: "missing", first: 90, last: 90 },
      { kind: "stored", first: 91, last: 100 },
    ]);
  });

  test("covers every number exactly once and calls each what it is, or mixed", () => {
    const fates = fc.array(fc.constantFrom("stored", "missing", "rejected"), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(fates, fc.integer({ min: 1, max: 5 }), (kinds, named) => {
        const rangesOf = (kind: string) => {
          const ranges: [number, number][] = [];
          kinds.forEach((each, offset) => {
            if (each !== kind) return;
            const last = ranges.at(-1);
            if (last && last[1] === offset - 1) last[1] = offset;
            else ranges.push([offset, offset]);
          });
          return ranges;
        };
        const rejected = kinds.flatMap((kind, offset) => (kind === "rejected" ? [offset] : []));
        const stretches = stretchesOf({
          ...epoch,
          lowestSeen: 0,
          highestSeen: kinds.length - 1,
          missing: kinds.filter((kind) => kind === "missing").length,
          missingRanges: rangesOf("missing").slice(0, named),
          storedRanges: rangesOf("stored").slice(-named),
          rejections: rejected.map((offset) => ({ offset, reason: "", at: 0 })),
        });
        expect(stretches.map(({ first }) => first)).toEqual([0, ...stretches.slice(0, -1).map(({ last }) => last + 1)]);
        expect(stretches.at(-1)?.last).toBe(kinds.length - 1);
        for (const { kind, first, last } of stretches)
          if (kind !== "mixed") expect(new Set(kinds.slice(first, last + 1))).toEqual(new Set([kind]));
      }),
    );
  });
});
