import { decodeRegisters } from "@weir/device-profiles/decode.ts";
import { interpret } from "@weir/device-profiles/interpret.ts";
import { loadProfiles } from "@weir/device-profiles/load.ts";
import { modbusTypes, orders, modbusProfile as schema } from "@weir/device-profiles/schema/modbus.ts";
import type { ModbusProfile, ModbusType } from "@weir/device-profiles/schema.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { createInstrument } from "./instrument.ts";
import { answer, type Unit } from "./pdu.ts";
import { rawOf } from "./raw.ts";
import { bytesOf, hexOf } from "./raw-socket.ts";
import { fromWords, rangeOf, toWords, wordCount } from "./words.ts";

/** A profile of the points that a test is about; it needs no examples of its own to be an instrument. */
function profileOf(points: string, more = ""): ModbusProfile {
  const head =
    "model: Test\nvendor: Test\nnames: { en: Test, zh: 测试 }\ndomain: water\nkind: test\nsource: test\nprotocol: modbus";
  const text = `${head}\n${more}\npoints:\n${points}\nexamples: [{ note: none, registers: "holding FFFF: 00 00", samples: {} }]\n`;
  return { ...schema.parse(parse(text)), id: "water/test" };
}

function shown(
  points: string,
  values: Record<string, number>,
  more = "",
): { unit: Unit; time: { world: number; own: number } } {
  const time = { world: 0, own: 0 };
  const unit = createInstrument({
    profile: profileOf(points, more),
    tell: (metric, at) => values[metric]! + at / 1000,
    worldNow: () => time.world,
    monotonic: () => time.own,
  });
  return { unit, time };
}

const ask = (unit: Unit, pdu: string) => hexOf(answer(bytesOf(pdu), unit));

describe("registers of an instrument", () => {
  test.each([
    ["u16", "ABCD", 0x1234, "1234"],
    ["u16", "DCBA", 0x1234, "3412"],
    ["i16", "ABCD", -2, "fffe"],
    ["u32", "ABCD", 0x12345678, "1234 5678"],
    ["u32", "CDAB", 0x12345678, "5678 1234"],
    ["u32", "BADC", 0x12345678, "3412 7856"],
    ["u32", "DCBA", 0x12345678, "7856 3412"],
    ["f32", "ABCD", 25, "41c8 0000"],
    ["f32", "CDAB", 25, "0000 41c8"],
    ["u64", "CDAB", 0x1_0000_0002, "0002 0000 0001 0000"],
    ["f64", "ABCD", 1, "3ff0 0000 0000 0000"],
    ["bcd16", "ABCD", 1234, "1234"],
    ["bcd32", "CDAB", 12345678, "5678 1234"],
  ] as const)("%s %s shows %d as %s", (type, order, raw, hex) => {
    expect(
      toWords(raw, { type, order })
        .map((word) => word.toString(16).padStart(4, "0"))
        .join(" "),
    ).toBe(hex);
  });

  const rawFor = (type: ModbusType) => {
    const [low, high] = rangeOf(type) ?? [0, 1];
    if (type === "f32") return fc.float({ noNaN: true });
    return type === "f64" ? fc.double({ noNaN: true }) : fc.integer({ min: low, max: high });
  };
  const words = fc
    .constantFrom(...modbusTypes)
    .chain((type) => fc.tuple(fc.constant(type), fc.constantFrom(...orders), rawFor(type)));

  test("are what a reader of the profile takes them for, in every type and order", () => {
    fc.assert(
      fc.property(words, ([type, order, raw]) => {
        const told = toWords(raw, { type, order });
        const bytes =
          type === "bit" ? Uint8Array.of(told[0]!) : Uint8Array.from(told.flatMap((word) => [word >> 8, word & 0xff]));
        expect(decodeRegisters(bytes, { type, order })).toBeCloseTo(raw, 10);
        expect(fromWords(told, { type, order })).toBeCloseTo(raw, 10);
      }),
    );
  });

  test("hold the value within half of the resolution, whatever scale and offset", () => {
    const scales = fc.tuple(
      fc.constantFrom(0.001, 0.01, 0.1, 0.5, 1, -1),
      fc.constantFrom(0, -40, 12.5),
      fc.double({ min: 0, max: 14, noNaN: true }),
    );
    fc.assert(
      fc.property(scales, ([scale, offset, value]) => {
        const point = profileOf(
          `  - { quantity: ph, at: { table: holding, register: 0, type: i32 }, scale: ${scale}, offset: ${offset} }`,
        ).points[0]!;
        const read = interpret(point, rawOf(point, value)).value!;
        expect(Math.abs(read - value)).toBeLessThanOrEqual(Math.abs(scale) / 2 + 1e-9);
      }),
    );
  });

  test("never show a pattern that the profile calls no value", () => {
    const point = profileOf(
      "  - { quantity: ph, at: { table: holding, register: 0, type: i16 }, invalid: [0x7FFF, 0x8000, 7] }",
    ).points[0]!;
    expect(rawOf(point, 1e9)).toBe(0x7ffe);
    expect(rawOf(point, -1e9)).toBe(-0x7fff);
    expect(rawOf(point, 7)).toBe(6);
  });

  test("count on from 0 where a counter's range ends, and stay at the end of it where a gauge's does", () => {
    const [counter, gauge] = profileOf(
      `  - { quantity: rainfall, at: { table: holding, register: 0, type: u16 }, scale: 0.1 }
  - { quantity: ph, at: { table: holding, register: 1, type: u16 }, scale: 0.1 }`,
    ).points;
    expect(rawOf(counter!, 6553.5)).toBe(65535);
    expect(rawOf(counter!, 6553.6)).toBe(0);
    expect(rawOf(counter!, 7000)).toBe(4464);
    expect(rawOf(gauge!, 7000)).toBe(65535);
  });

  test("hold something for any number, even one that no instrument should show", () => {
    const points = [...loadProfiles().values()].flatMap((profile) =>
      profile.protocol === "modbus" ? profile.points : [],
    );
    fc.assert(
      fc.property(fc.constantFrom(...points), fc.double({ noNaN: true, noDefaultInfinity: true }), (point, value) => {
        const raw = rawOf(point, value, point.decimals ? 2 : 0);
        expect(toWords(raw, point.at)).toHaveLength(wordCount(point.at.type));
      }),
      { numRuns: 1000 },
    );
  });

  test("share one word between bits and masked fields", () => {
    const { unit } = shown(
      `  - { quantity: ph, channel: low, at: { table: holding, register: 4, type: u16 }, mask: 0x000F }
  - { quantity: ph, channel: high, at: { table: holding, register: 4, type: u16 }, mask: 0x0F00 }
  - { quantity: ph, channel: flag, at: { table: holding, register: 4, type: u16 }, bit: 15 }`,
      { "ph/low": 5, "ph/high": 3, "ph/flag": 1 },
    );
    expect(ask(unit, "03 00 04 00 01")).toBe("03 02 83 05");
  });

  test("say in another register how many decimals there are", () => {
    const { unit } = shown(
      "  - { quantity: ph, at: { table: holding, register: 4, type: u16 }, decimals: { table: holding, register: 5, type: u16, mask: 0x00FF } }",
      { ph: 7.25 },
    );
    expect(ask(unit, "03 00 04 00 02")).toBe("03 04 02 D5 00 02");
  });

  test("between two points are there and 0; beyond them nothing is", () => {
    const two = `  - { quantity: ph, channel: a, at: { table: holding, register: 10, type: u16 } }
  - { quantity: ph, channel: b, at: { table: holding, register: 13, type: u16 } }`;
    const { unit } = shown(two, { "ph/a": 7, "ph/b": 8 });
    expect(ask(unit, "03 00 0A 00 04")).toBe("03 08 00 07 00 00 00 00 00 08");
    expect(ask(unit, "03 00 09 00 02")).toBe("83 02");
    expect(ask(unit, "04 00 0A 00 01")).toBe("84 02");
    const strict = shown(two, { "ph/a": 7, "ph/b": 8 }, "holes: false\nregisters_per_read: 2");
    expect(ask(strict.unit, "03 00 0A 00 02")).toBe("83 02");
    expect(ask(strict.unit, "03 00 0A 00 03")).toBe("83 03");
  });
});

describe("a point that may be written", () => {
  const writable = `  - { quantity: ph, channel: set, at: { table: holding, register: 10, type: u16 }, scale: 0.01, write: { min: 6, max: 9 } }
  - { quantity: ph, channel: read, at: { table: holding, register: 11, type: u16 } }
  - { quantity: ph, channel: relay, at: { table: coil, register: 0, type: bit }, write: { min: 0, max: 1 } }`;

  test("keeps what was written and shows it", () => {
    const { unit } = shown(writable, { "ph/set": 7, "ph/read": 7, "ph/relay": 0 });
    expect(ask(unit, "03 00 0A 00 01")).toBe("03 02 02 BC");
    expect(ask(unit, "06 00 0A 03 20")).toBe("06 00 0A 03 20");
    expect(ask(unit, "03 00 0A 00 01")).toBe("03 02 03 20");
    expect(ask(unit, "05 00 00 FF 00")).toBe("05 00 00 FF 00");
    expect(ask(unit, "01 00 00 00 01")).toBe("01 01 01");
  });

  test("refuses a value beyond its limits, and a register that is only read, and then changes nothing", () => {
    const { unit } = shown(writable, { "ph/set": 7, "ph/read": 7, "ph/relay": 0 });
    expect(ask(unit, "06 00 0A 00 01")).toBe("86 03");
    expect(ask(unit, "06 00 0B 00 01")).toBe("86 02");
    expect(ask(unit, "10 00 0A 00 02 04 03 20 00 01")).toBe("90 02");
    expect(ask(unit, "03 00 0A 00 01")).toBe("03 02 02 BC");
  });
});

describe("a probe that measures when told to", () => {
  const points = "  - { quantity: ph, at: { table: holding, register: 0x2600, type: u16 }, scale: 0.01 }";
  const measure = `measure:
  start: [{ read: { table: holding, register: 0x2500, count: 0 } }, { wait: 2s }]
  stop: [{ read: { table: holding, register: 0x2E00, count: 0 } }]`;
  const start = "03 25 00 00 00";
  const halt = "03 2E 00 00 00";
  const read = "03 26 00 00 01";

  test("answers its command, a read of no registers, with no registers", () => {
    const { unit } = shown(points, { ph: 7 }, measure);
    expect(ask(unit, start)).toBe("03 00");
    expect(ask(unit, "03 26 00 00 00")).toBe("83 03");
  });

  test("shows nothing before it was started, unsettled numbers while it measures, the truth after its wait", () => {
    const { unit, time } = shown(points, { ph: 7 }, measure);
    expect(ask(unit, read)).toBe("03 02 00 00");
    ask(unit, start);
    time.own = 1000;
    expect(ask(unit, read)).not.toBe("03 02 02 BC");
    time.own = 2000;
    expect(ask(unit, read)).toBe("03 02 02 BC");
    time.world = 1000;
    expect(ask(unit, read)).toBe("03 02 03 20");
  });

  test("keeps its last value after a stop, until it has measured anew", () => {
    const { unit, time } = shown(points, { ph: 7 }, measure);
    ask(unit, start);
    time.own = 2000;
    ask(unit, halt);
    time.world = 1000;
    expect(ask(unit, read)).toBe("03 02 02 BC");
    ask(unit, start);
    time.own = 4000;
    expect(ask(unit, read)).toBe("03 02 03 20");
  });

  test("without a stop command measures once for each start", () => {
    const { unit, time } = shown(
      points,
      { ph: 7 },
      "measure: { start: [{ write: { table: holding, register: 1, values: [1] } }, { wait: 1s }] }",
    );
    expect(ask(unit, "06 00 01 00 01")).toBe("06 00 01 00 01");
    time.own = 1000;
    time.world = 1000;
    expect(ask(unit, read)).toBe("03 02 02 BC");
    ask(unit, "06 00 01 00 01");
    time.own = 2000;
    expect(ask(unit, read)).toBe("03 02 03 20");
  });
});
