import { expect, test } from "vitest";
import { calculate } from "./maths.ts";

test.each([
  ["$A + $B * 2", 8],
  ["($A + $B) * 2", 10],
  ["$A > 1 && $B > 5", 0],
  ["!($A > 1 && $B > 5)", 1],
  ["$A * ($B >= 3) + 60 * ($B < 3)", 2],
  ["$B < 1 || $A < 3", 1],
  ["-$A - -3", 1],
  ["$A / 0 > 1", 1],
  ["$N > 0", 0],
  ["$N < 0 || $A == 2", 1],
  ["0.5e-1 * 20", 1],
])("%s is %d", (expression, value) => {
  expect(calculate(expression, { A: 2, B: 3, N: Number.NaN })).toBe(value);
});

test.each(["$A +", "($A", "$A $B", "$Z", "$A # 2", ""])("%j is refused", (expression) => {
  expect(() => calculate(expression, { A: 2, B: 3 })).toThrow(SyntaxError);
});
