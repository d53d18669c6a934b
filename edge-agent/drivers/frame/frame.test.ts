import { lookAt, shapeOf } from "@weir/device-profiles/binary-frame.ts";
import { type ChecksumKind, checksumKinds, checksumOf, checksumSize } from "@weir/device-profiles/checksum.ts";
import type { FrameAddress } from "@weir/device-profiles/schema.ts";
import { virtualClock } from "@weir/wire/clock.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { driverContract } from "../contract.ts";
import type { Result, Turn } from "../driver.ts";
import { createTestLine, createTestLink, serial9600 } from "../test-link.ts";
import { frameProfile } from "../test-sensor.ts";
import { inHex, transcripts } from "../test-transcript.ts";
import { frameReader } from "./codec.ts";
import { createFrameAsker, frame } from "./frame.ts";

const at = (from: number, type: FrameAddress["type"] = "u16", order: FrameAddress["order"] = "big"): FrameAddress => ({
  ...{ from, type, order },
});
const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const rawTcp = { kind: "raw-tcp", host: "test", port: 4001 } as const;
const good = [10, 11, 12].map((raw, i) => ({ address: at(2 + 2 * i), raw }));
/** What an instrument of `AA 01 …` frames says: three words and the low byte of the sum. */
const words = bytes("AA 01 00 0A 00 0B 00 0C CC");
const answer = { start: "AA 01", length: 9, checksum: { kind: "sum8" } };

for (const transport of [serial9600, rawTcp]) {
  driverContract(`frame ${transport.kind}, asked`, () => ({
    transport,
    open: (line) => frame.open({ timeoutMs: 1000, profile: frameProfile(answer, { request: "AA 00 01" }) }, line),
    answer: (asked) => (Buffer.from(asked).toString("hex") === "aa0001" ? words : undefined),
    good,
    missing: at(9),
  }));
  driverContract(`frame ${transport.kind}, speaking by itself`, () => ({
    transport,
    open: (line) => frame.open({ timeoutMs: 1000, profile: frameProfile(answer) }, line),
    answer: () => undefined,
    speaks: { everyMs: 500, say: () => words },
    good,
    missing: at(9),
  }));
}

const instruments: Readonly<Record<string, Parameters<typeof frameProfile>>> = {
  asked: [
    { start: "FF 86", length: 9, checksum: { kind: "minus8", from: 1 } },
    { request: "FF 01 86 00 00 00 00 00 79" },
  ],
  speaking: [{ start: "AA C0", length: 10, checksum: { kind: "sum8", from: 2 }, end: "AB" }],
  "telling-length": [
    { start: "42 4D", length: { from: 2, type: "u16", plus: 4, max: 40 }, checksum: { kind: "sum16" } },
    { request: "42 4D E2 00 00 01 71" },
  ],
};
transcripts(import.meta.dirname, inHex, ([name = ""], line) => {
  const profile = frameProfile(...instruments[name]!);
  const asker = createFrameAsker({ timeoutMs: 1000, profile }, line);
  return (_, turn) => asker.next(turn);
});

const turn: Turn = { urgent: false, deadline: 0, signal: new AbortController().signal };

describe("an instrument that speaks by itself", () => {
  test("is read from the next frame that arrives, never from one that came before the question", async () => {
    const clock = virtualClock(1_000_000);
    const link = createTestLink(clock, () => expect.unreachable("nothing is sent"));
    const connection = frame.open(
      { timeoutMs: 1500, profile: frameProfile(answer) },
      createTestLine(link, serial9600, clock),
    );
    link.push(bytes("AA 01 00 01 00 01 00 01 AE"));
    link.push(words.subarray(0, 4));
    let results: readonly Result[] | undefined;
    void connection.read([at(2)], turn).then((found) => {
      results = found;
    });
    await clock.advance(100);
    link.push(words.subarray(4));
    await clock.advance(400);
    expect(results).toBeUndefined();
    link.push(words);
    await clock.advance(0);
    expect(results).toEqual([{ raw: 10, at: 1_000_500 }]);
  });

  test("is waited for no longer than its time-out, and the fault says what to look at", async () => {
    const clock = virtualClock();
    const link = createTestLink(clock, () => {});
    const profile = frameProfile(answer);
    const connection = frame.open({ timeoutMs: 1500, profile }, createTestLine(link, rawTcp, clock));
    const reading = connection.read([at(2)], turn);
    await clock.advance(1500);
    expect(await reading).toEqual([{ error: "timeout" }]);
    expect(connection.stats().lastError).toMatch(
      /^Test S-1: nothing was heard; check power, wiring .* timeout is longer/,
    );
  });
});

describe("checksums", () => {
  // Of "123456789", as catalogues of CRCs give it; sums reckoned by hand.
  test.each<[ChecksumKind, number]>([
    ["sum8", 0xdd],
    ["sum16", 0x01dd],
    ["minus8", 0x23],
    ["not8", 0x22],
    ["xor8", 0x31],
    ["crc8", 0xf4],
    ["crc8-maxim", 0xa1],
    ["crc16-modbus", 0x4b37],
    ["crc16-ccitt", 0x29b1],
    ["crc16-xmodem", 0x31c3],
  ])("%s is what others reckon", (kind, expected) => {
    expect(checksumOf(kind, Buffer.from("123456789"), 0, 9)).toBe(expected);
  });
});

describe("frames in a stream", () => {
  const kinds = fc.constantFrom(...checksumKinds);
  const orders = fc.constantFrom("big", "little");

  /** A frame of 68, a length byte, content, checksum and 16. */
  function build(content: Uint8Array, kind: ChecksumKind, order: string): Uint8Array {
    const size = checksumSize(kind);
    const built = Uint8Array.from([0x68, content.length, ...content, ...new Array<number>(size).fill(0), 0x16]);
    const sum = checksumOf(kind, built, 0, built.length - size - 1);
    const parts = size === 1 ? [sum] : order === "big" ? [sum >> 8, sum & 0xff] : [sum & 0xff, sum >> 8];
    built.set(parts, built.length - size - 1);
    return built;
  }
  const readerOf = (kind: ChecksumKind, order: string) => {
    const length = { from: 1, type: "u8", plus: 3 + checksumSize(kind), max: 64 };
    const profile = frameProfile({ start: "68", length, checksum: { kind, order }, end: "16" });
    return frameReader({ shape: shapeOf(profile.answer), request: undefined, model: "test" });
  };

  test("every frame is found, whatever garbage stands before it", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        fc.uint8Array({ maxLength: 30 }),
        kinds,
        orders,
        (content, junk, kind, order) => {
          const quiet = junk.filter((byte) => byte !== 0x68);
          const built = build(content, kind, order);
          const found = readerOf(kind, order).find(Uint8Array.from([...quiet, ...built, 1, 2]));
          expect(found).toEqual({ value: built, end: quiet.length + built.length });
        },
      ),
    );
  });

  test("nothing is taken from one with one bit flipped", () => {
    for (const kind of checksumKinds) {
      const built = build(bytes("01 02 03 04 05"), kind, "big");
      const reader = readerOf(kind, "big");
      expect(reader.find(built)?.value).toEqual(built);
      for (let bit = 0; bit < built.length * 8; bit++) {
        const flipped = Uint8Array.from(built);
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        expect(reader.find(flipped), `${kind}, bit ${bit}`).toBeUndefined();
      }
    }
  });

  test("a length that promises more than comes hides no frame behind it", () => {
    const built = build(bytes("01 02 03"), "sum8", "big");
    expect(readerOf("sum8", "big").find(Uint8Array.from([0x68, 60, ...built]))?.value).toEqual(built);
  });

  test("our own request is no answer, even where it looks like one", () => {
    const { answer } = frameProfile({ start: "FF", length: 4, checksum: { kind: "sum8" } });
    const [request, reply] = [bytes("FF 07 00 06"), bytes("FF 07 A1 A7")];
    const reader = frameReader({ shape: shapeOf(answer), request, model: "test" });
    expect(reader.find(request)).toBeUndefined();
    expect(reader.fault(request)).toMatchObject({ code: "timeout" });
    expect(reader.find(Uint8Array.from([...request, ...reply]))).toEqual({ value: reply, end: 8 });
  });

  test("bytes that are fixed tell one kind of instrument from another", () => {
    const { answer } = frameProfile({
      start: "FF",
      length: 6,
      fixed: [{ from: 2, bytes: "31 01" }],
      checksum: { kind: "xor8" },
    });
    const reader = frameReader({ shape: shapeOf(answer), request: undefined, model: "test" });
    expect(reader.find(bytes("FF 05 31 01 00 CA"))?.end).toBe(6);
    expect(reader.find(bytes("FF 05 2B 01 00 D0"))).toBeUndefined();
  });

  test("no bytes make it throw, nor look beyond the longest frame", () => {
    const profile = frameProfile({
      ...{ start: "68", end: "16", checksum: { kind: "crc16-modbus", order: "little" } },
      length: { from: 1, type: "u16", order: "little", plus: 6, max: 64 },
    });
    const shape = shapeOf(profile.answer);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (junk) => {
        const line = Uint8Array.from([0x68, ...junk]);
        const look = lookAt(line, 0, shape);
        if (typeof look === "object") expect(look.end).toBeLessThanOrEqual(64);
        frameReader({ shape, request: bytes("68 01"), model: "test" }).fault(line);
      }),
    );
  });
});
