import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testProfile, wordPoints } from "../drivers/test-profile.ts";
import { backoffMs } from "./backoff.ts";
import { createLiveness } from "./liveness.ts";
import { createField, device } from "./test-field.ts";

const one = testProfile(wordPoints(1), { timeout: "300ms" });

describe("liveness", () => {
  test("is lost only when both 3 s and two failures have passed since the last answer", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 4000 })), { maxLength: 30 }), (tries) => {
        const liveness = createLiveness(() => 0, 0);
        let [now, lastGood, failures] = [0, 0, 0];
        for (const [good, ms] of tries) {
          now += ms;
          if (good) {
            liveness.succeeded(now);
            [lastGood, failures] = [now, 0];
          } else {
            const wentDown = liveness.failed(now);
            failures++;
            if (wentDown) expect(now - lastGood).toBeGreaterThanOrEqual(3000);
          }
          if (liveness.isUp()) expect(failures < 2 || now - lastGood < 3000).toBe(true);
          else expect(failures >= 2).toBe(true);
        }
      }),
    );
  });

  test("back-off doubles from half a second to thirty, less a fifth at most by chance", () => {
    expect([0, 1, 2, 5, 6, 7, 50].map((n) => backoffMs(n, () => 0))).toEqual([
      500, 1000, 2000, 16_000, 30_000, 30_000, 30_000,
    ]);
    expect(backoffMs(1, () => 0.999)).toBeCloseTo(800, 0);
  });

  test("one dead instrument among thirty costs at most one time-out a back-off period, and no other loses a cycle", async () => {
    const devices = Array.from({ length: 30 }, (_, i) => device(`d${i}`, one, { unit: i + 1 }));
    const { clock, requests, slaves, polling } = createField(devices, { delayMs: 10 });
    slaves.get("line-1")![7]!.silent = true;
    await clock.advance(60_000);
    const status = polling.status();
    const dead = requests.filter(({ unit }) => unit === 8).map(({ at }) => at);
    const afterDown = dead.filter((at) => at > 4000);
    const gaps = afterDown.slice(1).map((at, i) => at - afterDown[i]!);
    expect(status.devices[7]!.state).toBe("down");
    expect(gaps.every((gap, i) => gap >= Math.min(30_000, 500 * 2 ** i))).toBe(true);
    expect(afterDown.length).toBeLessThanOrEqual(8);
    for (const [i, { skippedCycles, cycles, state }] of status.devices.entries())
      if (i !== 7) expect({ skippedCycles, cycles, state }).toEqual({ skippedCycles: 0, cycles: 60, state: "up" });
    await polling.stop();
  });

  test("a silent device turns bad once, says so again at its heartbeat, and is read in full as soon as it answers", async () => {
    const { clock, emitted, events, slaves, polling } = createField([device("a", one)]);
    await clock.advance(2500);
    slaves.get("line-1")![0]!.silent = true;
    await clock.advance(70_000);
    const bad = emitted.filter(({ samples }) => samples[0]!.quality === "bad");
    expect(bad.map(({ samples }) => samples[0]!.value)).toEqual([null, null]);
    expect(bad[1]!.at - bad[0]!.at).toBeGreaterThan(59_000);
    slaves.get("line-1")![0]!.silent = false;
    await clock.advance(31_000);
    expect(emitted.at(-1)!.samples[0]).toMatchObject({ quality: "good", value: 0 });
    expect(events.map(({ event }) => event)).toEqual(["link-up", "device-up", "device-down", "device-up"]);
    await polling.stop();
  });

  test("one lost answer turns the points bad for one cycle and is no outage", async () => {
    const { clock, emitted, events, slaves, polling } = createField([device("a", one)]);
    await clock.advance(900);
    slaves.get("line-1")![0]!.silent = true;
    await clock.advance(1000);
    slaves.get("line-1")![0]!.silent = false;
    await clock.advance(1000);
    expect(emitted.map(({ samples }) => samples[0]!.quality)).toEqual(["good", "bad", "good"]);
    expect(events.map(({ event }) => event)).toEqual(["link-up", "device-up"]);
    await polling.stop();
  });

  test("a host that closes an idle connection costs no reading", async () => {
    const { clock, emitted, links, polling } = createField([device("a", one)]);
    await clock.advance(500);
    links.get("line-1")!.fail();
    await clock.advance(1000);
    expect(emitted.map(({ samples }) => samples[0]!.quality)).toEqual(["good", "good"]);
    expect(polling.status().buses[0]).toMatchObject({ link: "up", connects: 2 });
    await polling.stop();
  });

  test("a connection on which nothing has been heard for 10 s and three time-outs is opened anew", async () => {
    const { clock, slaves, polling } = createField([device("a", one)]);
    await clock.advance(500);
    slaves.get("line-1")![0]!.silent = true;
    await clock.advance(9000);
    expect(polling.status().buses[0]).toMatchObject({ connects: 1 });
    await clock.advance(8000);
    expect(polling.status().buses[0]).toMatchObject({ connects: 2, link: "up" });
    await polling.stop();
  });

  test("a connection that is out of step with Modbus TCP is opened anew, and the next cycle is right", async () => {
    const { clock, emitted, links, polling } = createField([device("a", one)], { delayMs: 100 });
    await clock.advance(50);
    links.get("line-1")!.push(Buffer.from("HTTP/1.1 400 Bad Request"));
    await clock.advance(1500);
    expect(polling.status().buses[0]).toMatchObject({ connects: 2, frameErrors: 1 });
    expect(emitted.map(({ samples }) => samples[0]!.quality)).toEqual(["bad", "good"]);
    await polling.stop();
  });

  test("a link that cannot be opened is tried at growing intervals; its devices cost nothing and come back with it", async () => {
    const { clock, emitted, events, links, unplugged, requests, polling } = createField([
      device("a", one, { unit: 1 }),
      device("b", one, { unit: 2, everyMs: 60_000 }),
    ]);
    await clock.advance(500);
    unplugged.add("line-1");
    links.get("line-1")!.fail();
    await clock.advance(20_000);
    expect(polling.status().buses[0]).toMatchObject({ link: "down", why: "line-1 is unplugged" });
    const before = requests.length;
    unplugged.clear();
    for (let i = 0; i < 300 && polling.status().buses[0]!.link !== "up"; i++) await clock.advance(100);
    await clock.advance(200);
    expect(requests.length - before, "it is read at once, and not asked first whether it is there").toBe(1);
    expect(polling.status().devices.map(({ state }) => state)).toEqual(["up", "up"]);
    expect(emitted.at(-1)!.samples[0]!.quality).toBe("good");
    expect(events.map(({ event }) => event)).toEqual([
      ...["link-up", "device-up", "device-up"],
      ...["link-down", "device-down"],
      ...["link-up", "device-up"],
    ]);
    await polling.stop();
  });
});
