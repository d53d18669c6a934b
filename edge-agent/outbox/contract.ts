import { encodeRecord, openRecord } from "@weir/wire/record.ts";
import { decodePayload } from "@weir/wire/sparkplug/decode.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Outbox, OutboxRecord } from "./outbox.ts";

export type ContractOptions = { readonly limitBytes?: number; readonly whenFull?: "drop-oldest" | "refuse" };

/** What every outbox keeps to. `settle` lets pending commits happen. */
export function outboxContract(
  name: string,
  open: (options: ContractOptions) => Promise<{ outbox: Outbox; settle: () => Promise<void> }>,
): void {
  const record = (n: number, size = 8): OutboxRecord => ({
    device: `d${n % 3}`,
    body: new Uint8Array(size).fill(n),
    samples: 2,
  });
  const everything = { from: 0, before: Number.MAX_SAFE_INTEGER };

  async function opened(options: ContractOptions = {}) {
    const { outbox, settle } = await open(options);
    const settled = async <T>(promise: Promise<T>): Promise<T> => {
      promise.catch(() => {});
      await settle();
      return promise;
    };
    return {
      outbox,
      settled,
      append: (...records: OutboxRecord[]) => settled(Promise.all(records.map((record) => outbox.append(record)))),
      offsets: () => outbox.read(everything, Number.MAX_SAFE_INTEGER).map((entry) => entry.offset),
    };
  }

  describe(`${name} outbox`, () => {
    test("gives back what was appended, in order, with offsets that grow by one", async () => {
      const { outbox, append } = await opened();
      const first = outbox.next();
      expect(await append(record(1), record(2), record(3))).toEqual([first, first + 1, first + 2]);
      expect(outbox.next()).toBe(first + 3);
      const entries = outbox.read(everything, 1e6);
      expect(entries.map(({ device, body, samples }) => ({ device, body: [...body], samples }))).toEqual(
        [1, 2, 3].map((n) => ({ device: `d${n % 3}`, body: Array(8).fill(n), samples: 2 })),
      );
      await outbox.close();
    });

    test("its epoch is a safe integer above 0", async () => {
      const { outbox } = await opened();
      expect(Number.isSafeInteger(outbox.epoch) && outbox.epoch > 0).toBe(true);
      await outbox.close();
    });

    test("a null device stays null", async () => {
      const { outbox, append } = await opened();
      await append({ ...record(1), device: null });
      expect(outbox.read(everything, 1e6)[0]?.device).toBeNull();
      await outbox.close();
    });

    test("reads no more bytes than asked for, but at least one entry", async () => {
      const { outbox, append } = await opened();
      await append(record(1, 100), record(2, 100), record(3, 100));
      expect(outbox.read(everything, 250)).toHaveLength(2);
      expect(outbox.read(everything, 1)).toHaveLength(1);
      await outbox.close();
    });

    test("reads the urgent ones alone when asked to", async () => {
      const { outbox, append } = await opened();
      const all = await append(...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => ({ ...record(n), urgent: n % 4 === 0 })));
      const urgent = outbox.read({ ...everything, urgent: true }, 1e6);
      expect(urgent.map(({ offset }) => offset)).toEqual([all[3], all[7]]);
      expect(outbox.read(everything, 1e6).map((entry) => entry.urgent ?? false)).toEqual(
        all.map((_, n) => n % 4 === 3),
      );
      expect(outbox.read({ from: all[3]! + 1, before: all[7]!, urgent: true }, 1e6)).toEqual([]);
      await outbox.close();
    });

    test("reads from `from` up to but without `before`", async () => {
      const { outbox, append } = await opened();
      const [a, b, c] = (await append(record(1), record(2), record(3))) as [number, number, number];
      expect(outbox.read({ from: b, before: c }, 1e6).map((entry) => entry.offset)).toEqual([b]);
      expect(outbox.read({ from: a, before: a }, 1e6)).toEqual([]);
      await outbox.close();
    });

    test("confirm forgets exactly the named ranges, whatever they are", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.integer({ min: -3, max: 25 }), fc.nat(8)), { maxLength: 5 }),
          async (spans) => {
            const { outbox, append, settled, offsets } = await opened();
            const all = await append(...Array.from({ length: 20 }, (_, n) => record(n)));
            const ranges = spans.map(([first, length]) => [all[0]! + first, all[0]! + first + length] as const);
            await settled(outbox.confirm(ranges));
            const left = all.filter((offset) => !ranges.some(([first, last]) => first <= offset && offset <= last));
            expect(offsets()).toEqual(left);
            expect(outbox.stats()).toMatchObject({
              records: left.length,
              samples: 2 * left.length,
              confirmed: 20 - left.length,
            });
            await outbox.close();
          },
        ),
        { numRuns: 20 },
      );
    });

    test("an offset is not used again after its record was confirmed", async () => {
      const { outbox, append, settled } = await opened();
      const [last] = await append(record(1));
      await settled(outbox.confirm([[last!, last!]]));
      expect((await append(record(2)))[0]).toBe(last! + 1);
      await outbox.close();
    });

    test("a confirmed range that reaches beyond what was appended does not touch what is appended later", async () => {
      const { outbox, append, settled, offsets } = await opened();
      await append(record(1));
      await settled(outbox.confirm([[0, Number.MAX_SAFE_INTEGER]]));
      const later = await append(record(2));
      expect(offsets()).toEqual(later);
      await outbox.close();
    });

    test("a quarantined record leaves the queue, is counted, and comes back under a new offset when retried", async () => {
      const { outbox, append, settled, offsets } = await opened();
      const [a, b] = (await append(record(1), record(2))) as [number, number];
      await settled(outbox.quarantine(a, "bad type"));
      expect(offsets()).toEqual([b]);
      expect(outbox.stats().quarantined).toBe(1);
      expect(await settled(outbox.retry())).toBe(1);
      expect(offsets()).toEqual([b, b + 1]);
      expect(outbox.read({ from: b + 1, before: b + 2 }, 1e6)[0]).toMatchObject({ device: "d1", body: record(1).body });
      expect(outbox.stats().quarantined).toBe(0);
      await outbox.close();
    });

    test("listeners hear of every appended record once, after it is there", async () => {
      const { outbox, append, offsets } = await opened();
      const heard: number[] = [];
      const stop = outbox.onAppended(([first, last], entries) => {
        expect(offsets()).toContain(last);
        expect(entries.map((entry) => entry.offset)).toEqual(
          Array.from({ length: last - first + 1 }, (_, n) => first + n),
        );
        heard.push(...entries.map((entry) => entry.offset));
      });
      const all = await append(record(1), record(2));
      all.push(...(await append(record(3))));
      expect(heard).toEqual(all);
      stop();
      await append(record(4));
      expect(heard).toHaveLength(3);
      await outbox.close();
    });

    test("when full, `drop-oldest` makes room by the oldest and counts it", async () => {
      const { outbox, append, offsets } = await opened({ limitBytes: 20_000, whenFull: "drop-oldest" });
      const all: number[] = [];
      for (let n = 0; n < 40; n++) all.push(...(await append(noise(n, 1000))));
      const { records, bytes, dropped, droppedSamples, limitBytes } = outbox.stats();
      expect(bytes).toBeLessThanOrEqual(limitBytes);
      expect(records).toBeGreaterThan(15);
      expect(offsets()).toEqual(all.slice(-records));
      expect(dropped).toBe(40 - records);
      expect(droppedSamples).toBe(2 * dropped);
      await outbox.close();
    });

    test("when full, `refuse` keeps what it has, counts what it refuses, and takes records again after a receipt", async () => {
      const { outbox, append, settled, offsets } = await opened({ limitBytes: 2500, whenFull: "refuse" });
      const [first] = await append(noise(1, 1000), noise(2, 1000));
      await expect(append(noise(3, 1000))).rejects.toMatchObject({ code: "full" });
      expect(offsets()).toHaveLength(2);
      expect(outbox.stats()).toMatchObject({ appended: 2, dropped: 0, refused: 1, refusedSamples: 2 });
      await settled(outbox.confirm([[first!, first!]]));
      await append(noise(3, 1000));
      expect(offsets()).toHaveLength(2);
      await outbox.close();
    });

    test("when full, `refuse` keeps a sixteenth of the limit for urgent records", async () => {
      const { outbox, append } = await opened({ limitBytes: 19_000, whenFull: "refuse" });
      for (let n = 0; n < 17; n++) await append(noise(n, 1000));
      await expect(append(noise(18, 1000))).rejects.toMatchObject({ code: "full" });
      await append({ ...noise(18, 1000), urgent: true });
      expect(outbox.stats()).toMatchObject({ records: 18, dropped: 0 });
      await outbox.close();
    });

    test("a quarantined record for which there is no room stays in quarantine", async () => {
      const { outbox, append, settled } = await opened({ limitBytes: 25_000, whenFull: "refuse" });
      const [first] = await append(noise(1, 2400));
      await settled(outbox.quarantine(first!, "refused by the store"));
      for (let n = 2; n < 24; n++) await append(noise(n, 1000));
      const before = outbox.stats();
      expect(before.quarantined).toBe(1);
      expect(await settled(outbox.retry())).toBe(0);
      expect(outbox.stats()).toEqual(before);
      await outbox.close();
    });

    test("discard deletes exactly the named records of the quarantine", async () => {
      const { outbox, append, settled } = await opened();
      const [a, b] = (await append(record(1), record(2), record(3))) as [number, number, number];
      for (const offset of [a, b]) await settled(outbox.quarantine(offset, "refused by the store"));
      expect(await settled(outbox.discard([b, 999]))).toBe(1);
      expect(outbox.stats()).toMatchObject({ quarantined: 1, records: 1, dropped: 0 });
      expect(await settled(outbox.discard())).toBe(1);
      expect(outbox.stats().quarantined).toBe(0);
      await outbox.close();
    });

    test("a record larger than the limit is refused under every policy and costs the others nothing", async () => {
      const { outbox, append, offsets } = await opened({ limitBytes: 2500, whenFull: "drop-oldest" });
      const all = await append(noise(1, 1000));
      await expect(append(noise(2, 4000))).rejects.toMatchObject({ code: "full" });
      expect(offsets()).toEqual(all);
      expect(outbox.stats()).toMatchObject({ dropped: 0, refused: 1, refusedSamples: 2 });
      await outbox.close();
    });

    test("stats tell the oldest record that is not confirmed", async () => {
      const { outbox, append, settled } = await opened();
      expect(outbox.stats().oldest).toBeUndefined();
      const [a, b] = (await append(record(1), record(2))) as [number, number];
      expect(outbox.stats().oldest?.offset).toBe(a);
      await settled(outbox.confirm([[a, a]]));
      expect(outbox.stats().oldest?.offset).toBe(b);
      await outbox.close();
    });

    describe("a record that was dated by a clock for which nobody vouches", () => {
      const boot = { boot: "a", ms: 1000 };
      const dated = (at: number, clock?: { readonly boot: string; readonly ms: number }): OutboxRecord => ({
        device: "d1",
        body: encodeRecord([{ metric: "ph", at, value: 7, quality: "good" }], { kind: "sonde" }),
        samples: 1,
        ...(clock && { clock }),
      });
      const samplesOf = (outbox: Outbox) =>
        outbox.read(everything, 1e9).flatMap(({ body }) => {
          const payload = decodePayload(body);
          return "error" in payload ? [] : openRecord(payload).samples.map(({ at, quality }) => [at, quality]);
        });

      test("has the right time once that is known, and so have those that come after; others are left alone", async () => {
        const { outbox, append, settled } = await opened();
        await append(dated(0, boot), dated(0, { boot: "earlier", ms: 7 }), dated(0));
        const before = outbox.stats();
        expect(await settled(outbox.date({ boot: "a", ms: 5_000_000 }))).toBe(2);
        await append(dated(0, boot));
        expect(samplesOf(outbox)).toEqual([
          [4_999_000, "good"],
          [0, "uncertain"],
          [0, "good"],
          [4_999_000, "good"],
        ]);
        expect(outbox.stats()).toMatchObject({ records: 4, samples: 4 });
        expect(outbox.stats().bytes).toBeGreaterThan(before.bytes);
        await settled(outbox.confirm([[0, Number.MAX_SAFE_INTEGER]]));
        expect(outbox.stats()).toMatchObject({ records: 0, samples: 0, bytes: 0 });
        await outbox.close();
      });

      test("is uncertain when nobody will ever know", async () => {
        const { outbox, append, settled } = await opened();
        await append(dated(0, boot), dated(0));
        expect(await settled(outbox.date(undefined))).toBe(1);
        expect(samplesOf(outbox)).toEqual([
          [0, "uncertain"],
          [0, "good"],
        ]);
        expect(await settled(outbox.date({ boot: "a", ms: 5000 }))).toBe(0);
        await outbox.close();
      });
    });

    test("append after close is refused as closed; close may be called again", async () => {
      const { outbox } = await opened();
      await outbox.close();
      await outbox.close();
      await expect(outbox.append(record(1))).rejects.toMatchObject({ code: "closed" });
    });
  });
}

/** A body that no compression makes smaller, the same for the same n. */
export function noise(n: number, size: number): OutboxRecord {
  let state = n + 1;
  const body = Uint8Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
  return { device: `d${n % 3}`, body, samples: 2 };
}
