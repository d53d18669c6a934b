import { describe, expect, test } from "vitest";
import { testProfile, wordPoints } from "../drivers/test-profile.ts";
import { busesOf, createField, createFullSlave, device } from "./test-field.ts";

const one = testProfile(wordPoints(1));

describe("a changed configuration", () => {
  test("starts and stops what differs and leaves the rest on its grid", async () => {
    const before = [
      device("kept", one, { bus: "north", unit: 1 }),
      device("gone", one, { bus: "north", unit: 2 }),
      device("slower", one, { bus: "south", unit: 1 }),
    ];
    const { clock, requests, slaves, polling } = createField(before);
    await clock.advance(2500);
    slaves.get("north")!.push(createFullSlave(3));
    const after = [
      before[0]!,
      device("new", one, { bus: "north", unit: 3 }),
      device("slower", one, { bus: "south", unit: 1, everyMs: 2000 }),
    ];
    const from = requests.length;
    const changes = await polling.apply({ buses: busesOf(after), devices: after });
    expect(changes).toEqual({ kept: ["kept"], stopped: ["gone", "slower"], started: ["new", "slower"] });
    await clock.advance(2000);
    const seen = (bus: string, unit: number) =>
      requests
        .slice(from)
        .filter((request) => request.bus === bus && request.unit === unit)
        .map(({ at }) => at);
    expect(seen("north", 1)).toEqual([3000, 4000]);
    expect(seen("north", 2)).toEqual([]);
    expect(seen("north", 3)).toEqual([2500, 3500, 4500]);
    expect(seen("south", 1)).toEqual([2500, 4500]);
    expect(polling.status().buses.map(({ connects }) => connects)).toEqual([1, 1]);
    await polling.stop();
  });

  test("a bus that differs is closed and opened anew with all its devices", async () => {
    const devices = [device("a", one), device("b", one, { bus: "other" })];
    const { clock, polling } = createField(devices);
    await clock.advance(500);
    const buses = busesOf(devices).map((bus) => (bus.name === "other" ? { ...bus, connectTimeoutMs: 9 } : bus));
    const changes = await polling.apply({ buses, devices });
    expect(changes).toEqual({ kept: ["a"], stopped: ["b"], started: ["b"] });
    await polling.stop();
  });

  test("the same configuration again changes nothing", async () => {
    const devices = [device("a", one), device("b", one, { unit: 2 })];
    const { clock, polling } = createField(devices);
    await clock.advance(500);
    const same = structuredClone({ buses: busesOf(devices), devices });
    expect(await polling.apply(same)).toEqual({ kept: ["a", "b"], stopped: [], started: [] });
    await polling.stop();
  });
});

describe("status", () => {
  test("says of each bus and device what an operator wants to know", async () => {
    const { clock, polling, slaves } = createField([device("a", testProfile(wordPoints(2)))], { delayMs: 100 });
    slaves.get("line-1")![0]!.holding.delete(1);
    await clock.advance(20_500);
    const { buses, devices } = polling.status();
    expect(buses).toMatchObject([{ name: "line-1", link: "up", connects: 1, timeouts: 0, exceptions: 3, waiting: 0 }]);
    expect(buses[0]!.utilisation).toBeCloseTo(0.1, 1);
    expect(devices).toMatchObject([
      { device: "a", state: "up", cycles: 21, skippedCycles: 0, unsupported: ["voltage/2"], samples: 22 },
    ]);
    expect(devices[0]!.replyDelayMs).toBeGreaterThan(50);
    await polling.stop();
  });
});

describe("reading once", () => {
  test("gives every point with its raw number, or why it is bad", async () => {
    const { clock, polling, slaves } = createField([device("a", testProfile(wordPoints(2, 5, { scale: 0.1 })))]);
    slaves.get("line-1")![0]!.holding.delete(6);
    await clock.advance(300);
    const reading = polling.readOnce("a");
    await clock.advance(300);
    expect(await reading).toMatchObject([
      { metric: "voltage/1", value: 0.5, quality: "good", raw: 5 },
      { metric: "voltage/2", value: null, quality: "bad", why: "unsupported" },
    ]);
    expect(await polling.readOnce("nobody")).toBeUndefined();
    await polling.stop();
  });
});
