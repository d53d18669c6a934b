import type { Sample } from "@weir/wire/sample.ts";
import { expect, test } from "vitest";
import { createUrgency } from "./urgent.ts";

const sample = (metric: string, value: number | null): Sample => {
  return { metric, at: 0, value, quality: value === null ? "bad" : "good" };
};

test("a record is urgent when an alarm comes and when it goes, not while it stands", () => {
  const isUrgent = createUrgency();
  const told = [0, 0, 1, 1, 1, 0, 0].map((value) =>
    isUrgent("lel", [sample("gas", 3), sample("gas_alarm_low/a", value)]),
  );
  expect(told).toEqual([false, false, true, false, false, true, false]);
});

test("devices are apart, a bad value is no event, and a reading never is", () => {
  const isUrgent = createUrgency();
  expect(isUrgent("a", [sample("manhole_cover_state", 1)])).toBe(true);
  expect(isUrgent("b", [sample("manhole_cover_state", 1)])).toBe(true);
  expect(isUrgent("a", [sample("manhole_cover_state", null)])).toBe(false);
  expect(isUrgent("a", [sample("manhole_cover_state", 1)])).toBe(false);
  expect(isUrgent("a", [sample("ph", 4), sample("wind_sector", 7)])).toBe(false);
});
