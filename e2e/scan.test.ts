import { discoverersFor } from "@weir/edge-agent/drivers/discoverers.ts";
import type { Link } from "@weir/edge-agent/drivers/driver.ts";
import { openLink } from "@weir/edge-agent/drivers/links/open.ts";
import { type LineTransport, planScan } from "@weir/edge-agent/technician/scan/plan.ts";
import { scanLine } from "@weir/edge-agent/technician/scan/run.ts";
import { city, cityPlan, loadCityProfiles } from "@weir/simulators/city.ts";
import { type RunningCity, runCity } from "@weir/simulators/run.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const stop = new AbortController();
const profiles = loadCityProfiles();
const lines = cityPlan({ host: "127.0.0.1", portBase: 1000 }).flatMap(({ buses, devices }) =>
  buses
    .filter(({ kind }) => kind === "tcp" || kind === "raw-tcp")
    .map(({ name }) => ({ name, expected: devices.filter(({ bus }) => bus === name) })),
);
/** Transmitters that are polled by an address that they do not ship with, and are alone in knowing it. */
const unfindable = ["waterworks-weather-check", "drum-tower-wind", "drum-tower-humidity", "drum-tower-chamber"];
let running: RunningCity;

beforeAll(async () => {
  running = await runCity(
    {
      districts: city,
      profiles,
      seed: 1,
      time: { speed: 1, since: systemClock.now(), from: Date.parse("2026-07-01T02:00:00Z") },
      ...{ host: "127.0.0.1", portBase: 0, controlPort: 0, timing: "none", clock: systemClock },
      log: () => {},
    },
    stop.signal,
  );
}, 60_000);
afterAll(() => stop.abort());

async function scanBus(name: string) {
  const bus = running.districts.flatMap(({ buses }) => buses).find((each) => each.name === name)!;
  const transport = { kind: bus.kind, host: bus.host, port: bus.port } as LineTransport;
  const protocols = discoverersFor([...profiles.values()]);
  const passes = planScan({
    kind: transport.kind,
    protocols,
    units: Array.from({ length: 12 }, (_, i) => i + 1),
    all: false,
  });
  const never = new AbortController().signal;
  const link = (await openLink(transport, { timeoutMs: 2000, clock: systemClock }, never)) as Link;
  const options = { passes, discoveries: protocols, profiles: [...profiles.values()], link, transport };
  const result = await scanLine({ ...options, timeoutMs: 200, clock: systemClock, signal: never, report: () => {} });
  await link.close();
  return result.found;
}

describe.concurrent("a scan of the simulated city finds every instrument, and names it or those it cannot be told from:", () => {
  test.each(lines)("$name", { timeout: 180_000 }, async ({ name, expected }) => {
    const found = await scanBus(name);
    const named = found.map(({ protocol, unit, address, named }) => ({
      protocol,
      place: String(address ?? unit ?? ""),
      ties: named?.verdict.ties.map(({ profile }) => profile.id) ?? [],
    }));
    const findable = expected.filter(({ id }) => !unfindable.includes(id));
    for (const { profile, unit, address } of findable) {
      const { protocol } = profiles.get(profile)!;
      const place = String(address ?? unit ?? "");
      const match = named.find((each) => each.protocol === protocol && each.place === place);
      expect(match?.ties, `${name} ${place} of ${JSON.stringify(named)}`).toContain(profile);
    }
    expect(found).toHaveLength(findable.length);
  });
});
