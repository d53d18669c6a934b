import { virtualClock } from "@weir/wire/clock.ts";
import { describe, expect, test } from "vitest";
import { startWatchdog } from "./watchdog.ts";

function setUp() {
  const virtual = virtualClock();
  let stalledMs = 0;
  const clock = { ...virtual, monotonic: () => virtual.monotonic() + stalledMs };
  const stop = new AbortController();
  const silences: { at: number; why: string }[] = [];
  const watchdog = startWatchdog({ clock, intervalMs: 1000, signal: stop.signal }, (why) =>
    silences.push({ at: clock.monotonic(), why }),
  );
  const live = async (ms: number, each: () => void) => {
    for (let passed = 0; passed < ms; passed += 1000) {
      each();
      await clock.advance(1000);
    }
  };
  const stall = (ms: number) => {
    stalledMs += ms;
  };
  return { clock, stall, stop, silences, watchdog, live };
}

describe("the watchdog of a session", () => {
  test("barks once, when nothing has been told for three intervals", async () => {
    const { clock, silences, watchdog } = setUp();
    await clock.advance(2900);
    watchdog.heard();
    await clock.advance(2900);
    expect(silences).toEqual([]);
    await clock.advance(60_000);
    expect(silences).toEqual([{ at: 6000, why: expect.stringMatching(/told nothing for 3\d{3} ms/) }]);
  });

  test("barks when changes stop while the server says that it lives", async () => {
    const { silences, watchdog, live, clock } = setUp();
    watchdog.expectTicks(1000);
    await live(10_000, () => {
      watchdog.heard();
      watchdog.ticked();
    });
    expect(silences).toEqual([]);
    await live(4000, watchdog.heard);
    expect(silences).toMatchObject([{ why: expect.stringMatching(/lives and has told no change/) }]);
    expect(clock.monotonic()).toBe(14_000);
  });

  test("does not take a server for stuck whose clock comes late while other changes pour in, as on a busy machine", async () => {
    const { silences, watchdog, live } = setUp();
    watchdog.expectTicks(1000);
    await live(10_000, () => {
      watchdog.heard();
      watchdog.ticked();
    });
    await live(20_000, () => {
      watchdog.heard();
      watchdog.told();
    });
    expect(silences).toEqual([]);
    await live(4000, watchdog.heard);
    expect(silences).toHaveLength(1);
  });

  test("does not expect changes from a server that never told them at their pace", async () => {
    const { silences, watchdog, live } = setUp();
    watchdog.expectTicks(1000);
    watchdog.ticked();
    await live(60_000, watchdog.heard);
    expect(silences).toEqual([]);
  });

  test("does not count time in which this process itself stood still", async () => {
    const { clock, stall, silences, watchdog } = setUp();
    await clock.advance(1000);
    watchdog.heard();
    stall(30_000);
    await clock.advance(1000);
    expect(silences).toEqual([]);
    await clock.advance(5000);
    expect(silences).toHaveLength(1);
  });

  test("ends with its session", async () => {
    const { clock, stop, silences } = setUp();
    stop.abort();
    await clock.advance(60_000);
    expect(silences).toEqual([]);
  });
});
