import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Entry, Outbox } from "../outbox/outbox.ts";
import { createWindow, type Outgoing } from "./window.ts";

/** An outbox of which only reading and forgetting matter. */
function shelf() {
  const entries = new Map<number, Entry>();
  let next = 1;
  const read: Outbox["read"] = ({ from, before, urgent = false }, maxBytes) => {
    const found: Entry[] = [];
    let total = 0;
    for (const entry of entries.values()) {
      if (entry.offset < from || entry.offset >= before || (urgent && !entry.urgent)) continue;
      total += entry.body.length;
      if (found.length > 0 && total > maxBytes) break;
      found.push(entry);
    }
    return found;
  };
  const append = (bytes: number, urgent = false): Entry => {
    const entry = { offset: next++, device: "d", body: new Uint8Array(bytes), samples: 1, appendedAt: 0, urgent };
    entries.set(entry.offset, entry);
    return entry;
  };
  return { read, append, entries, next: () => next };
}

const offsets = (outgoing: readonly Outgoing[]) => outgoing.map(({ entry }) => entry.offset);

describe("window", () => {
  test("new readings go out at once; what was there before is historical and ascending", () => {
    const { read, append, next } = shelf();
    for (let n = 0; n < 5; n++) append(100);
    const window = createWindow({ windowBytes: 1000, next: next() });
    window.appended([append(100)], 0);
    expect(window.take(read, 0).map(({ entry, historical }) => [entry.offset, historical])).toEqual([
      [6, false],
      [1, true],
      [2, true],
      [3, true],
      [4, true],
      [5, true],
    ]);
  });

  test("backlog leaves a quarter of the window to new readings", () => {
    const { read, append, next } = shelf();
    for (let n = 0; n < 20; n++) append(100);
    const window = createWindow({ windowBytes: 1000, next: next() });
    expect(offsets(window.take(read, 0))).toEqual([1, 2, 3, 4, 5, 6, 7]);
    window.appended([append(100), append(100), append(100), append(100)], 0);
    expect(offsets(window.take(read, 0))).toEqual([21, 22, 23]);
    window.receipt([[1, 2]], 10);
    expect(offsets(window.take(read, 10))).toEqual([24]);
  });

  test("urgent backlog goes before other backlog, once, and again when its receipt does not come", () => {
    const { read, append, next } = shelf();
    for (let n = 1; n <= 30; n++) append(100, n % 10 === 0);
    const window = createWindow({ windowBytes: 1000, next: next() });
    expect(offsets(window.take(read, 0))).toEqual([10, 20, 30, 1, 2, 3, 4]);
    window.receipt([[10, 10]], 100);
    expect(offsets(window.take(read, 100))).toEqual([5]);
    window.receipt([[1, 5]], 200);
    expect(offsets(window.take(read, 200))).toEqual([6, 7, 8, 9, 11]);
    window.restart(next());
    expect(offsets(window.take(read, 300)).slice(0, 4)).toEqual([20, 30, 6, 7]);
    window.expire(60_000);
    expect(offsets(window.take(read, 60_000)).slice(0, 2)).toEqual([20, 30]);
  });

  test("backlog keeps to its bytes a second; new and urgent readings do not wait for it", () => {
    const { read, append, next } = shelf();
    for (let n = 1; n <= 1000; n++) append(100, n === 500);
    const window = createWindow({ windowBytes: 1e6, backlogBytesPerS: 1000, next: next() });
    let sent = 0;
    for (let now = 0; now <= 20_000; now += 500) {
      const fresh = append(100);
      window.appended([fresh], now);
      const outgoing = window.take(read, now);
      expect(offsets(outgoing)[0]).toBe(fresh.offset);
      if (now === 0) expect(offsets(outgoing)[1]).toBe(500);
      sent += outgoing.length - 1;
    }
    expect(sent).toBeGreaterThanOrEqual(200);
    expect(sent).toBeLessThanOrEqual(222);
  });

  /** Sends whatever the window gives over a way on which receipts take so long; returns records a second. */
  function drainOver(receiptMs: (inFlight: number) => number, seconds = 30) {
    const { read, append, next } = shelf();
    for (let n = 0; n < 100_000; n++) append(100);
    const window = createWindow({ windowBytes: 10_000, mostBytes: 200_000, next: next() });
    let due: { readonly at: number; readonly offsets: number[] }[] = [];
    let [confirmed, widest] = [0, 0];
    for (let now = 0; now < seconds * 1000; now += 10) {
      for (const { offsets } of due.filter(({ at }) => at <= now)) {
        confirmed += offsets.length;
        window.receipt([[offsets[0]!, offsets.at(-1)!]], now);
      }
      due = due.filter(({ at }) => at > now);
      const sent = offsets(window.take(read, now));
      widest = Math.max(widest, window.state().windowBytes);
      if (sent.length > 0) due.push({ at: now + receiptMs(window.state().inFlight), offsets: sent });
    }
    return { perSecond: confirmed / seconds, widest, now: window.state().windowBytes };
  }

  test("grows to its bound on a long way, where a fixed one would stand waiting", () => {
    const { perSecond, widest } = drainOver(() => 600);
    expect(widest).toBe(200_000);
    expect(perSecond).toBeGreaterThan(10 * (75 / 0.6));
  });

  test("stays small where more in flight only waits longer in the cloud", () => {
    const { perSecond, now } = drainOver((inFlight) => 10 + inFlight * 2);
    expect(perSecond).toBeGreaterThan(300);
    expect(now).toBeLessThan(60_000);
  });

  test("falls back when receipts are late, and begins anew after a timeout", () => {
    const { read, append, next } = shelf();
    for (let n = 0; n < 1000; n++) append(100);
    const window = createWindow({ windowBytes: 1000, mostBytes: 8000, next: next() });
    const round = (now: number, ms: number) => {
      const sent = offsets(window.take(read, now));
      window.take(read, now);
      window.receipt([[sent[0]!, sent.at(-1)!]], now + ms);
      return window.state().windowBytes;
    };
    expect([0, 100, 200].map((now) => round(now, 50))).toEqual([1700, 2900, 5000]);
    expect(round(300, 700)).toBe(2500);
    window.take(read, 1100);
    window.expire(100_000);
    expect(window.state().windowBytes).toBe(1000);
  });

  test("a record without a receipt is sent again after the timeout, as history", () => {
    const { read, append, next } = shelf();
    const window = createWindow({ windowBytes: 1000, next: next() });
    window.appended([append(100)], 0);
    window.take(read, 0);
    const { timeoutMs } = window.state();
    expect(window.expire(timeoutMs - 1)).toBe(false);
    expect(window.untilTimeout(timeoutMs - 1)).toBe(1);
    expect(window.expire(timeoutMs)).toBe(true);
    expect(window.take(read, timeoutMs)).toMatchObject([{ entry: { offset: 1 }, historical: true }]);
  });

  test("a receipt that comes after the timeout keeps the record from being sent again, even while the disk still holds it", () => {
    const { read, append, next } = shelf();
    const window = createWindow({ windowBytes: 1000, next: next() });
    window.appended([append(100), append(100)], 0);
    window.take(read, 0);
    window.expire(60_000);
    window.receipt([[1, 1]], 60_001);
    expect(offsets(window.take(read, 60_002))).toEqual([2]);
  });

  test("the timeout follows the round trips, doubles while nothing comes, and is itself again after a receipt", () => {
    const { read, append, next } = shelf();
    const window = createWindow({ windowBytes: 1000, next: next() });
    let now = 0;
    for (let n = 0; n < 50; n++) {
      const entry = append(10);
      window.appended([entry], now);
      window.take(read, now);
      now += 2000;
      window.receipt([[entry.offset, entry.offset]], now);
    }
    const { timeoutMs } = window.state();
    expect(timeoutMs).toBeGreaterThanOrEqual(2000);
    expect(timeoutMs).toBeLessThan(2100);
    window.appended([append(10)], now);
    window.take(read, now);
    window.expire(now + 3000);
    expect(window.state().timeoutMs).toBeCloseTo(2 * timeoutMs);
    for (let n = 0; n < 20; n++) {
      window.take(read, now);
      now += 100_000;
      window.expire(now);
    }
    expect(window.state().timeoutMs).toBe(60_000);
    window.receipt([[51, 51]], now);
    expect(window.state().timeoutMs).toBeCloseTo(timeoutMs);
  });

  test("a new session takes everything in flight and everything that waited as backlog", () => {
    const { read, append, next } = shelf();
    const window = createWindow({ windowBytes: 200, next: next() });
    window.appended([append(100), append(100), append(100)], 0);
    window.take(read, 0);
    append(10);
    window.restart(next());
    expect(window.state()).toMatchObject({ inFlight: 0, inFlightBytes: 0 });
    const sent: [number, boolean][] = [];
    for (let now = 1; now < 50; now++)
      for (const { entry, historical } of window.take(read, now)) {
        sent.push([entry.offset, historical]);
        window.receipt([[entry.offset, entry.offset]], now);
      }
    expect(sent).toEqual([1, 2, 3, 4].map((offset) => [offset, true]));
  });

  test("new readings that could not be sent for ten seconds, or that are more than a window, become backlog", () => {
    const { read, append, next } = shelf();
    const window = createWindow({ windowBytes: 1000, next: next() });
    window.appended([append(100)], 0);
    expect(window.take(read, 10_001)).toMatchObject([{ entry: { offset: 1 }, historical: true }]);
    window.receipt([[1, 1]], 10_002);
    window.appended(
      Array.from({ length: 6 }, () => append(100)),
      10_003,
    );
    window.appended(
      Array.from({ length: 6 }, () => append(100)),
      10_004,
    );
    const taken = window.take(read, 10_005);
    expect(taken.filter(({ historical }) => !historical).map(({ entry }) => entry.offset)).toEqual([
      8, 9, 10, 11, 12, 13,
    ]);
    expect(taken.filter(({ historical }) => historical).map(({ entry }) => entry.offset)).toEqual([2]);
  });

  test("a record larger than the window goes alone, and a steady flow of new readings cannot keep it back for ever", () => {
    const { read, append, next, entries } = shelf();
    append(5000);
    const window = createWindow({ windowBytes: 1000, next: next() });
    let now = 0;
    const sent: number[] = [];
    window.appended([append(10)], now);
    for (let n = 0; n < 50; n++) {
      const taken = window.take(read, now);
      sent.push(...offsets(taken));
      const { inFlight, inFlightBytes } = window.state();
      if (inFlightBytes > 1000) expect(inFlight).toBe(1);
      now += 100;
      window.appended([append(10)], now);
      for (const offset of offsets(taken)) entries.delete(offset);
      window.receipt(
        offsets(taken).map((offset) => [offset, offset] as const),
        now,
      );
    }
    expect(sent).toContain(1);
    expect(sent.length).toBeGreaterThan(40);
  });
});

describe("any network", () => {
  const action = fc.oneof(
    fc.record({
      do: fc.constant("append" as const),
      sizes: fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 6 }),
    }),
    fc.record({ do: fc.constant("send" as const) }),
    fc.record({ do: fc.constant("lose" as const), pick: fc.nat(50) }),
    fc.record({ do: fc.constant("deliver" as const), pick: fc.nat(50), twice: fc.boolean() }),
    fc.record({ do: fc.constant("receipt" as const), pick: fc.nat(50), twice: fc.boolean() }),
    fc.record({ do: fc.constant("loseReceipt" as const), pick: fc.nat(50) }),
    fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 20_000 }) }),
    fc.record({
      do: fc.constant("restart" as const),
      meanwhile: fc.array(fc.integer({ min: 1, max: 700 }), { maxLength: 4 }),
    }),
    fc.record({ do: fc.constant("crash" as const) }),
  );

  test("never more than the window in flight, no confirmed record sent, and in the end everything is stored and confirmed", () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 80 }), fc.integer({ min: 100, max: 2000 }), (actions, windowBytes) => {
        const { read, append, entries, next } = shelf();
        const confirmed = new Set<number>();
        const stored = new Set<number>();
        let messages: number[] = [];
        let receipts: number[] = [];
        let now = 0;
        let window = createWindow({ windowBytes, next: next() });

        const send = () => {
          for (const { entry } of window.take(read, now)) {
            expect(confirmed.has(entry.offset)).toBe(false);
            messages.push(entry.offset);
          }
          const { inFlight, inFlightBytes } = window.state();
          expect(inFlightBytes <= windowBytes || inFlight === 1).toBe(true);
        };
        const deliver = (offset: number) => {
          stored.add(offset);
          receipts.push(offset);
        };
        const receive = (offset: number) => {
          window.receipt([[offset, offset]], now);
          confirmed.add(offset);
          entries.delete(offset);
        };
        const pickFrom = (list: number[], pick: number) =>
          list.length > 0 ? list.splice(pick % list.length, 1)[0] : undefined;

        for (const step of actions) {
          now += 1;
          if (step.do === "append")
            window.appended(
              step.sizes.map((bytes) => append(bytes)),
              now,
            );
          else if (step.do === "send") send();
          else if (step.do === "lose") pickFrom(messages, step.pick);
          else if (step.do === "loseReceipt") pickFrom(receipts, step.pick);
          else if (step.do === "deliver" || step.do === "receipt") {
            const offset = pickFrom(step.do === "deliver" ? messages : receipts, step.pick);
            for (let times = step.twice ? 2 : 1; offset !== undefined && times > 0; times--)
              (step.do === "deliver" ? deliver : receive)(offset);
          } else if (step.do === "wait") {
            now += step.ms;
            window.expire(now);
          } else if (step.do === "restart") {
            for (const bytes of step.meanwhile) append(bytes);
            window.restart(next());
          } else window = createWindow({ windowBytes, next: next() });
        }

        for (let rounds = 0; entries.size > 0 && rounds < 2000; rounds++) {
          now += Math.max(1, Math.min(window.untilTimeout(now), 60_000));
          window.expire(now);
          send();
          for (const offset of messages) deliver(offset);
          for (const offset of receipts) receive(offset);
          [messages, receipts] = [[], []];
        }
        expect(entries.size).toBe(0);
        expect(stored.size).toBe(next() - 1);
        expect(window.state()).toMatchObject({ inFlight: 0, inFlightBytes: 0 });
        expect(window.take(read, now + 1e6)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
