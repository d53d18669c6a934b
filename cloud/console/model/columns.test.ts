import { describe, expect, test } from "vitest";
import type { SeriesBucket } from "../../api/answers.ts";
import { columnsOf } from "./columns.ts";

const bucket = (at: number, mean: number | null, more: Partial<SeriesBucket> = {}): SeriesBucket => ({
  at,
  mean,
  min: mean,
  max: mean,
  last: mean,
  count: mean === null ? 0 : 1,
  uncertain: 0,
  bad: mean === null ? 1 : 0,
  ...more,
});
const window = { from: 0, to: 100_000, everyMs: 10_000, gapMs: 30_000 };
const full = [0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000, 70_000, 80_000, 90_000];

describe("a series as a chart draws it", () => {
  test("an instrument that reports by exception leaves no gap until it should have reported", () => {
    const columns = columnsOf(
      [0, 30_000, 60_000, 90_000].map((at) => bucket(at, 1)),
      window,
      "mean",
    );
    expect(columns.gaps).toEqual([]);
    expect(columns.middle).toEqual([1, 1, 1, 1]);
  });

  test("a longer silence breaks the line and is named", () => {
    const columns = columnsOf(
      full.filter((at) => at < 30_000 || at > 70_000).map((at) => bucket(at, 1)),
      window,
      "mean",
    );
    expect(columns.gaps).toEqual([[30, 80]]);
    expect(columns.middle).toEqual([1, 1, 1, null, 1, 1]);
    expect(columns.at).toEqual([0, 10, 20, 55, 80, 90]);
  });

  test("silence before the first and after the last reading is a gap too", () => {
    const columns = columnsOf([bucket(50_000, 1)], window, "mean");
    expect(columns.gaps).toEqual([
      [0, 50],
      [60, 100],
    ]);
  });

  test("a range without a single reading is one gap", () => {
    expect(columnsOf([], window, "mean")).toEqual({
      at: [],
      middle: [],
      min: [],
      max: [],
      gaps: [[0, 100]],
      bad: [],
      uncertain: [],
    });
  });

  test("bad windows break the line and are marked, uncertain ones are drawn and marked", () => {
    const columns = columnsOf(
      [bucket(0, 1), bucket(10_000, null), bucket(20_000, 2, { uncertain: 1 })],
      { ...window, to: 30_000 },
      "mean",
    );
    expect(columns.middle).toEqual([1, null, 2]);
    expect(columns.bad).toEqual([15]);
    expect(columns.uncertain).toEqual([25]);
  });

  test("a state is drawn as it last was, not as a mean that it never had", () => {
    expect(columnsOf([bucket(0, 0.5, { last: 1 })], window, "last").middle[0]).toBe(1);
  });
});
