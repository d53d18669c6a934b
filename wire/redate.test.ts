import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeRecord, encodeReplyRecord, openRecord } from "./record.ts";
import { doubt, redate } from "./redate.ts";
import type { Sample } from "./sample.ts";
import { decodePayload } from "./sparkplug/decode.ts";

const opened = (body: Uint8Array) => {
  const payload = decodePayload(body);
  if ("error" in payload) throw new Error(payload.error);
  return { ...openRecord(payload), timestamp: payload.timestamp };
};
const sample = fc.record({
  metric: fc.constantFrom("ph", "voltage/l1", "gas_alarm_high"),
  at: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  value: fc.option(fc.integer({ min: -1000, max: 1000 })),
  quality: fc.constantFrom("good" as const, "uncertain" as const),
});
const samples = fc.array(
  sample.map((each): Sample => (each.value === null ? { ...each, quality: "bad" } : each)),
  { minLength: 1, maxLength: 5 },
);
const own = fc
  .tuple(fc.integer({ min: 0, max: 4_000_000_000_000 }), fc.nat(1_000_000_000_000))
  .map(([from, span]) => ({ from, to: from + span }));

test("times that the gateway gave are moved, the instrument's own are not, and nothing else changes", () => {
  fc.assert(
    fc.property(samples, own, fc.integer({ min: -1_000_000_000, max: 2_000_000_000_000 }), (samples, own, byMs) => {
      const moved = samples.map((each) => ({
        ...each,
        at: each.at >= own.from && each.at <= own.to ? Math.max(0, each.at + byMs) : each.at,
      }));
      fc.pre(moved.every(({ at }, i) => at === samples[i]!.at || at === samples[i]!.at + byMs));
      const record = opened(redate(encodeRecord(samples, { kind: "sonde" }), own, byMs));
      expect(record).toEqual(opened(encodeRecord(moved, { kind: "sonde" })));
    }),
  );
});

test("what nobody vouches for is uncertain, bad stays bad, and what the instrument dated keeps its quality", () => {
  fc.assert(
    fc.property(samples, own, (samples, own) => {
      const doubted = samples.map((each) => ({
        ...each,
        quality:
          each.quality === "good" && each.at >= own.from && each.at <= own.to ? ("uncertain" as const) : each.quality,
      }));
      expect(opened(doubt(encodeRecord(samples, { kind: "sonde" }), own)).samples).toEqual(doubted);
    }),
  );
});

test("a reply to a command is moved too, and is never doubted", () => {
  const body = encodeReplyRecord({ id: "7", status: "done", readBack: 1 }, 1000);
  expect(opened(redate(body, { from: 0, to: 2000 }, 5000)).timestamp).toBe(6000);
  expect(doubt(body, { from: 0, to: 2000 })).toEqual(body);
});

test("bytes that are no record come back as they are", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      fc.pre("error" in decodePayload(bytes));
      expect(redate(bytes, { from: 0, to: 9e12 }, 5)).toBe(bytes);
    }),
  );
});
