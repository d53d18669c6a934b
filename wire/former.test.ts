import fc from "fast-check";
import { expect, test } from "vitest";
import { type Former, formatFormers, parseFormers } from "./former.ts";
import { addRange, countOffsets, type OffsetSet } from "./ranges.ts";

const offset = fc.maxSafeNat();
const set = fc
  .array(fc.tuple(fc.nat(10_000), fc.nat(50)), { maxLength: 30 })
  .map((spans) => spans.reduce<OffsetSet>((all, [from, length]) => addRange(all, [from, from + length]), []));
const former = fc
  .tuple(offset, offset, offset, set)
  .map(([epoch, a, b, carried]): Former => ({ epoch, first: Math.min(a, b), next: Math.max(a, b), carried }));

test("whatever is said of former outboxes reads back", () => {
  fc.assert(
    fc.property(fc.array(former, { maxLength: 4 }), (formers) => {
      expect(parseFormers(formatFormers(formers))).toEqual(formers);
    }),
  );
});

test("no text makes the parser throw", () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[0-9 ;-]*$/));
  fc.assert(
    fc.property(text, (text) => void parseFormers(text)),
    { numRuns: 1000 },
  );
});

test("what does not fit a birth is left out of what was carried over, the smallest first: a loss is never said too small", () => {
  const carried: OffsetSet = Array.from({ length: 5000 }, (_, n) => [20 * n, 20 * n + (n % 10)] as const);
  const read = parseFormers(formatFormers([{ epoch: 7, first: 1, next: 200_000, carried }]));
  const [told] = read as readonly Former[];
  expect(told!.carried).toHaveLength(1000);
  const known = new Set(carried.map(String));
  expect(told!.carried.filter((range) => !known.has(String(range)))).toEqual([]);
  expect(Math.min(...told!.carried.map((range) => countOffsets([range])))).toBe(9);
});

test("the form of the design reads as it is meant", () => {
  expect(parseFormers("5 1-200 120-164 170; 9 40-44")).toEqual([
    {
      epoch: 5,
      first: 1,
      next: 200,
      carried: [
        [120, 164],
        [170, 170],
      ],
    },
    { epoch: 9, first: 40, next: 44, carried: [] },
  ]);
  expect(parseFormers("")).toEqual([]);
});

test.each(["5", "5 1", "5 9-1", "5 1-9 x", "5 1-9;6 1-2", "-5 1-9", "5 1-9 3-2"])(
  "%j is refused, and said how it should look",
  (text) => {
    expect(parseFormers(text)).toEqual({ error: expect.stringMatching(/expected "/) });
  },
);
