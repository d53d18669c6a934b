import { evaluate } from "@weir/device-profiles/evaluate.ts";
import { parseNodeValues } from "@weir/device-profiles/opcua-values.ts";
import type { OpcuaPoint, OpcuaProfile } from "@weir/device-profiles/schema.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { city, loadCityProfiles } from "../city.ts";
import { day, fitted } from "../world/calendar.ts";
import { createWorld } from "../world/world.ts";
import { createOpcuaInstrument } from "./instrument.ts";

const profiles = loadCityProfiles();
const instruments = city
  .flatMap(({ buses }) => buses.flatMap((bus) => bus.instruments))
  .filter(({ profile }) => profiles.get(profile)!.protocol === "opcua");
const world = createWorld(1);

/** A value as an example of a profile writes it. */
function textOf({ type }: { readonly type: string }, value: number | readonly number[]): string {
  return type === "Boolean" ? `Boolean ${value === 1}` : `${type} ${value}`;
}

describe("behind an OPC UA server", () => {
  test.each(instruments.map((instrument) => [instrument.id, instrument] as const))(
    "%s says in its variables what is true, as far as their types hold it, at any time",
    (id, instrument) => {
      const profile = profiles.get(instrument.profile) as OpcuaProfile;
      const shows = instrument.shows(world);
      fc.assert(
        fc.property(fc.integer({ min: fitted + day, max: fitted + 2 * 365 * day }), (at) => {
          const tell = (metric: string) => shows[metric]!(at, new Map());
          const clocks = { worldNow: () => at, now: () => 0 };
          const behind = createOpcuaInstrument({
            ...{ id, profile, address: instrument.address, own: "urn:own", tell },
            ...clocks,
          });
          const nodes = [...new Set(profile.points.map((point) => point.at.node))];
          const shown = behind
            .show([])
            .map(({ value }, index) => `${nodes[index]} = ${textOf(behind.variables[index]!, value)}`);
          for (const reading of evaluate(profile, parseNodeValues(shown.join(" | ")))) {
            const truth = tell(reading.metric);
            const { at: place, scale, offset } = reading.point as OpcuaPoint;
            const step = /^(Float|Double)$/.test(place.type) ? 1e-6 * (Math.abs(truth) + Math.abs(offset)) : 0.5;
            expect(reading.quality, `${reading.metric} ${reading.value}`).toBe("good");
            expect(Math.abs(reading.value! - truth), reading.metric).toBeLessThanOrEqual(step * Math.abs(scale) + 1e-9);
          }
        }),
        { numRuns: 12 },
      );
    },
  );

  test("bits of one node share a variable, elements of one an array, and a pattern is a name that fits it", () => {
    const profile = {
      ...(profiles.get("water/generic-padim-level") as OpcuaProfile),
      points: [
        { quantity: "pump_fault", channel: "a", at: { node: "Word", type: "UInt16" }, bit: 0 },
        { quantity: "pump_fault", channel: "b", at: { node: "Word", type: "UInt16" }, bit: 3 },
        { quantity: "water_depth", at: { node: "Levels*/Now", type: "Float", element: 2 } },
        { quantity: "pipe_flow", at: { node: "Flow", type: "Int16" }, write: { min: 0, max: 10 } },
      ].map((point) => ({ scale: 1, offset: 0, invalid: [], at_least_every: 60_000, ...point })) as OpcuaPoint[],
    };
    const truth: Readonly<Record<string, number>> = {
      "pump_fault/a": 1,
      "pump_fault/b": 1,
      water_depth: 2.5,
      pipe_flow: 4e6,
    };
    const behind = createOpcuaInstrument({
      ...{ id: "x", profile, own: "urn:own", worldNow: () => 0, now: () => 7 },
      tell: (metric, _, settings) => settings.get(metric) ?? truth[metric]!,
    });
    expect(behind.variables.map(({ path, length }) => [path.map(({ name }) => name).join("/"), length])).toEqual([
      ["Word", undefined],
      ["Levels/Now", 3],
      ["Flow", undefined],
    ]);
    const values = () => behind.show([]).map(({ value }) => value);
    expect(values()).toEqual([9, [0, 0, 2.5], 32_767]);
    expect(behind.write(2, 11)).toBe("BadOutOfRange");
    expect(behind.write(0, 1)).toBe("BadNotWritable");
    expect(behind.write(2, 8)).toBe("Good");
    expect(values()[2]).toBe(8);
  });
});
