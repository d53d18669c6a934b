import { stateCode, type UpdateState } from "@weir/wire/firmware/update-state.ts";
import { describe, expect, test } from "vitest";
import { accountOf, claimsOf, type Story } from "./account.ts";
import { accountTable, timeline } from "./show.ts";

const stored = (at: number, value: number, quality = "good") => ({ at, value, quality });

/** Read each second for a minute, but from `from` to `to`; updated meanwhile. */
function story(id: string, [from, to]: readonly [number, number], changes: Partial<Story> = {}): Story {
  const seconds = Array.from({ length: 60 }, (_, n) => n).filter((n) => n <= from || n >= to);
  const states: readonly UpdateState[] = ["accepted", "accepted", "staged", "activated", "trial", "confirmed"];
  const step = (to - from - 1) / states.length;
  return {
    ...{ id, by: "cloud", before: "1.1.0", after: "1.2.0" },
    levels: seconds.map((n) => stored(n * 1000, n)),
    states: states.map((state, n) => stored((from + (n + 1) * step) * 1000, stateCode(state))),
    progress: [stored((from + step) * 1000, 0)],
    ...changes,
  };
}
const back = (span: readonly [number, number]) => {
  const { states, ...rest } = story("b", span);
  const ended = states.map((each, n) =>
    n === states.length - 1 ? { ...each, value: stateCode("rolled-back") } : each,
  );
  return { ...rest, after: "1.1.0", states: ended.filter(({ value }) => value !== stateCode("trial")) };
};
const good = [story("a", [5, 12]), back([15, 30]), story("c", [32, 40])];
const judge = (stories: readonly Story[], missing = 0) =>
  claimsOf(stories.map(accountOf), { hanging: "b", version: "1.2.0", missing }).map(({ holds }) => holds);

describe("the account of the firmware demonstration", () => {
  test("tells each node's states, its usual period, its one gap, and the longest pause besides", () => {
    const [a, b] = good.map(accountOf);
    expect(a).toMatchObject({ usualMs: 1000, ownMs: 7000, otherMs: 1000, gaps: [{ from: 5000, to: 12_000 }] });
    expect(b!.states).toEqual(["accepted", "staged", "activated", "rolled-back"]);
    expect(judge(good)).toEqual([true, true, true, true, true, true]);
  });

  test("bad values are no readings", () => {
    const levels = Array.from({ length: 20 }, (_, n) => stored(n * 1000, 1, n > 4 && n < 9 ? "bad" : "good"));
    expect(accountOf(story("a", [0, 1], { levels })).gaps).toEqual([{ from: 4000, to: 9000 }]);
  });

  test.each<[string, number, readonly Story[], number]>([
    ["a good node that does not run the new version", 0, [{ ...good[0]!, after: "1.1.0" }, good[1]!, good[2]!], 0],
    ["a node that ran it before", 0, [{ ...good[0]!, before: "1.2.0" }, good[1]!, good[2]!], 0],
    ["a hanging node that keeps the new version", 1, [good[0]!, { ...good[1]!, after: "1.2.0" }, good[2]!], 0],
    ["two updates at a time", 2, [good[0]!, back([15, 36]), good[2]!], 0],
    [
      "a second gap",
      3,
      [{ ...good[0]!, levels: good[0]!.levels.filter(({ at }) => at < 50_000 || at > 55_000) }, good[1]!, good[2]!],
      0,
    ],
    [
      "a neighbour's gap",
      4,
      [{ ...good[0]!, levels: good[0]!.levels.filter(({ at }) => at < 16_000 || at > 20_000) }, good[1]!, good[2]!],
      0,
    ],
    ["a record that is missing", 5, good, 1],
  ])("%s is seen", (_, claim, stories, missing) => {
    expect(judge(stories, missing)[claim]).toBe(false);
  });

  test("is drawn as a table and as a line of time", () => {
    const accounts = good.map(accountOf);
    expect(accountTable(accounts).split("\n")[2]).toMatch(
      /^b +cloud +1\.1\.0 +1\.1\.0 +accepted, staged, activated, rolled-back +1\.0 s +15\.0 s +1\.0 s$/,
    );
    const lines = timeline(accounts, { from: 0, to: 20_000 }).split("\n");
    expect(lines.slice(0, 3)).toEqual([
      "a  █████·······████████",
      "b  ███████████████·····",
      "c  ████████████████████",
    ]);
  });
});
