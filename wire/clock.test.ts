import { expect, test } from "vitest";
import { systemClock, virtualClock } from "./clock.ts";

const never = new AbortController().signal;

test("sleepers wake in the order they are due, each at its own time, and run before the next one wakes", async () => {
  const clock = virtualClock(1000);
  const woken: string[] = [];
  const sleeper = async (name: string, ms: number) => {
    await clock.sleep(ms, never);
    woken.push(`${name} ${clock.now()} ${clock.monotonic()}`);
  };
  const all = Promise.all([sleeper("late", 30), sleeper("first", 10), sleeper("second", 10)]);
  await clock.advance(100);
  await all;
  expect(woken).toEqual(["first 1010 10", "second 1010 10", "late 1030 30"]);
  expect(clock.now()).toBe(1100);
});

test("a loop that sleeps again within one advance is woken again", async () => {
  const clock = virtualClock();
  const stop = new AbortController();
  const ticks: number[] = [];
  const loop = (async () => {
    while (!stop.signal.aborted) {
      await clock.sleep(10, stop.signal);
      if (!stop.signal.aborted) ticks.push(clock.now());
    }
  })();
  await clock.advance(35);
  stop.abort();
  await loop;
  expect(ticks).toEqual([10, 20, 30]);
});

test("setting the wall clock moves neither monotonic time nor sleepers", async () => {
  const clock = virtualClock();
  let woken = false;
  const sleeping = clock.sleep(50, never).then(() => {
    woken = true;
  });
  clock.setNow(1_790_000_000_000);
  expect([clock.now(), clock.monotonic()]).toEqual([1_790_000_000_000, 0]);
  await clock.advance(49);
  expect(woken).toBe(false);
  await clock.advance(1);
  await sleeping;
  expect(clock.now()).toBe(1_790_000_000_050);
});

test.each([
  ["virtual", virtualClock()],
  ["system", systemClock],
])("sleep on the %s clock ends at once when its signal aborts, before or during", async (_name, clock) => {
  await clock.sleep(1e9, AbortSignal.abort());
  const stop = new AbortController();
  const sleeping = clock.sleep(1e12, stop.signal);
  stop.abort();
  await expect(sleeping).resolves.toBeUndefined();
});

test("the system clock says the time and does not go back", () => {
  const before = systemClock.monotonic();
  expect(systemClock.now()).toBeGreaterThan(1_700_000_000_000);
  expect(systemClock.monotonic()).toBeGreaterThanOrEqual(before);
});
