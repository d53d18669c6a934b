import fc from "fast-check";
import { expect, test } from "vitest";
import { addRange, countOffsets, hasOffset, missingBelow, type OffsetRange, type OffsetSet } from "./ranges.ts";

const range = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 9 }))
  .map(([first, length]): OffsetRange => [first, first + length]);
const span = fc.tuple(fc.integer({ min: 0, max: 70 }), fc.integer({ min: 0, max: 70 }));
const members = (set: OffsetSet) =>
  set.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));

test("a set built from any ranges, in any order, holds exactly their integers, in ranges that do not touch", () => {
  fc.assert(
    fc.property(fc.array(range), (ranges) => {
      const set = ranges.reduce<OffsetSet>((set, range) => addRange(set, range), []);
      const plain = new Set(members(ranges));
      expect(members(set)).toEqual([...plain].sort((a, b) => a - b));
      expect(countOffsets(set)).toBe(plain.size);
      for (let n = -1; n <= 71; n++) expect(hasOffset(set, n)).toBe(plain.has(n));
      for (const [i, [first]] of set.entries()) if (i > 0) expect(first).toBeGreaterThan(set[i - 1]![1] + 1);
    }),
  );
});

test("what is missing and what is there make up the span", () => {
  fc.assert(
    fc.property(fc.array(range), span, (ranges, [first, last]) => {
      const set = ranges.reduce<OffsetSet>((set, range) => addRange(set, range), []);
      const wanted = members([[first, last]]).filter((n) => !hasOffset(set, n));
      expect(members(missingBelow(set, first, last))).toEqual(wanted);
    }),
  );
});

test("a set is not changed by adding to it", () => {
  const set: OffsetSet = [[1, 2]];
  expect(addRange(set, [3, 4])).toEqual([[1, 4]]);
  expect(set).toEqual([[1, 2]]);
});

test("a range that ends before it begins adds nothing", () => {
  expect(addRange([[1, 2]], [9, 8])).toEqual([[1, 2]]);
});
