import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { channelsOf } from "./channels.ts";
import { startNodes } from "./test-node.ts";
import { variants } from "./variants.ts";

const read = (file: string) => readFileSync(join(import.meta.dirname, file), "utf8");

/** `X(0x0004, values, 4)` of one table of registers.h. */
function table(name: string): Map<string, { readonly at: number; readonly words: number }> {
  const text = read("registers.h");
  const from = text.indexOf(`#define ${name}(X)`);
  const to = text.indexOf("\n\n", from);
  const rows = [...text.slice(from, to).matchAll(/X\((0x[0-9A-F]{4}), (\w+), (\d+)\)/g)];
  return new Map(rows.map(([, at, name, words]) => [name!, { at: Number(at), words: Number(words) }]));
}

const input = table("INPUT_REGISTERS");
const holding = table("HOLDING_REGISTERS");

type Point = {
  readonly quantity: string;
  readonly at: { readonly table: string; readonly register: number; readonly type: string };
  readonly scale?: number;
  readonly invalid?: readonly number[];
};
type Profile = {
  readonly model: string;
  readonly link: unknown;
  readonly identify: readonly { readonly register: number; readonly count: number; readonly text: string }[];
  readonly points: readonly Point[];
};

test.each([
  ["input", input],
  ["holding", holding],
] as const)("no two %s registers are in one place", (_, registers) => {
  const taken = [...registers.values()].flatMap(({ at, words }) => Array.from({ length: words }, (_, n) => at + n));
  expect(new Set(taken).size).toBe(taken.length);
  expect(registers.size).toBeGreaterThan(7);
});

describe.each(variants)("the profile of the $name node", ({ name: variant, profile: id, model, hardwareClass }) => {
  const profile = parse(read(`../../device-profiles/${id}.yaml`)) as Profile;

  test("is named by the table of variants, as its C names itself", () => {
    expect(profile.model).toBe(model);
    expect(read(`${variant}.h`)).toMatch(
      new RegExp(`#define HARDWARE_CLASS ${hardwareClass}\n#define MODEL "${model}"`),
    );
  });

  test("has every value where its C has it, in its unit", () => {
    const at = (table: string, register: number, type: string) => ({ table, register, type });
    const values = channelsOf(variant).map(({ quantity, scale }, n) => ({
      quantity,
      scale,
      at: at("input", input.get("values")!.at + n, "i16"),
      invalid: [-32768],
    }));
    const lamp = [
      { quantity: "lamp_fault", scale: 1, at: at("input", input.get("lamp_fault")!.at, "u16"), invalid: [] },
      { quantity: "relay_state", scale: 1, at: at("holding", holding.get("relay")!.at, "u16"), invalid: [] },
    ];
    const common = [
      { quantity: "supply_voltage", scale: 0.001, at: at("input", input.get("supply")!.at, "u16"), invalid: [] },
      { quantity: "uptime", scale: 1, at: at("input", input.get("uptime")!.at, "u32"), invalid: [] },
      { quantity: "status_code", scale: 1, at: at("input", input.get("status")!.at, "u16"), invalid: [] },
    ];
    expect(
      profile.points.map(({ quantity, at, scale = 1, invalid = [] }) => ({ quantity, scale, at, invalid })),
    ).toEqual([...values, ...(variant === "light" ? lamp : []), ...common]);
  });

  test("knows it by the model that the image says, at the settings it ships with", async () => {
    const { at, words } = input.get("model")!;
    expect(profile.identify).toEqual([{ table: "input", register: at, count: words, text: profile.model }]);
    expect(profile.link).toEqual({ baud: 19200, parity: "even", unit: 247 });
    const line = await startNodes([variant]);
    const text = Buffer.from(line.read(247, 4, at, words).flatMap((word) => [word >> 8, word & 0xff]));
    expect(text.toString("latin1").replaceAll("\0", "")).toBe(profile.model);
  });

  test("asks for nothing that the image refuses, and the image has what the header says", async () => {
    const line = await startNodes([variant]);
    const lampOnly = new Set(["lamp_fault", "relay", "relay_at_start", "lamp_current"]);
    const perChannel: Record<string, number> = { values: 1, codes: 1, calibration: 4 };
    for (const [fn, registers] of [
      [4, input],
      [3, holding],
    ] as const)
      for (const [name, { at, words }] of registers) {
        if (lampOnly.has(name) && variant !== "light") continue;
        const count = name in perChannel ? channelsOf(variant).length * perChannel[name]! : words;
        expect(line.read(247, fn, at, count)).toHaveLength(count);
      }
  });
});
