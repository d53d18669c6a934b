import { dlt645FrameAt } from "@weir/device-profiles/dlt645.ts";
import type { Dlt645Address } from "@weir/device-profiles/schema.ts";
import { virtualClock } from "@weir/wire/clock.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { driverContract } from "../contract.ts";
import type { Result, Turn } from "../driver.ts";
import { createTestLine, createTestLink, serial9600 } from "../test-link.ts";
import { answerDlt645, createTestMeter, meterProfile, type TestMeter } from "../test-meter.ts";
import { meterTranscripts } from "../test-transcript.ts";
import { answerReader, encodeFrame, encodeQuestion } from "./codec.ts";
import { createDlt645Asker, dlt645 } from "./dlt645.ts";

const address = "123456789012";
const at = (di: string, format = "XXXX", from = 0): Dlt645Address => ({ di, from, format, signed: false });
const profile = meterProfile("dlt645", [{ quantity: "voltage", at: { di: "02010100", format: "XXX.X" } }]);
const rawTcp = { kind: "raw-tcp", host: "test", port: 4001 } as const;

for (const transport of [serial9600, rawTcp])
  driverContract(`DL/T 645 ${transport.kind}`, () => {
    const meter = createTestMeter(address, {
      "02010100": "1000",
      "02010200": "1100",
      "02010300": "1200",
      "9010": "1300",
    });
    return {
      transport,
      open: (line) => dlt645.open({ address, timeoutMs: 1000, profile }, line),
      answer: (bytes) => answerDlt645(meter, bytes),
      good: ["02010100", "02010200", "02010300", "9010"].map((di, i) => ({ address: at(di), raw: 10 + i })),
      missing: at("02800002"),
    };
  });

meterTranscripts(import.meta.dirname, ([address = ""], line) => {
  return createDlt645Asker({ address, timeoutMs: 1000, profile }, line).ask;
});

function setUp(meter: TestMeter) {
  const clock = virtualClock(1_000_000);
  const link = createTestLink(clock, (bytes) => {
    const reply = answerDlt645(meter, bytes);
    if (reply) void clock.sleep(20, new AbortController().signal).then(() => link.push(reply));
  });
  const connection = dlt645.open({ address, timeoutMs: 500, profile }, createTestLine(link, serial9600, clock));
  const turn: Turn = { urgent: false, deadline: 0, signal: new AbortController().signal };
  const read = async (addresses: readonly Dlt645Address[]): Promise<readonly unknown[]> => {
    let results: readonly Result[] | undefined;
    void connection.read(addresses, turn).then((found) => {
      results = found;
    });
    for (let i = 0; i < 10_000 && !results; i++) await clock.advance(10);
    return results!.map((result) => ("raw" in result ? result.raw : result.error));
  };
  return { clock, connection, read };
}

describe("points of one identifier", () => {
  test("are read with one request, each from its own bytes", async () => {
    const meter = createTestMeter(address, { "0201FF00": "142398220623" });
    const { read } = setUp(meter);
    const phases = [0, 2, 4].map((from) => at("0201FF00", "XXX.X", from));
    expect(await read(phases)).toEqual([231.4, 229.8, 230.6]);
    expect(meter.asked).toEqual(["0201FF00"]);
  });

  test("that the answer is too short for are bad alone", async () => {
    const { read, connection } = setUp(createTestMeter(address, { "0201FF00": "1423" }));
    expect(await read([at("0201FF00", "XXX.X"), at("0201FF00", "XXX.X", 2)])).toEqual([231.4, "mismatch"]);
    expect(connection.stats().lastError).toMatch(
      /0201FF00: the answer holds 2 bytes, fewer than the point asks for; check/,
    );
  });
});

describe("an identifier that a meter is silent about", () => {
  test("goes last, costs its neighbours nothing, and after five silences is asked no more for an hour", async () => {
    const meter = createTestMeter(address, { "00010000": "56341200", "02010100": "0523" });
    const { read, clock } = setUp(meter);
    const addresses = [at("02800002"), at("00010000", "XXXXXX.XX"), at("02010100", "XXX.X")];
    meter.silentAbout.add("02800002");
    expect(await read(addresses)).toEqual(["timeout", "timeout", "timeout"]);
    for (let i = 0; i < 5; i++) expect((await read(addresses)).slice(1)).toEqual([1234.56, 230.5]);
    meter.asked.length = 0;
    expect(await read(addresses)).toEqual(["unsupported", 1234.56, 230.5]);
    expect(meter.asked).not.toContain("02800002");
    await clock.advance(3_600_000);
    await read(addresses);
    expect(meter.asked).toContain("02800002");
  });
});

describe("the codec of DL/T 645", () => {
  const digits = fc.stringMatching(/^[0-9]{12}$/);
  const bytes = fc.uint8Array({ maxLength: 200 });

  test("asks the 2007 edition with control code 11, never 01", () => {
    expect(encodeQuestion("000000000001", { kind: "read", di: "00010000" })[8]).toBe(0x11);
  });

  test("asks any meter for its address as captured", () => {
    expect(hex(encodeQuestion("AAAAAAAAAAAA", { kind: "read-address" }))).toBe("68 AA AA AA AA AA AA 68 13 00 DF 16");
  });

  test("reads back every frame that it writes, wherever it stands", () => {
    fc.assert(
      fc.property(
        digits,
        fc.integer({ min: 0, max: 255 }),
        bytes,
        fc.uint8Array({ maxLength: 20 }),
        (who, control, data, before) => {
          const frame = encodeFrame(who, control, data);
          const line = Uint8Array.from([...before, ...frame]);
          expect(dlt645FrameAt(line, before.length)).toEqual({ address: who, control, data, end: line.length });
        },
      ),
    );
  });

  test("takes nothing from a frame with one bit flipped", () => {
    const answer = encodeFrame(address, 0x91, Uint8Array.from([0, 0, 1, 0, 0x56, 0x34, 0x12, 0]));
    const reader = answerReader(address, { kind: "read", di: "00010000" });
    expect(reader.find(answer)?.value.data).toEqual(Uint8Array.from([0x56, 0x34, 0x12, 0]));
    for (let bit = 0; bit < answer.length * 8; bit++) {
      const flipped = Uint8Array.from(answer);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(reader.find(flipped), `bit ${bit}`).toBeUndefined();
    }
  });
});

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(" ");
}
