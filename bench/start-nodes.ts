/**
 * What the nodes of `npm start` cost: five boards that run their images at the pace of the wall clock on one line, each read every five
 * seconds as a gateway does. Processor time and memory of this process, with them and without.
 *
 * usage: npm run bench -- start-nodes [seconds]
 */
import { districts } from "@weir/demo/districts.ts";
import { loadProfiles } from "@weir/device-profiles/load.ts";
import { startPolling } from "@weir/edge-agent/poll/poll.ts";
import { loadCityProfiles } from "@weir/simulators/city.ts";
import { runCity } from "@weir/simulators/run.ts";
import { systemClock } from "@weir/wire/clock.ts";

const seconds = Number(process.argv[2] ?? 30);
const profiles = loadProfiles();
const district = districts.find(({ buses }) => buses.some(({ guest }) => guest))!;
const bus = district.buses.find(({ guest }) => guest)!;
const stop = new AbortController();

const settle = () => {
  globalThis.gc?.();
  return process.memoryUsage().rss / 1e6;
};
/** Share of one core over a time, per cent. */
async function cost(ms: number): Promise<number> {
  const before = process.cpuUsage();
  const since = performance.now();
  await systemClock.sleep(ms, stop.signal);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 10 / (performance.now() - since);
}

const now = systemClock.now();
const rssBefore = settle();
const idle = await cost(2000);
const { districts: plans } = await runCity(
  {
    districts: [{ ...district, buses: [bus] }],
    profiles: loadCityProfiles(),
    seed: 1,
    time: { speed: 1, since: now, from: now },
    ...{ host: "127.0.0.1", portBase: 0, controlPort: 0, timing: "line", clock: systemClock },
    log: () => {},
  },
  stop.signal,
);
const [plan] = plans;
const polling = startPolling({
  buses: [
    {
      name: bus.name,
      transport: { kind: "raw-tcp", host: "127.0.0.1", port: plan!.buses[0]!.port },
      connectTimeoutMs: 2000,
    },
  ],
  devices: plan!.devices.map(({ id, profile, unit }) => ({
    id,
    bus: bus.name,
    unit: unit!,
    profile: profiles.get(profile)!,
    everyMs: 5000,
  })),
  clock: systemClock,
  random: Math.random,
  signal: stop.signal,
  emit: async () => {},
  report: () => {},
});
await systemClock.sleep(3000, stop.signal);
const busy = await cost(seconds * 1000);
const { devices, buses } = polling.status();
console.log(
  `requests ${buses[0]!.requests}, of them ${buses[0]!.timeouts} timed out, ${buses[0]!.crcErrors + buses[0]!.frameErrors} damaged`,
);
console.log(
  `${bus.instruments.length} nodes: ${busy.toFixed(1)} % of a core with their gateway's polling, ${idle.toFixed(1)} % without either`,
);
console.log(`memory: ${(settle() - rssBefore).toFixed(0)} MB, the code of city and polling included`);
console.log(
  `cycles ${devices.map(({ cycles }) => cycles).join(", ")}; skipped ${devices.map(({ skippedCycles }) => skippedCycles).join(", ")}; slowest cycle ${Math.max(...devices.map(({ cycleMs = 0 }) => cycleMs)).toFixed(0)} ms`,
);
await polling.stop();
stop.abort();
process.exit();
