import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pointAt } from "../store/contract.ts";
import { sourcesOf, tierFor } from "./read.ts";
import { hour, never, rollUpTestbed, t0 } from "./testbed.ts";

const minute = 60_000;

describe("where a series is read", () => {
  test.each([
    [60_000, 0, undefined],
    [300_000, 0, "5m"],
    [900_000, 0, "5m"],
    [hour, 0, "1h"],
    [24 * hour, 8 * hour, "1h"],
    [24 * hour, 5.5 * hour, "5m"],
    [400_000, 0, undefined],
  ])("windows of %i ms with days at %i come from %s", (everyMs, utcOffsetMs, tier) => {
    expect(tierFor({ everyMs, utcOffsetMs })).toBe(tier);
  });

  test("ragged ends and windows that are behind come from the readings", () => {
    const behind = [
      { from: 2 * hour, to: 3 * hour },
      { from: 5 * hour, to: 7 * hour },
    ];
    expect(sourcesOf({ from: minute, to: 6 * hour + minute }, "1h", behind)).toEqual([
      { tier: "raw", from: minute, to: hour },
      { tier: "1h", from: hour, to: 2 * hour },
      { tier: "raw", from: 2 * hour, to: 3 * hour },
      { tier: "1h", from: 3 * hour, to: 5 * hour },
      { tier: "raw", from: 5 * hour, to: 6 * hour + minute },
    ]);
  });

  test("a range shorter than a window comes from the readings", () => {
    expect(sourcesOf({ from: minute, to: 2 * minute }, "1h", [])).toEqual([
      { tier: "raw", from: minute, to: 2 * minute },
    ]);
  });

  test("pieces cover any range without overlap, in few pieces, and never take from a tier what is behind", () => {
    const range = fc
      .tuple(fc.nat(100 * hour), fc.nat(100 * hour))
      .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) + 1 }));
    const hours = fc
      .uniqueArray(fc.nat(100), { maxLength: 60 })
      .map((some) => some.sort((a, b) => a - b).map((n) => ({ from: n * hour, to: (n + 1) * hour })));
    fc.assert(
      fc.property(range, hours, (range, behind) => {
        const sources = sourcesOf(range, "1h", behind);
        expect(sources.length).toBeLessThanOrEqual(27);
        let at = range.from;
        for (const { from, to, tier } of sources) {
          expect(from).toBe(at);
          expect(to).toBeGreaterThan(from);
          at = to;
          if (tier === "raw") continue;
          expect([from % hour, to % hour]).toEqual([0, 0]);
          expect(behind.filter((hole) => hole.from < to && hole.to > from)).toEqual([]);
        }
        expect(at).toBe(range.to);
      }),
    );
  });

  test("the answer is that of the readings, whatever has been rolled up", async () => {
    const at = rollUpTestbed();
    const { store, read } = at.start();
    const points = Array.from({ length: 400 }, (_, n) => pointAt(t0 + n * minute, n % 17));
    await store.write(points, never);
    const query = { site: "east", device: "sonde-1", metric: "ph", from: t0 + 7 * minute, to: t0 + 380 * minute };
    for (const hours of [0, 1, 2, 3, 3]) {
      await at.clock.advance(hours * hour);
      for (const everyMs of [minute, 15 * minute, hour, 2 * hour]) {
        const { buckets } = await read({ ...query, everyMs }, never);
        const wanted = await store.series({ ...query, everyMs }, never);
        expect(buckets.map(({ mean, ...rest }) => ({ ...rest, mean: mean?.toFixed(9) }))).toEqual(
          wanted.map(({ mean, ...rest }) => ({ ...rest, mean: mean?.toFixed(9) })),
        );
      }
    }
    expect((await read({ ...query, everyMs: hour }, never)).sources.map(({ tier }) => tier)).toEqual([
      "raw",
      "1h",
      "raw",
    ]);
  });

  test("a range that begins before what is kept of the readings is widened to whole windows", async () => {
    const at = rollUpTestbed({ keepMs: 24 * hour });
    const { store, read } = at.start();
    await store.write([pointAt(t0 - 20 * hour, 7)], never);
    await at.clock.advance(10 * hour);
    const asked = { site: "east", device: "sonde-1", metric: "ph", from: t0 - 20 * hour + minute, to: t0 };
    expect((await read({ ...asked, everyMs: hour }, never)).buckets).toHaveLength(1);
  });
});
