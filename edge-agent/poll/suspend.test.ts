import { expect, test } from "vitest";
import { testProfile } from "../drivers/test-profile.ts";
import { createField, device } from "./test-field.ts";

const profile = testProfile([{ quantity: "voltage", at: { table: "holding", register: 7, type: "u16" } }]);

test("a suspended device is asked nothing, its points are bad, its neighbour is polled as ever, and then it is asked at once", async () => {
  const { clock, polling, requests, emitted } = createField([
    device("well", profile, { unit: 1 }),
    device("tank", profile, { unit: 2 }),
  ]);
  await clock.advance(2500);
  const resume = polling.suspend("well")!;
  const from = clock.monotonic();
  await clock.advance(4000);
  const asked = (unit: number) => requests.filter((each) => each.at >= from && each.unit === unit).length;
  expect([asked(1), asked(2)]).toEqual([0, 4]);
  const told = emitted.filter(({ at, device }) => at >= from && device === "well").flatMap(({ samples }) => samples);
  expect(told.map(({ value, quality }) => [value, quality])).toEqual([[null, "bad"]]);
  expect(polling.status().devices.map(({ state, skippedCycles }) => [state, skippedCycles])).toEqual([
    ["up", 0],
    ["up", 0],
  ]);
  await clock.advance(300);
  resume();
  resume();
  await clock.advance(100);
  expect(asked(1)).toBe(1);
  expect(emitted.at(-1)).toMatchObject({ device: "well", samples: [{ value: 7, quality: "good" }] });
  expect(polling.suspend("pump")).toBeUndefined();
});

test("a device that is down when it is suspended is not tried either, and is tried once it may be", async () => {
  const { clock, polling, requests, slaves } = createField([device("well", profile)]);
  slaves.get("line-1")![0]!.silent = true;
  await clock.advance(20_000);
  expect(polling.status().devices[0]!.state).toBe("down");
  const resume = polling.suspend("well")!;
  const before = requests.length;
  await clock.advance(60_000);
  expect(requests.length).toBe(before);
  resume();
  await clock.advance(50);
  expect(requests.length).toBe(before + 1);
});
