import fc from "fast-check";
import { expect, test } from "vitest";
import { formatAge } from "./age.ts";

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];

test.each([
  [0, "0 s", "0 秒"],
  [4 * second + 900, "4 s", "4 秒"],
  [59 * second, "59 s", "59 秒"],
  [3 * minute, "3 min", "3 分钟"],
  [2 * hour, "2 h", "2 小时"],
  [2 * hour + 5 * minute, "2 h 5 min", "2 小时 5 分"],
  [26 * hour + 5 * minute, "26 h", "26 小时"],
  [3 * day + 4 * hour, "3 d 4 h", "3 天 4 小时"],
  [12 * day + 4 * hour, "12 d", "12 天"],
])("%i ms is %s and %s", (ms, en, zh) => {
  expect(formatAge(ms, "en")).toBe(en);
  expect(formatAge(ms, "zh")).toBe(zh);
});

test("a reading from a clock that runs ahead is 0 s old, never of a negative age", () => {
  expect(formatAge(-5000, "en")).toBe("0 s");
});

test("an older reading never looks younger", () => {
  const scale = { s: 1, min: 60, h: 3600, d: 86_400 } as const;
  const secondsOf = (text: string) =>
    [...text.matchAll(/(\d+) (s|min|h|d)/g)].reduce((sum, [, n, unit]) => sum + Number(n) * scale[unit as "s"], 0);
  fc.assert(
    fc.property(fc.nat(20 * day), fc.nat(20 * day), (a, b) => {
      const [younger, older] = [Math.min(a, b), Math.max(a, b)];
      expect(secondsOf(formatAge(younger, "en"))).toBeLessThanOrEqual(secondsOf(formatAge(older, "en")));
    }),
  );
});
