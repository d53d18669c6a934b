import { expect, test } from "vitest";
import { createWorld } from "../world/world.ts";
import { stationController } from "./pumping.ts";

const shows = stationController({ name: "test", sewerM: 1.2, pumpFlow: 160 })(createWorld(1));
const instants = Array.from({ length: 240 }, (_, n) => Date.parse("2026-06-21T00:00:00+08:00") + n * 15_000);
type Settings = Readonly<Record<string, number>>;
const show = (metric: string, settings: Settings = {}) =>
  instants.map((at) => shows[metric]!(at, new Map(Object.entries(settings))));
const runs = (pump: number, settings?: Settings) =>
  show(`pump_state/${pump}`, settings).filter((on) => on === 1).length;

test("two pumps take turns, and water flows out exactly while one of them runs", () => {
  expect(runs(1)).toBeGreaterThan(0);
  expect(runs(2)).toBeGreaterThan(0);
  const [one, two] = [show("pump_state/1"), show("pump_state/2")];
  expect(show("sewer_flow").map((flow) => flow > 0)).toEqual(instants.map((_, i) => one[i] === 1 || two[i] === 1));
});

test("a pump that may not run stands still, and the other does the work of both", () => {
  expect(runs(1, { "pump_enable/1": 0 })).toBe(0);
  expect(runs(2, { "pump_enable/1": 0 })).toBeGreaterThan(runs(2));
});

test("the well stays below the level at which a pump starts, and above it when neither may run", () => {
  expect(Math.max(...show("sewer_level"))).toBeLessThan(1.85);
  expect(Math.max(...show("sewer_level", { "sewer_level/start": 1.2 }))).toBeLessThan(1.25);
  expect(Math.min(...show("sewer_level", { "pump_enable/1": 0, "pump_enable/2": 0 }))).toBeGreaterThan(2.5);
});
