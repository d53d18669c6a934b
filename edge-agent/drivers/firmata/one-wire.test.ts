import { expect, test } from "vitest";
import { oneWireCrc } from "./crc8.ts";
import { setUpNode } from "./test-node.ts";

const rom = [0x28, 0xff, 0x64, 0x1e, 0x0f, 0x7a, 0x93, 0x00];
rom[7] = oneWireCrc(rom.slice(0, 7));

/** 25.0625 °C as the DS18B20's data sheet codes it, 12 bits. */
const scratchpad = (low = 0x91, high = 0x01) => {
  const bytes = [low, high, 0x4b, 0x46, 0x7f, 0xff, 0x0c, 0x10];
  return [...bytes, oneWireCrc(bytes)];
};

/** A board with OneWire on pin 2, as ConfigurableFirmata answers. */
async function setUp(codes: readonly (readonly number[])[], at = {}) {
  const state = { content: scratchpad(), sent: [] as string[] };
  const node = await setUpNode(
    [
      { quantity: "water_temperature", at: { one_wire: 2, ...at }, scale: 0.0625 },
      { quantity: "voltage", at: { analog: 0 } },
    ],
    {},
    (board) => {
      board.oneWire = (about, data) => {
        state.sent.push(Buffer.from(data).toString("hex"));
        if (about === 0x40) return { about: 0x42, data: codes.flat() };
        return data.includes(0xbe) ? { about: 0x43, data: [0, 0, ...state.content] } : undefined;
      };
    },
  );
  return { ...node, ...state, state };
}

test("a thermometer is found, measures while the line is free, and its checksum holds", async () => {
  const { raws, sent } = await setUp([rom]);
  expect(await raws()).toEqual([0x191, 512]);
  expect(sent.some((bytes) => bytes.startsWith(Buffer.from(rom).toString("hex")) && bytes.endsWith("44"))).toBe(true);
});

test("one that fails its checksum, or shows the 85 °C of power-up, gives no number", async () => {
  const { raws, state } = await setUp([rom]);
  state.content = [...scratchpad().slice(0, 8), 0];
  expect(await raws()).toEqual(["crc", 512]);
  state.content = scratchpad(0x50, 0x05);
  expect(await raws()).toEqual(["exception-2", 512]);
  state.content = scratchpad();
  expect(await raws()).toEqual([0x191, 512]);
});

test("two on one wire are told apart by their codes, which are named", async () => {
  const other = [0x28, 1, 2, 3, 4, 5, 6, 0];
  other[7] = oneWireCrc(other.slice(0, 7));
  const { raws, connection } = await setUp([rom, other]);
  expect(await raws()).toEqual(["exception-1", 512]);
  expect(connection.stats().lastError).toContain(Buffer.from(other).toString("hex").toUpperCase());
  const chosen = await setUp([rom, other], { rom: Buffer.from(rom).toString("hex").toUpperCase() });
  expect(await chosen.raws()).toEqual([0x191, 512]);
});
