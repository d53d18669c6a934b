import { loadProfile, shipped } from "@weir/device-profiles/load.ts";
import type { FirmataProfile } from "@weir/device-profiles/schema.ts";
import { describe, expect, test } from "vitest";
import { chance } from "../world/chance.ts";
import { createBoard } from "./board.ts";
import { bme280, mcp9808 } from "./chips.ts";
import { wire } from "./node.ts";

const lampNode = loadProfile(`${shipped}/light/allegro-acs712.yaml`) as FirmataProfile;
const manhole = loadProfile(`${shipped}/pipe/generic-firmata-manhole.yaml`) as FirmataProfile;

function setUp(profile: FirmataProfile, truth: Record<string, number>) {
  const state = { now: 0, chips: true, sketch: "StandardFirmata" };
  const tell = (metric: string, _: number, settings: ReadonlyMap<string, number>) =>
    settings.get(metric) ?? truth[metric]!;
  const board = createBoard(
    wire({
      members: [{ name: "node", profile, tell }],
      worldNow: () => 0,
      hasChips: () => state.chips,
      sketch: () => state.sketch,
    }),
  );
  const ask = (hex: string) => Buffer.from(board.hear(Buffer.from(hex.replaceAll(" ", ""), "hex"))).toString("hex");
  const report = () => Buffer.from(board.report(state.now)).toString("hex");
  return { board, state, ask, report, truth };
}

describe("the simulated board", () => {
  const truth = { sewer_level: 2.5, sewer_high_water: 0, manhole_cover_state: 1 };

  test("answers as the protocol document says: version, sketch, analog pins", () => {
    const { ask } = setUp(manhole, truth);
    expect(ask("F9")).toBe("f90205");
    expect(Buffer.from(ask("F0 79 F7"), "hex").toString("latin1").replaceAll("\0", "")).toContain(
      "StandardFirmata.ino",
    );
    expect(ask("F0 69 F7")).toMatch(/^f06a(7f){14}000102030405f7$/);
  });

  test("reports an input when it is asked to, when it changes, and not otherwise", () => {
    const { ask, report, truth } = setUp(manhole, { sewer_level: 2.5, sewer_high_water: 0, manhole_cover_state: 1 });
    ask("F4 07 0B F4 06 0B");
    expect(ask("D0 01")).toBe("904000");
    expect(report()).toBe("");
    truth.sewer_high_water = 1;
    expect(report()).toBe("904001");
    expect(report()).toBe("");
  });

  test("reports analog inputs at the sampling interval", () => {
    const { ask, report, state } = setUp(manhole, truth);
    expect(ask("F0 7A 64 00 F7 C0 01")).toBe("e01d04"); // 541 of 1024
    report();
    state.now = 50;
    expect(report()).toBe("");
    state.now = 120;
    expect(report()).toBe("e01d04");
  });

  test("loses modes and reports when it restarts, and says who it is", () => {
    const { board, ask, report } = setUp(manhole, truth);
    ask("F4 07 0B D0 01 C0 01");
    expect(ask("F0 6D 07 F7")).toBe("f06e070b01f7");
    expect(Buffer.from(board.restart()).toString("hex")).toMatch(/^f90205f0790205/);
    expect(ask("F0 6D 07 F7")).toBe("f06e070100f7");
    expect(report()).toBe("");
  });

  test("acts on the world when outputs are written, and forgets it when it restarts", () => {
    const { board, ask } = setUp(lampNode, { current: 1, relay_state: 1, lamp_dim_level: 60 });
    expect(ask("F0 6D 08 F7")).toBe("f06e080101f7");
    ask("91 00 00");
    expect(ask("F0 6D 08 F7")).toBe("f06e080100f7");
    ask("F4 09 03 E9 33 00");
    expect(ask("F0 6D 09 F7")).toBe("f06e090333f7");
    board.restart();
    expect(ask("F0 6D 08 F7")).toBe("f06e080101f7");
  });

  test("complains of a chip that is not there, and then sends what it read last, as the real sketch does", () => {
    const node = loadProfile(`${shipped}/air/microchip-mcp9808.yaml`) as FirmataProfile;
    const { ask, state } = setUp(node, { air_temperature: 25 });
    ask("F0 78 00 00 F7");
    const good = ask("F0 76 18 08 05 00 02 00 F7");
    expect(good).toBe("f077180005000100" + "1001f7");
    state.chips = false;
    const bad = ask("F0 76 18 08 05 00 02 00 F7");
    expect(bad).toMatch(/^f071/);
    expect(bad.endsWith(good)).toBe(true);
  });

  test("survives whatever comes in", () => {
    const { board } = setUp(manhole, truth);
    for (let i = 0; i < 20_000; i++)
      board.hear(Uint8Array.from({ length: 12 }, (_, j) => Math.floor(chance(7, 12 * i + j) * 256)));
    expect(Buffer.from(board.hear(Uint8Array.of(0xf7, 0xf9))).toString("hex")).toBe("f90205");
  });
});

describe("chips", () => {
  test("an MCP9808 tells frost in two's complement", () => {
    const chip = mcp9808(() => -0.5);
    expect(chip.read(5, 2)).toEqual([0x1f, 0xf8]);
  });

  test("a BME280 measures only when told to, and holds its reset pattern until then", () => {
    const chip = bme280(
      (metric) => ({ air_temperature: 25.0825, air_pressure: 100.65327, relative_humidity: 46 })[metric]!,
    );
    expect(chip.read(0xf7, 8)).toEqual([0x80, 0, 0, 0x80, 0, 0, 0x80, 0]);
    chip.write(0xf2, [5]);
    chip.write(0xf4, [0xb7]);
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = chip.read(0xf7, 8);
    expect((a << 12) | (b << 4) | (c >> 4)).toBeCloseTo(415148, -2); // near the worked example: 25.08 °C, 100653 Pa
    expect((d << 12) | (e << 4) | (f >> 4)).toBeCloseTo(519888, -3);
    chip.write(0xe0, [0xb6]);
    expect(chip.read(0xf7, 1)).toEqual([0x80]);
  });
});
