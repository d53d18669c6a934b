import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testProfile, wordPoints } from "../drivers/test-profile.ts";
import { isWorthReporting, type Reported } from "./report.ts";
import { createStamps } from "./stamps.ts";
import { createField, device } from "./test-field.ts";

const good = (value: number, due = 0): Reported => ({ due, value, quality: "good" });

describe("report by exception", () => {
  test.each([
    ["a first reading", undefined, undefined, good(1), true],
    ["any reading without a band", undefined, good(1), good(1, 1000), true],
    ["a move within the band", { absolute: 0.5 }, good(10), good(10.5, 1000), false],
    ["a move beyond the band", { absolute: 0.5 }, good(10), good(9.4, 1000), true],
    ["a move within the percentage", { percent: 10 }, good(-100), good(-91, 1000), false],
    ["a move beyond the percentage", { percent: 10 }, good(-100), good(-89, 1000), true],
    ["any move away from zero by percentage", { percent: 10 }, good(0), good(0.001, 1000), true],
    ["a heartbeat", { absolute: 5 }, good(10), good(10, 60_000), true],
    ["a change of quality", { absolute: 5 }, good(10), { ...good(10, 1000), quality: "uncertain" }, true],
    [
      "a point that stays bad",
      undefined,
      { ...good(0), value: null, quality: "bad" },
      { due: 1, value: null, quality: "bad" },
      false,
    ],
  ] as const)("%s", (_, band, last, now, expected) => {
    expect(isWorthReporting({ band, atLeastEveryMs: 60_000 }, last, now)).toBe(expected);
  });

  test("what is not reported is never further from the last report than the band, nor older than the heartbeat", () => {
    const moves = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { maxLength: 50 });
    fc.assert(
      fc.property(moves, fc.double({ min: 0.1, max: 20, noNaN: true }), (values, absolute) => {
        let last: Reported | undefined;
        for (const [i, value] of values.entries()) {
          const now = good(value, i * 1000);
          if (isWorthReporting({ band: { absolute }, atLeastEveryMs: 7000 }, last, now)) last = now;
          expect(Math.abs(value - last!.value!)).toBeLessThanOrEqual(absolute);
          expect(now.due - last!.due).toBeLessThan(7000);
        }
      }),
    );
  });

  test("samples of one cycle are emitted together, only those worth it, with the device's kind", async () => {
    const profile = testProfile(wordPoints(3, 0, { deadband: { absolute: 2 } }));
    const kinds: string[] = [];
    const { clock, emitted, slaves, polling } = createField([device("a", profile)], {
      emit: async (_, kind) => void kinds.push(kind),
    });
    await clock.advance(1500);
    slaves.get("line-1")![0]!.holding.set(1, 9);
    await clock.advance(1000);
    expect(emitted.map(({ samples }) => samples.map(({ metric, value }) => [metric, value]))).toEqual([
      [
        ["voltage/1", 0],
        ["voltage/2", 1],
        ["voltage/3", 2],
      ],
      [["voltage/2", 9]],
    ]);
    expect(kinds).toEqual(["power-meter", "power-meter"]);
    await polling.stop();
  });

  test("a heartbeat comes on time, not a cycle late", async () => {
    const profile = testProfile(wordPoints(1, 0, { deadband: { absolute: 2 }, at_least_every: "5s" }));
    const { clock, emitted, polling } = createField([device("a", profile)], { delayMs: 7 });
    await clock.advance(16_000);
    expect(emitted.map(({ at }) => at)).toEqual([7, 5007, 10_007, 15_007]);
    await polling.stop();
  });

  test("what could not be emitted is emitted with the next cycle, and the operator is told once", async () => {
    let failures = 3;
    const profile = testProfile(wordPoints(1, 0, { deadband: { absolute: 2 } }));
    const { clock, emitted, events, polling } = createField([device("a", profile)], {
      emit: async () => {
        if (failures-- > 0) throw new Error("the outbox is full");
      },
    });
    await clock.advance(4500);
    expect(emitted.map(({ at }) => at)).toEqual([20, 1020, 2020, 3020]);
    expect(events.filter(({ event }) => event === "not-emitted")).toEqual([
      { event: "not-emitted", device: "a", why: "the outbox is full" },
    ]);
    await polling.stop();
  });

  test("one register that the device does not have is bad alone, and is named", async () => {
    const { clock, emitted, events, slaves, polling } = createField([device("a", testProfile(wordPoints(5)))]);
    slaves.get("line-1")![0]!.holding.delete(2);
    await clock.advance(3500);
    for (const { samples } of emitted)
      expect(samples.filter(({ quality }) => quality === "good").map(({ value }) => value)).toEqual([0, 1, 3, 4]);
    expect(emitted[0]!.samples[2]).toMatchObject({ metric: "voltage/3", value: null, quality: "bad" });
    expect(events).toContainEqual({ event: "unsupported", device: "a", metrics: ["voltage/3"] });
    expect(polling.status().devices[0]).toMatchObject({ unsupported: ["voltage/3"], state: "up" });
    await polling.stop();
  });

  test("while the clock is not known to be right no sample is better than uncertain", async () => {
    let synchronised = false;
    const { clock, emitted, polling } = createField([device("a", testProfile(wordPoints(1)))], {
      timeQuality: () => (synchronised ? "good" : "uncertain"),
    });
    await clock.advance(500);
    synchronised = true;
    await clock.advance(1000);
    expect(emitted.map(({ samples }) => samples[0]!.quality)).toEqual(["uncertain", "good"]);
    await polling.stop();
  });
});

describe("timestamps", () => {
  test("are when the reply arrived, not when it was asked for", async () => {
    const { clock, emitted, polling } = createField([device("a", testProfile(wordPoints(1)))], { delayMs: 250 });
    const started = clock.now();
    await clock.advance(900);
    expect(emitted[0]!.samples[0]!.at).toBe(started + 250);
    await polling.stop();
  });

  test("of one metric strictly grow while the clock is set back by less than a minute at a time", () => {
    const steps = fc.array(fc.integer({ min: -20_000, max: 20_000 }), { maxLength: 40 });
    fc.assert(
      fc.property(steps, (steps) => {
        const stamps = createStamps();
        let [now, highest, last] = [1e12, 1e12, 0];
        for (const step of steps) {
          now = Math.max(now + step, highest - 50_000);
          highest = Math.max(highest, now);
          const stamped = stamps.stamp("ph", now);
          expect(stamped).toBeGreaterThan(last);
          last = stamped;
        }
      }),
    );
  });

  test("follow a clock that was years ahead and is set right", () => {
    const stamps = createStamps();
    stamps.stamp("ph", 1_900_000_000_000);
    expect(stamps.stamp("ph", 1_700_000_000_000)).toBe(1_700_000_000_000);
  });
});
