import { openLink } from "@weir/edge-agent/drivers/links/open.ts";
import { startPolling } from "@weir/edge-agent/poll/poll.ts";
import { type DeviceReadings, readOnce } from "@weir/edge-agent/poll/read-once.ts";
import { city, loadCityProfiles } from "@weir/simulators/city.ts";
import type { Fault } from "@weir/simulators/faults/fault.ts";
import { runCity } from "@weir/simulators/run.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { afterEach, describe, expect, test } from "vitest";

const profiles = loadCityProfiles();
let stop = new AbortController();
afterEach(() => stop.abort());

/** The lamp node of the old town, and what reads it. */
async function bringUp() {
  stop = new AbortController();
  const time = { speed: 1, since: systemClock.now(), from: Date.parse("2026-07-01T15:00:00Z") };
  const options = { seed: 1, time, host: "127.0.0.1", portBase: 0, controlPort: 0, timing: "none" } as const;
  const running = await runCity(
    { ...options, districts: city, profiles, clock: systemClock, log: () => {} },
    stop.signal,
  );
  const district = running.districts.find(({ buses }) => buses.some(({ name }) => name === "alley-node"))!;
  const { host, port } = district.buses.find(({ name }) => name === "alley-node")!;
  const config = {
    buses: [{ name: "alley-node", connectTimeoutMs: 1000, transport: { kind: "firmata", board: { host, port } } }],
    devices: district.devices
      .filter(({ bus }) => bus === "alley-node")
      .map(({ profile, ...device }) => ({ ...device, profile: profiles.get(profile)!, everyMs: 300 })),
  } as const;
  const around = { clock: systemClock, random: Math.random, signal: stop.signal };
  const read = async () => {
    const found = new Map<string, DeviceReadings>();
    await readOnce({ ...config, ...around }, (device) => void found.set(device.device, device));
    return found;
  };
  return {
    running,
    config,
    around,
    read,
    set: (target: string, fault: object) => running.board.set(target, { probability: 1, ...fault } as Fault),
  };
}

const readingIn = (found: ReadonlyMap<string, DeviceReadings>, device: string, metric: string) =>
  found.get(device)!.readings.find((reading) => reading.metric === metric)!;

describe("a Firmata board of the simulated city", () => {
  test("is read by the agent's driver over a real socket: what johnny-five computes is what is true", async () => {
    const { read, running } = await bringUp();
    const found = await read();
    for (const [device, { readings, why }] of found)
      for (const { metric, quality } of readings) expect(quality, `${device} ${metric}: ${why}`).toBe("good");
    const now = running.time.now();
    const truth = running.world.weather;
    expect(Math.abs(readingIn(found, "alley-air", "air_temperature").value! - truth.temperature(now))).toBeLessThan(
      0.1,
    );
    expect(Math.abs(readingIn(found, "alley-air", "relative_humidity").value! - truth.humidity(now))).toBeLessThan(0.5);
    expect(Math.abs(readingIn(found, "alley-air", "air_pressure").value! - truth.pressure(now) / 10)).toBeLessThan(
      0.02,
    );
    expect(Math.abs(readingIn(found, "alley-roof", "air_temperature").value! - truth.temperature(now))).toBeLessThan(
      0.1,
    );
    const current = readingIn(found, "alley-lamp", "current").value!;
    expect(current).toBeGreaterThan(0.5); // at eleven in the evening the lamp burns, dimmed
    expect(current).toBeLessThan(2);
  }, 20_000);

  test("does not repeat the last chip's bytes for one that is gone, and keeps its neighbours", async () => {
    const { read, set } = await bringUp();
    set("alley-roof", { fault: "chip-gone" });
    const found = await read();
    expect(readingIn(found, "alley-roof", "air_temperature")).toMatchObject({ value: null, why: "exception-1" });
    expect(readingIn(found, "alley-air", "air_temperature").quality).toBe("good");
    expect(readingIn(found, "alley-lamp", "relay_state").quality).toBe("good");
  }, 20_000);

  test("with another sketch on it is refused, with what to flash", async () => {
    const { read, set } = await bringUp();
    set("alley-node", { fault: "sketch", name: "Blink" });
    const found = await read();
    expect(found.get("alley-lamp")!.why).toMatch(
      /runs Blink 2\.5; this profile needs StandardFirmata .*flash that sketch/,
    );
  }, 20_000);

  test("is polled, obeys, and after a restart and after being unplugged is read again by itself", async () => {
    const { config, around, set, running } = await bringUp();
    const last = new Map<string, { value: number | null; at: number }>();
    const polling = startPolling({
      ...config,
      ...around,
      openLink,
      emit: async (device, _, samples) => {
        for (const { metric, value, at } of samples) last.set(`${device} ${metric}`, { value, at });
      },
    });
    const until = async (is: () => boolean) => {
      for (let i = 0; i < 300 && !is(); i++) await systemClock.sleep(50, stop.signal);
      expect(is()).toBe(true);
    };
    const isGood = (device: string) => last.get(device)?.value != null;
    await until(() => isGood("alley-lamp current") && isGood("alley-air air_temperature"));

    const off = await polling.write("alley-lamp", { id: "1", metric: "relay_state", value: 0 });
    expect(off).toEqual({ id: "1", status: "done", readBack: 0 });
    await until(() => (last.get("alley-lamp current")?.value ?? 9) < 0.1);

    set("alley-node", { fault: "restart", for: 1 });
    await until(() => (last.get("alley-lamp current")?.value ?? 0) > 0.3);

    set("alley-node", { fault: "reset", for: 2 });
    await until(() => polling.status().buses[0]!.connects > 1);
    running.board.clear();
    const from = systemClock.now();
    await until(() =>
      polling.status().devices.every(({ state, lastReplyAt }) => state === "up" && (lastReplyAt ?? 0) > from),
    );
    await polling.stop();
  }, 60_000);
});
