import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createFirmataDecoder, parseFirmataHex } from "./firmata.ts";
import { decodeDs18b20, decodeI2c } from "./firmata-values.ts";
import { parseProfile } from "./load.ts";

describe("what a board says", () => {
  test("is read as StandardFirmata 2.4 sent it", () => {
    const said = parseFirmataHex(
      "F9 02 04 | F0 79 02 04 53 00 2E 00 69 00 6E 00 6F 00 F7 | E0 00 04 | 90 00 01 | F0 6E 08 01 01 F7 | F0 6A 7F 00 F7 | F0 6C 7F 00 01 02 0A 7F F7",
    );
    expect(said).toEqual([
      { kind: "version", major: 2, minor: 4 },
      { kind: "firmware", name: "S", major: 2, minor: 4 },
      { kind: "analog", channel: 0, value: 512 },
      { kind: "digital", port: 0, levels: 128 },
      { kind: "pin", pin: 8, mode: 1, state: 1 },
      { kind: "channels", channels: [undefined, 0] },
      {
        kind: "capabilities",
        pins: [
          new Map(),
          new Map([
            [0, 1],
            [2, 10],
          ]),
        ],
      },
    ]);
  });

  test("is the same however the bytes are cut, and no bytes make the decoder throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), (bytes, cut) => {
        const decoder = createFirmataDecoder();
        const pieces = [...decoder.push(bytes.subarray(0, cut)), ...decoder.push(bytes.subarray(cut))];
        expect(pieces).toEqual(createFirmataDecoder().push(bytes));
      }),
    );
  });

  test("is found again behind garbage, and half a message gives nothing", () => {
    const decoder = createFirmataDecoder();
    expect(decoder.push(Uint8Array.of(0x11, 0xf0, 0x77, 0x18, 0xe0, 0x00))).toEqual([]);
    expect(decoder.push(Uint8Array.of(0x04))).toEqual([{ kind: "analog", channel: 0, value: 512 }]);
  });

  test("any I2C reply is read back", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 127 }), fc.uint8Array({ maxLength: 32 }), (address, data) => {
        const pairs = [address, 5, ...data].flatMap((byte) => [byte & 0x7f, byte >> 7]);
        const [message] = createFirmataDecoder().push(Uint8Array.from([0xf0, 0x77, ...pairs, 0xf7]));
        expect(message).toEqual({ kind: "i2c", address, register: 5, data });
      }),
    );
  });
});

describe("numbers of chips", () => {
  const mcp9808 = { i2c: 0x18, register: 5, bytes: 2, order: "big", signed: true, bits: 13 } as const;

  test("keep their sign: 1F F8 of an MCP9808 is half a degree of frost", () => {
    expect(decodeI2c(Uint8Array.of(0xc1, 0x90), mcp9808)).toBe(400);
    expect(decodeI2c(Uint8Array.of(0x1f, 0xf8), mcp9808)).toBe(-8);
    expect(decodeDs18b20(Uint8Array.of(0x5e, 0xff))).toBe(-162);
  });

  test("are none when bytes are missing", () => {
    expect(decodeI2c(Uint8Array.of(1), mcp9808)).toBeUndefined();
  });
});

describe("a wrong profile of a board", () => {
  const text = (points: string) => `
model: T
vendor: t
names: { en: t, zh: t }
domain: pipe
kind: node
source: t
protocol: firmata
points:
${points}
examples:
  - { note: n, messages: E0 00 04, samples: { pipe_flow: 512 } }
`;
  test.each([
    [
      "an input that is written",
      "  - { quantity: pipe_flow, at: { analog: 0 }, write: { min: 0, max: 1 } }",
      /A0 is an input; only output and pwm/,
    ],
    [
      "a sensor's value that it has not",
      "  - { quantity: pipe_flow, at: { i2c: 0x76, sensor: BMP280, value: humidity } }",
      /a BMP280 gives temperature and pressure/,
    ],
    [
      "a pin used in two ways",
      "  - { quantity: pump_state, at: { output: 7 } }\n  - { quantity: valve_state, at: { digital: 7 } }",
      /pin 7 is already an output, for points\.0/,
    ],
    [
      "more PWM than there is",
      "  - { quantity: pipe_flow, at: { pwm: 9 }, write: { min: 0, max: 300 } }",
      /300 would be raw 300; the pin takes 0 to 255/,
    ],
    [
      "more bits than bytes hold",
      "  - { quantity: pipe_flow, at: { i2c: 0x18, bytes: 1, bits: 9 } }",
      /1 bytes hold 8 bits/,
    ],
  ])("is refused: %s", (_, points, said) => {
    const read = parseProfile(text(points), "pipe/t-t.yaml");
    expect("faults" in read && read.faults.map(({ message }) => message).join("\n")).toMatch(said);
  });
});
