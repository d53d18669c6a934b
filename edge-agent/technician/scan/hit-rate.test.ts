import { loadProfiles } from "@weir/device-profiles/load.ts";
import { describe, expect, test } from "vitest";
import { hitsOf } from "./hit-rate.ts";

const profiles = [...loadProfiles().values()].filter(({ protocol }) => protocol === "modbus");

describe("an instrument that holds the registers of a profile and says nothing of itself", () => {
  const hits = hitsOf(profiles, "strict");

  test.each(hits)("$id is named, alone or among those that cannot be told apart", ({ isRight, ties }) => {
    expect(isRight, ties.join()).toBe(true);
  });

  test("is named alone in seven of ten profiles; the others are the same registers by another name", () => {
    const alone = hits.filter(({ ties }) => ties.length === 1);
    expect(alone.length / hits.length).toBeGreaterThan(0.7);
    expect(Math.max(...hits.map(({ ties }) => ties.length))).toBeLessThanOrEqual(4);
  });
});

test("an instrument that answers 0 for every register it does not have is still named", () => {
  const missed = hitsOf(profiles, "lenient").filter(({ isRight }) => !isRight);
  expect(missed.map(({ id, ties }) => `${id} as ${ties.join()}`)).toEqual([]);
});
