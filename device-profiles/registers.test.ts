import fc from "fast-check";
import { expect, test } from "vitest";
import { formatRegister } from "./place.ts";
import { bytesAt, parseRegisters } from "./registers.ts";

test("the words of every table stand at their registers", () => {
  const image = parseRegisters("holding 0000: 43 66 33 33 | input 0x0034: 41C80000\ncoil 0010: 1 0 1 | discrete 2: 01");
  expect([...image.holding]).toEqual([
    [0, 0x4366],
    [1, 0x3333],
  ]);
  expect([...image.input]).toEqual([
    [0x34, 0x41c8],
    [0x35, 0],
  ]);
  expect([...image.coil]).toEqual([
    [16, 1],
    [17, 0],
    [18, 1],
  ]);
  expect([...image.discrete]).toEqual([
    [2, 0],
    [3, 1],
  ]);
});

test.each([
  ["holding 0000 43 66", "write table, first register in hex, colon, bytes"],
  ["holdin 0000: 43 66", 'no table "holdin"; use coil, discrete, input, holding'],
  ["holding 0000: 43 6", "pairs of hex digits"],
  ["holding 0000: 43 66 33", "3 bytes; a register has two"],
  ["holding 0000:", "holds nothing"],
  ["holding FFFF: 43 66 33 33", "runs past register FFFF"],
  ["holding 0000: 43 66 33 33 | holding 0001: 00 00", "holding 0001 is given twice"],
  ["coil 0000: 1 2", "a bit is 0 or 1"],
])("%s is refused: %s", (text, what) => {
  expect(() => parseRegisters(text)).toThrow(what);
});

test("any words that are written down are read back", () => {
  const words = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff - 20 }), words, (first, words) => {
      const bytes = words.map((word) => formatRegister(word).replace(/../g, "$& ").trim()).join(" ");
      const image = parseRegisters(`input ${formatRegister(first)}: ${bytes}`);
      expect([...image.input.values()]).toEqual(words);
      expect(bytesAt(image.input, first, words.length)).toHaveLength(words.length * 2);
      expect(bytesAt(image.input, first, words.length + 1)).toBeUndefined();
    }),
  );
});

test("no text makes it throw anything but a RangeError", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        parseRegisters(text);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
  );
});
