import fc from "fast-check";
import { expect, test } from "vitest";
import type { OffsetRange } from "./ranges.ts";
import { formatReceipt, formatRejection, parseReceipt, parseRejection } from "./receipt.ts";

const offset = fc.maxSafeNat();
const range = fc.tuple(offset, offset).map(([a, b]): OffsetRange => [Math.min(a, b), Math.max(a, b)]);

test("any receipt that we write reads back", () => {
  fc.assert(
    fc.property(offset, fc.array(range, { minLength: 1 }), (epoch, ranges) => {
      expect(parseReceipt(formatReceipt(epoch, ranges))).toEqual({ epoch, ranges });
    }),
  );
});

test("any rejection that we write reads back, whatever its reason says", () => {
  fc.assert(
    fc.property(offset, offset, fc.string({ unit: "binary", minLength: 1 }), (epoch, offset, reason) => {
      expect(parseRejection(formatRejection(epoch, offset, reason))).toEqual({ epoch, offset, reason });
    }),
  );
});

test("no text makes a parser throw", () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[0-9 -]*$/));
  fc.assert(
    fc.property(text, (text) => void [parseReceipt(text), parseRejection(text)]),
    { numRuns: 1000 },
  );
});

test("the receipt of the design reads as it is meant", () => {
  expect(parseReceipt("7 120-164 170")).toEqual({
    epoch: 7,
    ranges: [
      [120, 164],
      [170, 170],
    ],
  });
  expect(
    formatReceipt(7, [
      [120, 164],
      [170, 170],
    ]),
  ).toBe("7 120-164 170");
});

test.each([
  "",
  "7",
  "7 ",
  "7  1",
  "7 1-",
  "7 -1",
  "7 5-4",
  "7 1-2-3",
  "7 01",
  "7 1.5",
  "7 1e3",
  "x 1",
  "7 9007199254740992",
])("%j is no receipt, and the error says what one looks like", (text) => {
  expect(parseReceipt(text)).toEqual({ error: expect.stringMatching(/^".*" is not a .*receipt: expected "/) });
});

test.each(["", "7", "7 1", "7 1 ", "a 1 b", "7 1-2 no"])("%j is no rejection", (text) => {
  expect(parseRejection(text)).toEqual({ error: expect.stringContaining('expected "<epoch> 165 <reason>"') });
});

test("a receipt for nothing, or for no offset, is not written", () => {
  expect(() => formatReceipt(7, [])).toThrow(RangeError);
  expect(() => formatReceipt(7, [[2, 1]])).toThrow(RangeError);
  expect(() => formatReceipt(0.5, [[1, 1]])).toThrow(RangeError);
  expect(() => formatRejection(7, -1, "x")).toThrow(RangeError);
});
