import { encodeRecord } from "@weir/wire/record.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openBlock, packBlock } from "./block.ts";
import type { Entry } from "./outbox.ts";

const sample = fc.record({
  metric: fc.constantFrom("ph", "voltage/l1", "pump_state", "water_level"),
  at: fc.integer({ min: 0, max: 4e12 }),
  value: fc.oneof(
    fc.double(),
    fc.float(),
    fc.integer(),
    fc.integer({ min: -9999, max: 9999 }).map((n) => n / 100),
    fc.constant(null),
  ),
  quality: fc.constantFrom("good" as const, "uncertain" as const, "bad" as const),
});
const reading = fc.array(sample, { minLength: 1, maxLength: 6 }).map((samples) => encodeRecord(samples, { kind: "x" }));
const body = fc.oneof({ weight: 4, arbitrary: reading }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) });
const records = fc
  .array(
    fc.record({
      skip: fc.integer({ min: 1, max: 1e6 }),
      device: fc.option(fc.string()),
      appendedAt: fc.integer({ min: -1e12, max: 4e12 }),
      samples: fc.nat(1000),
      urgent: fc.boolean(),
      body,
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((all) => {
    let offset = 0;
    return all.map(({ skip, urgent, ...rest }): Entry => {
      offset += skip;
      return { ...rest, offset, ...(urgent && { urgent }) };
    });
  });

describe("a block", () => {
  test("gives back every record as it was, byte for byte, whatever the bodies are", () => {
    fc.assert(
      fc.property(records, (entries) => {
        expect(openBlock(packBlock(entries))).toEqual(entries);
      }),
    );
  });

  test("is told to be damaged wherever a bit has flipped", () => {
    fc.assert(
      fc.property(records, fc.nat(), (entries, at) => {
        const { stored, crc } = packBlock(entries);
        stored[Math.floor(at / 8) % stored.length]! ^= 1 << (at % 8);
        expect(openBlock({ stored, crc })).toBeUndefined();
      }),
    );
  });

  test("holds typical readings in less than three bytes a sample", () => {
    const entries = Array.from({ length: 100 }, (_, n): Entry => {
      const readings = Array.from({ length: 30 }, (_, m) => {
        const value = Math.round(1000 * (10 + 5 * Math.sin((n + m) / 50) + ((n * 7 + m * 13) % 100) / 1000)) / 1000;
        return { metric: `voltage/l${m}`, at: 1_790_000_000_000 + n * 1000, value, quality: "good" as const };
      });
      const appendedAt = 1_790_000_000_020 + n * 1000;
      return { offset: n + 1, device: "d", appendedAt, samples: 30, body: encodeRecord(readings, { kind: "x" }) };
    });
    expect(packBlock(entries).stored.length / 3000).toBeLessThan(3);
  });
});
