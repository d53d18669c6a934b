import { virtualClock } from "@weir/wire/clock.ts";
import { encodeRecord, openRecord } from "@weir/wire/record.ts";
import { decodePayload } from "@weir/wire/sparkplug/decode.ts";
import { describe, expect, test } from "vitest";
import { memoryOutbox } from "./outbox/memory.ts";
import { silentLog } from "./outbox/outbox.ts";
import { createOwnClock } from "./own-clock.ts";
import { settleTime } from "./settle-time.ts";

const year1970 = 5000;
const now2026 = 1_795_000_000_000;

/** An agent that starts with a clock of 1970, twenty minutes after the machine booted. */
function start({ waitMs = 120_000 } = {}) {
  const machine = virtualClock(year1970);
  const clock = createOwnClock({ clock: machine, sinceBoot: () => 1_200_000 + machine.monotonic(), boot: "a" });
  const outbox = memoryOutbox({ clock });
  const state = { connected: false };
  const synchronised = Promise.withResolvers<void>();
  const stop = new AbortController();
  const isSettled = settleTime(
    {
      ...{ own: clock, outbox, waitMs, clock: machine, log: silentLog },
      synchronised: synchronised.promise,
      isConnected: () => state.connected,
    },
    stop.signal,
  );
  return {
    ...{ machine, clock, state, isSettled, outbox },
    synchronise: synchronised.resolve,
    read: (at = clock.now()) => {
      const base = clock.base();
      const samples = clock.correct([{ metric: "ph", at, value: 7, quality: "good" }]);
      return outbox.append({
        device: "sonde",
        body: encodeRecord(samples, { kind: "sonde" }),
        samples: 1,
        ...(base && { clock: base }),
      });
    },
    kept: () =>
      outbox.read({ from: 0, before: 1000 }, 1e9).map(({ body }) => {
        const payload = decodePayload(body);
        if ("error" in payload) throw new Error(payload.error);
        const { at, quality } = openRecord(payload).samples[0]!;
        return [at, quality];
      }),
  };
}

describe("an agent that starts without the time", () => {
  test("gives what it read the right times as soon as the clock is synchronised, and nothing goes out before", async () => {
    const { machine, state, synchronise, isSettled, read, kept } = start();
    state.connected = true;
    await read();
    await machine.advance(30_000);
    await read();
    expect(isSettled()).toBe(false);
    machine.setNow(now2026);
    synchronise();
    await machine.advance(1000);
    expect(isSettled()).toBe(true);
    await read();
    expect(kept()).toEqual([
      [now2026 - 30_000, "good"],
      [now2026, "good"],
      [now2026 + 1000, "good"],
    ]);
  });

  test("is not led astray by a clock that is set several times, or forth and back, before it is right", async () => {
    const { machine, synchronise, read, kept } = start();
    for (const wrong of [now2026 - 3_600_000, 0, now2026 + 9_000_000_000]) {
      await read();
      await machine.advance(10_000);
      machine.setNow(wrong);
    }
    machine.setNow(now2026);
    synchronise();
    await machine.advance(1000);
    expect(kept()).toEqual([
      [now2026 - 30_000, "good"],
      [now2026 - 20_000, "good"],
      [now2026 - 10_000, "good"],
    ]);
  });

  test("delivers uncertain readings when the time does not come, but only once it has been waited for with a connection", async () => {
    const { machine, state, isSettled, read, kept } = start({ waitMs: 60_000 });
    await read();
    await machine.advance(86_400_000);
    expect(isSettled()).toBe(false);
    state.connected = true;
    await machine.advance(61_000);
    expect(isSettled()).toBe(true);
    expect(kept()).toEqual([[year1970, "uncertain"]]);
  });

  test("dates rightly what was read just before the clock was set and is kept just after; what an instrument dated is left alone", async () => {
    const { machine, clock, synchronise, read, kept } = start();
    await machine.advance(5000);
    const underWay = clock.now();
    machine.setNow(now2026);
    synchronise();
    await machine.advance(1000);
    await read(underWay);
    await read(now2026 - 50);
    await read(1_700_000_000_000);
    expect(kept()).toEqual([
      [now2026, "good"],
      [now2026 - 50, "good"],
      [1_700_000_000_000, "good"],
    ]);
  });

  test("waits for a disk that takes nothing, and delivers nothing meanwhile", async () => {
    const { machine, synchronise, isSettled, outbox } = start();
    const { date } = outbox;
    outbox.date = () => Promise.reject(new Error("disk full"));
    synchronise();
    await machine.advance(5000);
    expect(isSettled()).toBe(false);
    outbox.date = date;
    await machine.advance(1000);
    expect(isSettled()).toBe(true);
  });
});

test("an agent whose clock is trusted delivers at once", async () => {
  const { machine, synchronise, isSettled, read, kept } = start();
  synchronise();
  await machine.advance(1000);
  expect(isSettled()).toBe(true);
  await read();
  expect(kept()).toEqual([[year1970 + 1000, "good"]]);
});

test("the two clocks of a machine are read together, though another process may have its turn between them", () => {
  let boot = 1_200_000;
  const pauses = [40, 30];
  const now = () => {
    const wall = now2026 + boot;
    boot += pauses.shift() ?? 0;
    return wall;
  };
  const clock = createOwnClock({ clock: { ...virtualClock(), now }, sinceBoot: () => boot, boot: "a" });
  expect(clock.base()).toEqual({ boot: "a", ms: now2026 });
});
