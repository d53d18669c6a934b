import { cjt188FrameAt } from "@weir/device-profiles/cjt188.ts";
import type { Cjt188Address } from "@weir/device-profiles/schema.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { driverContract } from "../contract.ts";
import { serial9600 } from "../test-link.ts";
import { answerCjt188, createTestMeter, meterProfile } from "../test-meter.ts";
import { meterTranscripts } from "../test-transcript.ts";
import { cjt188, createCjt188Asker } from "./cjt188.ts";
import { addressQuestion, answerReader, encodeFrame, encodeQuestion } from "./codec.ts";

const address = "78330011223344";
const points = [{ quantity: "flow_total", at: { di: "901F", format: "XXXXXX.XX", unit: { at: 4, as: "m3" } } }];
const profile = meterProfile("cjt188", points);
const at = (di: string, from = 0): Cjt188Address => ({ di, from, format: "XXXX" });
const rawTcp = { kind: "raw-tcp", host: "test", port: 4001 } as const;

for (const transport of [serial9600, rawTcp])
  driverContract(`CJ/T 188 ${transport.kind}`, () => {
    const meter = createTestMeter(address, { "901F": "1000", D120: "1100", D121: "1200" });
    return {
      transport,
      open: (line) => cjt188.open({ address, timeoutMs: 1000, profile }, line),
      answer: (bytes) => answerCjt188(meter, bytes),
      good: ["901F", "D120", "D121"].map((di, i) => ({ address: at(di), raw: 10 + i })),
      missing: at("D122"),
    };
  });

meterTranscripts(import.meta.dirname, ([address = "", meter_type, di_order = "low-first"], line) => {
  const own = meterProfile("cjt188", points, { meter_type, di_order });
  return createCjt188Asker({ address, timeoutMs: 1000, profile: own }, line).ask;
});

describe("the codec of CJ/T 188", () => {
  const any = { type: "AA", address: "AAAAAAAAAAAAAA" };

  test("asks any meter for its address as captured, and learns it from the answer", () => {
    const question = addressQuestion(false, 0);
    const frame = encodeQuestion(any, question);
    expect(Buffer.from(frame).toString("hex")).toBe("68aaaaaaaaaaaaaaaa0303810a004916");
    const answer = encodeFrame({ type: "10", address }, 0x83, Uint8Array.of(0x81, 0x0a, 0));
    expect(answerReader(any, question).find(answer)?.value).toMatchObject({ type: "10", address });
  });

  test("reads back every frame that it writes, wherever it stands", () => {
    const digits = fc.stringMatching(/^[0-9]{14}$/);
    const small = fc.uint8Array({ maxLength: 60 });
    fc.assert(
      fc.property(digits, fc.integer({ min: 0, max: 255 }), small, small, (who, control, data, before) => {
        const frame = encodeFrame({ type: "10", address: who }, control, data);
        const line = Uint8Array.from([...before, ...frame]);
        expect(cjt188FrameAt(line, before.length)).toEqual({
          type: "10",
          address: who,
          control,
          data,
          end: line.length,
        });
      }),
    );
  });

  test("takes nothing from a frame with one bit flipped, but of type and serial number, which do not tell meters apart", () => {
    const content = Uint8Array.of(0x90, 0x1f, 0, 0, 0x23, 1, 0, 0x2c);
    const answer = encodeFrame({ type: "10", address }, 0x81, content);
    const reader = answerReader({ type: "10", address }, { kind: "read", di: "901F", lowFirst: true, serial: 0 });
    expect(reader.find(answer)?.value.data).toEqual(content.subarray(3));
    for (let bit = 0; bit < answer.length * 8; bit++) {
      const flipped = Uint8Array.from(answer);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(reader.find(flipped), `bit ${bit}`).toBeUndefined();
    }
  });
});
