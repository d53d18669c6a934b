import { describe, expect, test } from "vitest";
import { testProfile, wordPoints } from "../drivers/test-profile.ts";
import { createField, device } from "./test-field.ts";

const one = testProfile(wordPoints(1));

describe("the schedule of a bus", () => {
  test("a device that takes 1.2 s to answer is polled every 2 s when the period is 1 s, and the rest is counted", async () => {
    const { clock, requests, polling } = createField([device("a", one, { timeoutMs: 5000 })], { delayMs: 1200 });
    await clock.advance(9000);
    expect(requests.map(({ at }) => at)).toEqual([0, 2000, 4000, 6000, 8000]);
    expect(polling.status().devices[0]).toMatchObject({ cycles: 4, skippedCycles: 4 });
    await polling.stop();
  });

  test("deadlines stay on their grid, however long replies take", async () => {
    const { clock, requests, polling } = createField([device("a", one)], { delayMs: 330 });
    await clock.advance(4500);
    expect(requests.map(({ at }) => at)).toEqual([0, 1000, 2000, 3000, 4000]);
    await polling.stop();
  });

  test("first cycles are spread by chance over the period, and keep their places", async () => {
    const phases = [0.1, 0.6, 0.3];
    const devices = phases.map((_, i) => device(`d${i}`, one, { bus: `host-${i}` }));
    let draws = 0;
    const { clock, requests, polling } = createField(devices, { random: () => phases[draws++ % 3]! });
    await clock.advance(2000);
    expect(requests.map(({ at, bus }) => [bus, at])).toEqual([
      ["host-0", 100],
      ["host-2", 300],
      ["host-1", 600],
      ["host-0", 1100],
      ["host-2", 1300],
      ["host-1", 1600],
    ]);
    await polling.stop();
  });

  test("a bus carries one request at a time, and the earliest deadline goes first", async () => {
    const devices = [
      device("slow", one, { unit: 1, everyMs: 10_000 }),
      device("middle", one, { unit: 2, everyMs: 4000 }),
      device("fast", one, { unit: 3, everyMs: 1000 }),
    ];
    const { clock, requests, polling } = createField(devices, { delayMs: 100 });
    await clock.advance(500);
    expect(requests.map(({ at, unit }) => [at, unit])).toEqual([
      [0, 1],
      [100, 3],
      [200, 2],
    ]);
    await polling.stop();
  });

  test("points with a period of their own are read at it, together with the others when both are due", async () => {
    const profile = testProfile([...wordPoints(1), { ...wordPoints(2)[1], every: "3s" }]);
    const { clock, requests, polling } = createField([device("a", profile)]);
    await clock.advance(3500);
    expect(requests.map(({ at, pdu }) => [at, pdu])).toEqual([
      [0, "0300000002"],
      [1000, "0300000001"],
      [2000, "0300000001"],
      [3000, "0300000002"],
    ]);
    await polling.stop();
  });

  test("points of a longer period whose answer was lost are asked again with the next cycle, then at their period", async () => {
    const profile = testProfile([...wordPoints(1), { ...wordPoints(2)[1], every: "1m" }]);
    const { clock, slaves, requests, polling } = createField([device("a", profile, { timeoutMs: 400 })]);
    slaves.get("line-1")![0]!.silent = true;
    await clock.advance(600);
    slaves.get("line-1")![0]!.silent = false;
    await clock.advance(3000);
    expect(requests.map(({ at, pdu }) => [at, pdu])).toEqual([
      [0, "0300000002"],
      [1000, "0300000002"],
      [2000, "0300000001"],
      [3000, "0300000001"],
    ]);
    await polling.stop();
  });

  test("points of a longer period that are never answered are asked again three times, not at every cycle", async () => {
    const slow = {
      ...wordPoints(1)[0],
      channel: "slow",
      at: { table: "holding", register: 150, type: "u16" },
      every: "1m",
    };
    const profile = testProfile([...wordPoints(1), slow]);
    const { clock, slaves, requests, polling } = createField([device("a", profile, { timeoutMs: 400 })]);
    slaves.get("line-1")![0]!.silentAt.add(150);
    await clock.advance(30_000);
    expect(requests.filter(({ pdu }) => pdu === "0300960001").map(({ at }) => Math.floor(at / 1000))).toEqual([
      0, 1, 2, 3,
    ]);
    await polling.stop();
  });

  test("a command goes between two requests of a device, not after all of them", async () => {
    const profile = testProfile(
      [
        ...wordPoints(4),
        { quantity: "dim_level", at: { table: "holding", register: 100, type: "u16" }, write: { min: 0, max: 100 } },
      ],
      { registers_per_read: 1 },
    );
    const { clock, requests, polling } = createField([device("a", profile)], { delayMs: 100 });
    await clock.advance(150);
    const reply = polling.write("a", { id: "c1", metric: "dim_level", value: 40 });
    await clock.advance(800);
    expect(await reply).toEqual({ id: "c1", status: "done", readBack: 40 });
    expect(requests.map(({ pdu }) => pdu)).toEqual([
      "0300000001",
      "0300010001",
      "0600640028",
      "0300020001",
      "0300640001",
      "0300030001",
      "0300640001",
    ]);
    await polling.stop();
  });

  test("when emitting takes long the next cycles are late and skipped, never stacked up", async () => {
    const waiting: (() => void)[] = [];
    const emit = () => new Promise<void>((resolve) => waiting.push(resolve));
    const { clock, requests, polling } = createField([device("a", one)], { emit });
    await clock.advance(3500);
    expect(requests).toHaveLength(1);
    waiting.shift()!();
    await clock.advance(1000);
    expect(requests.map(({ at }) => at)).toEqual([0, 4000]);
    expect(polling.status().devices[0]).toMatchObject({ skippedCycles: 3 });
    waiting.shift()!();
    await polling.stop();
  });

  test("while one probe warms up and measures, the bus reads the others", async () => {
    const sonde = testProfile(wordPoints(1), {
      measure: { start: [{ read: { table: "holding", register: 50, count: 0 } }, { wait: "50s" }] },
    });
    const devices = [device("sonde", sonde, { unit: 1, everyMs: 60_000 }), device("meter", one, { unit: 2 })];
    const { clock, emitted, polling } = createField(devices);
    await clock.advance(55_000);
    expect(emitted.filter(({ device }) => device === "meter")).toHaveLength(55);
    expect(emitted.filter(({ device }) => device === "sonde").map(({ at }) => at)).toEqual([50_040]);
    await polling.stop();
  });

  test("nothing is asked or emitted after stop", async () => {
    const { clock, requests, emitted, polling } = createField([device("a", one)], { delayMs: 400 });
    await clock.advance(1200);
    await polling.stop();
    await clock.advance(5000);
    expect(requests).toHaveLength(2);
    expect(emitted).toHaveLength(1);
  });
});
