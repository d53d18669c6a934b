import fc from "fast-check";
import { expect, test } from "vitest";
import { mostBuckets, parseDuration, parseMoment, windowFor } from "./moment.ts";

const now = Date.UTC(2026, 4, 1, 8);

test.each([
  ["now", now],
  ["-1h", now - 3_600_000],
  ["-1.5m", now - 90_000],
  ["-7d", now - 604_800_000],
  [String(now), now],
  ["2026-05-01", Date.UTC(2026, 4, 1)],
  ["2026-05-01T08:00Z", now],
  ["2026-05-01T16:00:00.5+08:00", now + 500],
  ["2026-05-01T16:00:00+0800", now],
  ["2026-05-01T16:00:00 08:00", now],
])("%s is a moment", (text, at) => {
  expect(parseMoment(text, now)).toBe(at);
});

test.each([
  "",
  "yesterday",
  "1h",
  "-1y",
  "2026-05-01T08:00:00",
  "2026-02-30",
  "2026-13-01",
  "12",
  "-",
  "2026-05-01T25:00Z",
])("%j is no moment", (text) => {
  expect(parseMoment(text, now)).toBe(undefined);
});

test("any moment written as ISO 8601 or as epoch ms reads back as itself", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1_000_000_000_000, max: 4_000_000_000_000 }), (at) => {
      expect(parseMoment(new Date(at).toISOString(), now)).toBe(at);
      expect(parseMoment(String(at), now)).toBe(at);
    }),
  );
});

test("no text makes parseMoment or parseDuration throw", () => {
  fc.assert(fc.property(fc.string(), (text) => void [parseMoment(text, now), parseDuration(text)]));
});

test("the automatic window cuts any range up to ten years into few enough pieces, and never into shorter ones than 1 s", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 315_360_000_000 }), (rangeMs) => {
      const everyMs = windowFor(rangeMs);
      expect(everyMs).toBeGreaterThanOrEqual(1000);
      expect(rangeMs / everyMs).toBeLessThanOrEqual(Math.min(360, mostBuckets));
    }),
  );
});
