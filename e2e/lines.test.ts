import type { Profile } from "@weir/device-profiles/schema.ts";
import { type DeviceReadings, readOnce } from "@weir/edge-agent/poll/read-once.ts";
import { city, loadCityProfiles } from "@weir/simulators/city.ts";
import { type RunningCity, runCity } from "@weir/simulators/run.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { afterEach, describe, expect, test } from "vitest";

const protocols: readonly Profile["protocol"][] = ["sdi12", "frame", "nmea", "vaisala", "line"];
const profiles = loadCityProfiles();
const stop = { current: new AbortController() };
afterEach(() => stop.current.abort());

async function bringUp(): Promise<RunningCity> {
  stop.current = new AbortController();
  const time = { speed: 1, since: systemClock.now(), from: Date.parse("2026-07-01T00:00:00Z") };
  const options = { seed: 1, time, host: "127.0.0.1", portBase: 0, controlPort: 0, timing: "none" } as const;
  return runCity({ ...options, districts: city, profiles, clock: systemClock, log: () => {} }, stop.current.signal);
}

/** Reads the instruments of these protocols once, as `weir-edge read` does. */
async function readLines({ districts }: RunningCity): Promise<ReadonlyMap<string, DeviceReadings>> {
  const found = new Map<string, DeviceReadings>();
  const buses = districts.flatMap((district) => district.buses);
  const devices = districts.flatMap((district) => district.devices);
  await readOnce(
    {
      buses: buses.flatMap(({ name, kind, host, port }) =>
        kind === "opcua"
          ? []
          : [
              {
                name,
                connectTimeoutMs: 1000,
                transport: kind === "firmata" ? { kind, board: { host, port } } : { kind, host, port },
              },
            ],
      ),
      devices: devices
        .map(({ profile, ...device }) => ({ ...device, profile: profiles.get(profile)! }))
        .filter(({ profile }) => protocols.includes(profile.protocol)),
      ...{ clock: systemClock, random: Math.random, signal: stop.current.signal },
    },
    (device) => void found.set(device.device, device),
  );
  return found;
}

describe("instruments of the simulated city on lines of their own", () => {
  test("are read by the agent's drivers over real sockets, every point of them", async () => {
    const running = await bringUp();
    const found = await readLines(running);
    expect(found.size).toBeGreaterThanOrEqual(14);
    for (const [device, { readings, why }] of found)
      for (const { metric, quality } of readings) expect(quality, `${device} ${metric}: ${why}`).toBe("good");
  });

  test("are refused with a wrong checksum, half a frame or garbage, and read behind an echo and byte by byte", async () => {
    const running = await bringUp();
    const set = (target: string, fault: object) => running.board.set(target, fault as never);
    set("ferry-level", { fault: "echo" });
    set("ferry-oxygen", { fault: "truncate", probability: 1 });
    set("ferry-air", { fault: "crc", probability: 1 });
    set("gas-station-pit-h2s", { fault: "trickle", ms: 20, probability: 1 });
    set("quay-wind", { fault: "crc", probability: 1 });
    set("quay-weather", { fault: "garbage", bytes: 20, probability: 1 });
    set("waterworks-weather", { fault: "trickle", ms: 1, probability: 1 });
    set("waterworks-weather-check", { fault: "truncate", probability: 1 });
    set("drum-tower-wind", { fault: "echo", probability: 1 });
    set("drum-tower-chamber", { fault: "crc", probability: 1 });
    const found = await readLines(running);
    const qualities = (device: string) => found.get(device)!.readings.map(({ quality }) => quality);
    expect(qualities("ferry-level")).toEqual(["good", "good", "good"]);
    expect(qualities("ferry-oxygen")).toEqual(["bad", "bad", "bad"]);
    expect(qualities("ferry-air")).toEqual(["bad", "bad", "bad"]);
    expect(qualities("ferry-turbidity")).toEqual(["good", "good", "good"]);
    expect(qualities("gas-station-pit-h2s")).toEqual(["good"]);
    expect(qualities("quay-wind")).toEqual(["bad", "bad"]);
    for (const device of ["quay-weather", "quay-depth", "waterworks-weather", "drum-tower-wind", "drum-tower-humidity"])
      expect(new Set(qualities(device)), device).toEqual(new Set(["good"]));
    for (const device of ["waterworks-weather-check", "drum-tower-chamber"])
      expect(new Set(qualities(device)), device).toEqual(new Set(["bad"]));
  });
});
