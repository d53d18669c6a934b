import { virtualClock } from "@weir/wire/clock.ts";
import type { Sample } from "@weir/wire/sample.ts";
import { describe, expect, test } from "vitest";
import { opcuaProfile, openServer, type Points } from "../drivers/opcua/test-profile.ts";
import { createTestServer, createTestSession } from "../drivers/opcua/test-session.ts";
import { createTestLink, type TestLink } from "../drivers/test-link.ts";
import { startPolling } from "./poll.ts";

const flow = { quantity: "pipe_flow", at: { node: "Flow" } };
const always = { at_least_every: "1h" };

/** An instrument that tells by itself, polled every 5 s on a virtual clock; every request takes 10 ms. */
async function setUp(points: Points, timeQuality: "good" | "uncertain" = "good") {
  const clock = virtualClock(1_700_000_000_000);
  const server = createTestServer({ "Pump/Flow": { type: "Double", value: 10 } });
  const emitted: { readonly at: number; readonly samples: readonly Sample[] }[] = [];
  let link: TestLink | undefined;
  const polling = startPolling({
    buses: [{ name: "plc", transport: { kind: "opcua", ...openServer }, connectTimeoutMs: 1000 }],
    devices: [{ id: "pump", bus: "plc", address: "Pump", profile: opcuaProfile(points), everyMs: 5000 }],
    clock,
    random: () => 0,
    signal: new AbortController().signal,
    emit: async (_device, _kind, samples) => void emitted.push({ at: clock.monotonic(), samples }),
    timeQuality: () => timeQuality,
    openLink: async () => {
      link = createTestLink(clock, (bytes) => {
        const reply = server.answer(bytes);
        void clock.sleep(10, new AbortController().signal).then(() => link!.push(reply));
      });
      return createTestSession(link, clock, server);
    },
  });
  const change = (value: number, status = "Good") => server.change("Pump/Flow", { value, status, type: "Double" });
  await clock.advance(1000);
  emitted.length = 0;
  return { clock, server, polling, emitted, change, cut: () => link!.fail(), now: clock.now };
}

const values = (emitted: readonly { readonly samples: readonly Sample[] }[]) =>
  emitted.flatMap(({ samples }) => samples.map(({ value, quality }) => [value, quality]));

describe("what an instrument told between two polls", () => {
  test("is emitted with the next, oldest first, each with its own time and quality", async () => {
    const { clock, change, emitted, now } = await setUp([flow]);
    const times: number[] = [];
    for (const [value, status] of [
      [11, "Good"],
      [12, "UncertainLastUsableValue"],
      [13, "Good"],
    ] as const) {
      change(value, status);
      times.push(now());
      await clock.advance(1000);
    }
    await clock.advance(2000);
    expect(values(emitted)).toEqual([
      [11, "good"],
      [12, "uncertain"],
      [13, "good"],
    ]);
    expect(emitted).toHaveLength(1);
    expect(emitted[0]!.samples.map(({ at }) => at)).toEqual(times);
  });

  test("is reported by exception like any reading: a deadband counts from the last that was reported", async () => {
    const { clock, change, emitted } = await setUp([{ ...flow, ...always, deadband: { absolute: 2 } }]);
    for (const value of [11, 12.5, 13, 14.6, 14]) change(value);
    await clock.advance(5000);
    expect(values(emitted)).toEqual([
      [12.5, "good"],
      [14.6, "good"],
    ]);
  });

  test("that its point was bad in between is not lost with the values around it", async () => {
    const { clock, change, emitted } = await setUp([flow]);
    change(11);
    change(0, "BadSensorFailure");
    await clock.advance(5000);
    change(12);
    await clock.advance(5000);
    expect(values(emitted)).toEqual([
      [null, "bad"],
      [11, "good"],
      [12, "good"],
    ]);
  });

  test("is no better than the clock it was stamped by", async () => {
    const { clock, change, emitted } = await setUp([flow], "uncertain");
    change(11);
    change(12);
    await clock.advance(5000);
    expect(values(emitted)).toEqual([
      [11, "uncertain"],
      [12, "uncertain"],
    ]);
  });

  test("is emitted once: a value that is told no further between two polls is no other sample", async () => {
    const { clock, change, emitted } = await setUp([flow]);
    await clock.advance(3900);
    change(11);
    await clock.advance(10_000);
    expect(values(emitted)).toEqual([[11, "good"]]);
    await clock.advance(5000);
    expect(values(emitted).length).toBeLessThanOrEqual(3);
  });

  test("comes with the first poll after its session was lost", async () => {
    const { clock, change, cut, emitted } = await setUp([flow]);
    change(11);
    await clock.advance(1000);
    cut();
    await clock.advance(10_000);
    expect(values(emitted)[0]).toEqual([11, "good"]);
  });
});

describe("a value that its instrument doubts", () => {
  test("is uncertain, and says why to whoever looks at the point; looking takes nothing from the store", async () => {
    const { clock, change, emitted, polling } = await setUp([flow]);
    change(11, "UncertainSensorNotAccurate");
    const reading = polling.readOnce("pump");
    await clock.advance(100);
    expect(await reading).toMatchObject([{ value: 11, quality: "uncertain", why: "doubted" }]);
    change(12, "UncertainSensorNotAccurate");
    await clock.advance(5000);
    expect(values(emitted)).toEqual([
      [11, "uncertain"],
      [12, "uncertain"],
    ]);
  });

  test("is bad all the same where the raw number means none", async () => {
    const { clock, change, emitted } = await setUp([{ ...flow, invalid: [-1] }]);
    change(-1, "UncertainSensorNotAccurate");
    await clock.advance(5000);
    expect(values(emitted)).toEqual([[null, "bad"]]);
  });
});
