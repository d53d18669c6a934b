import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createAdapter } from "./adapter.ts";
import { createTimeline } from "./timeline.ts";
import { createWire } from "./wire.ts";

const settings = fc.record({
  baud: fc.constantFrom(1200, 9600, 19200, 57600, 115200),
  dataBits: fc.constantFrom(7, 8),
  parity: fc.constantFrom("none" as const, "even" as const, "odd" as const),
  stopBits: fc.constantFrom(1, 2),
});

function pair(first: Parameters<typeof createAdapter>[2], second = first) {
  const timeline = createTimeline();
  const [there, back] = [createWire(), createWire()];
  return {
    timeline,
    there,
    one: createAdapter(timeline, { rx: back, tx: there }, first),
    other: createAdapter(timeline, { rx: there, tx: back }, second),
  };
}

describe("two ports on a cable", () => {
  test("hear each other's bytes in any format that both have, without a gap between them", () => {
    fc.assert(
      fc.property(settings, fc.uint8Array({ minLength: 1, maxLength: 40 }), (format, bytes) => {
        const { timeline, one, other } = pair(format);
        one.send(bytes);
        timeline.run((bytes.length + 2) * (12_000 / format.baud));
        expect([...other.take()]).toEqual([...bytes].map((byte) => byte & ((1 << format.dataBits) - 1)));
      }),
      { numRuns: 60 },
    );
  });

  test("whose rates differ by two percent hear each other; by ten percent they do not", () => {
    const said = [..."Modbus"].map((letter) => letter.charCodeAt(0));
    const heardAt = (baud: number) => {
      const { timeline, one, other } = pair({ baud: 19200 }, { baud });
      one.send(Uint8Array.from(said));
      timeline.run(20);
      return [...other.take()];
    };
    expect(heardAt(19200 * 1.02)).toEqual(said);
    expect(heardAt(19200 * 0.98)).toEqual(said);
    expect(heardAt(19200 * 1.1)).not.toEqual(said);
    expect(heardAt(38400).length).toBeGreaterThan(said.length);
    expect(heardAt(9600).length).toBeLessThan(said.length);
  });
});

test("when two talk at once on one line, a third hears neither", () => {
  const timeline = createTimeline();
  const wire = createWire();
  const port = () => createAdapter(timeline, { rx: wire, tx: wire }, { baud: 9600 });
  const [one, two, third] = [port(), port(), port()];
  one.send(Uint8Array.of(0x55, 0x55, 0x55));
  timeline.run(0.3);
  two.send(Uint8Array.of(0xf0, 0x0f, 0xf0));
  timeline.run(10);
  expect([...third.take()]).not.toEqual([0x55, 0x55, 0x55]);
  one.send(Uint8Array.of(1, 2));
  timeline.run(10);
  expect([...third.take()]).toEqual([1, 2]);
});
