import { parseArgs } from "node:util";
import { loadProfiles } from "@weir/device-profiles/load.ts";
import { metricOf } from "@weir/device-profiles/metric.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { infoOf } from "@weir/wire/quantities.ts";
import { refusal } from "@weir/wire/refusal.ts";
import { openAlarms } from "../alarms/book.ts";
import { buildApi } from "../api/api.ts";
import type { CommandRow } from "../commands/commands.ts";
import type { DeviceState, GatewayState } from "../ingest/directory.ts";
import type { LatestPoint } from "../ingest/latest.ts";
import type { Delivered } from "../ledger/days.ts";
import type { EpochRow, LedgerRow } from "../ledger/ledger.ts";
import type { Bucket } from "../store/store.ts";
import { noteAlarms } from "./fixture-alarms.ts";

/** A made-up city for working on the console without gateways: `node cloud/console/fixture.ts --port 8090 [--empty]`. */
const { values: options } = parseArgs({
  options: { port: { type: "string", default: "8090" }, empty: { type: "boolean", default: false } },
});
const clock = systemClock;
const startedAt = clock.now();
const minute = 60_000;
const profiles = loadProfiles();

const gateways: readonly (Pick<GatewayState, "site" | "gateway" | "online"> & { readonly sinceMs: number })[] = [
  { site: "北岸新区", gateway: "gw-north-01", online: true, sinceMs: 77 * 60 * minute },
  { site: "北岸新区", gateway: "gw-north-02", online: true, sinceMs: 4 * minute },
  { site: "Old Town", gateway: "gw-oldtown-01", online: false, sinceMs: 47 * minute },
];

/** Device, gateway, profile. A profile that is not shipped: an instrument that only its births describe. */
const devices: readonly (readonly [device: string, gateway: string, profile: string])[] = [
  ["river-north-bridge", "gw-north-01", "water/yosemitech-y4000"],
  ["river-weir-upstream", "gw-north-01", "water/ysi-exo"],
  ["river-level-3", "gw-north-01", "water/generic-sl651-level-rain"],
  ["outfall-07-nh3n", "gw-north-02", "water/cnemc-nh3n"],
  ["tapwater-school", "gw-oldtown-01", "water/kuntze-neon"],
  ["air-people-square", "gw-north-01", "air/cwt-weather-station"],
  ["air-ring-road", "gw-north-02", "air/jxct-jxbs-3001-pm"],
  ["air-old-market", "gw-oldtown-01", "air/wirenboard-msw2"],
  ["main-dn600-flow", "gw-north-01", "pipe/siemens-mag6000"],
  ["dma-12-pressure", "gw-north-02", "pipe/generic-4-20ma-pressure"],
  ["meter-block-9", "gw-north-02", "pipe/xintai-water-meter"],
  ["cabinet-12-meter", "gw-north-01", "light/chint-dtsu666"],
  ["lamp-0117", "gw-north-01", "light/generic-lamp-controller"],
  ["lamp-0118", "gw-north-01", "light/generic-lamp-controller"],
  ["store-a-gas", "gw-north-02", "hazmat/honeywell-midas"],
  ["tank-03-level", "gw-north-02", "hazmat/generic-4-20ma-tank-level"],
];

const around: Readonly<Record<string, number>> = {
  water_temperature: 18.4, ph: 7.62, dissolved_oxygen: 8.31, oxygen_saturation: 88.4, turbidity: 23.7, turbidity_fnu: 19.2,
  conductivity: 412, specific_conductance: 436, orp: 214, chlorophyll: 6.1, water_depth: 2.84, water_level: 31.42,
  ammonia_nitrogen: 0.486, residual_chlorine: 0.42, wind_speed: 3.2, wind_direction: 118, wind_sector: 3,
  relative_humidity: 61.3, air_temperature: 22.9, noise_level: 57.1, pm25: 34, pm10: 61, air_pressure: 1012.6, rainfall: 0,
  co2: 512, illuminance: 18_420, supply_voltage: 24.1, pipe_flow: 186.4, pipe_pressure: 0.342, flow_total: 184_203,
  flow_total_forward: 20_411.6, flow_total_reverse: 3.1, voltage: 231.4, current: 4.36, active_power: 982, reactive_power: 74,
  power_factor: 0.974, frequency: 50.01, active_energy_import: 48_211.7, active_energy_export: 0, leakage_current: 3.2,
  lamp_run_hours: 6120, lamp_dim_level: 80, lamp_fault: 0, relay_state: 1, toxic_gas_ppm: 0.021, device_temperature: 31,
  sample_flow: 498, sensor_life: 211, tank_level: 3.27, detector_state: 1,
  cpu_load: 14.2, memory_used: 41.7, process_memory: 83_400_000, disk_used: 22.4, uptime: 277_200, clock_offset: 3,
  clock_synchronised: 1, gateway_temperature: 41, outbox_records: 18, outbox_bytes: 61_440, outbox_fill: 0.4, uplink_reconnects: 2, bus_utilisation: 37.5,
}; // biome-ignore format: a table

const healthMetrics = [
  "cpu_load",
  "memory_used",
  "process_memory",
  "disk_used",
  "gateway_temperature",
  "uptime",
  "clock_offset",
  "clock_synchronised",
  "outbox_records",
  "outbox_bytes",
  "outbox_fill",
  "uplink_reconnects",
  "bus_utilisation",
];

const siteOf = (gateway: string) => gateways.find((each) => each.gateway === gateway)!.site;
const stateOf = (device: string, gateway: string, profile: string): DeviceState => {
  const { online, sinceMs } = gateways.find((each) => each.gateway === gateway)!;
  const known = profiles.get(profile);
  return {
    site: siteOf(gateway),
    gateway,
    device,
    kind: profile === "" ? "gateway" : (known?.kind ?? ""),
    profile,
    online,
    since: startedAt - sinceMs,
    lastMessageAt: online ? startedAt : startedAt - sinceMs,
    knownSince: startedAt - sinceMs,
    metrics: profile === "" ? healthMetrics : [...new Set(known?.points.map(metricOf))],
  };
};
const deviceStates = [
  ...devices.map((each) => stateOf(...each)),
  ...gateways.map(({ gateway }) => stateOf(gateway, gateway, "")),
];

/** What is not simply live: a probe out of the water, a meter that has fallen silent, a sensor outside its plausible range. */
const troubles: Readonly<Record<string, Partial<LatestPoint> & { readonly silentMs?: number }>> = {
  "river-north-bridge/turbidity": { value: null, quality: "bad" },
  "river-north-bridge/chlorophyll": { value: 412.5, quality: "uncertain" },
  "meter-block-9/pipe_flow": { silentMs: 17 * minute },
  "outfall-07-nh3n/ammonia_nitrogen": { value: 2.914, quality: "uncertain" },
  "store-a-gas/sample_flow": { value: null, quality: "bad" },
};

const points = new Map<string, LatestPoint>();
const written = new Map<string, number>();
function read(state: DeviceState, metric: string, at: number): LatestPoint {
  const { site, gateway, device, kind, online, since } = state;
  const { silentMs, ...trouble } = troubles[`${device}/${metric}`] ?? {};
  const time = online ? (silentMs === undefined ? at : startedAt - silentMs) : since;
  const value = written.get(`${device}/${metric}`) ?? valueAt(device, metric, time);
  const point = {
    site,
    gateway,
    device,
    kind,
    metric,
    at: time,
    receivedAt: time + 180,
    value,
    quality: "good" as const,
  };
  return { ...point, ...trouble, stale: !online };
}

/** A smooth, repeatable course around what is usual. */
function valueAt(device: string, metric: string, at: number): number {
  const [name = ""] = metric.split("/");
  const usual = around[name] ?? 0;
  if (infoOf(metric)?.kind === "state") return usual;
  const phase = [...`${device}${metric}`].reduce((sum, char) => sum + char.charCodeAt(0), 0);
  const swing =
    Math.sin(at / 2_900_000 + phase) * 0.05 +
    Math.sin(at / 240_000 + phase * 7) * 0.012 +
    Math.sin(at / 7100 + phase) * 0.004;
  if (Number.isInteger(usual) && infoOf(metric)?.unit === "1") return usual;
  if (infoOf(metric)?.kind === "counter") return Math.round(usual * 10 + (at - startedAt) / 40_000) / 10;
  const steadiness = /^(frequency|voltage|supply_voltage|air_pressure|power_factor)$/.test(name) ? 0.08 : 1;
  return Number((usual * (1 + swing * steadiness)).toPrecision(4));
}

for (const state of deviceStates)
  for (const metric of state.metrics) {
    const point = read(state, metric, startedAt - ((state.device.length * metric.length) % 9) * 700);
    points.set(`${state.site}/${state.device}/${metric}`, point);
  }

const startAt = (minutes: number) => startedAt - minutes * minute;
const epochOf = (gateway: string): EpochRow => {
  const highest = { "gw-north-01": 184_213, "gw-north-02": 20_118, "gw-oldtown-01": 9044 }[gateway] ?? 0;
  const holes: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
    "gw-north-02": [
      [12_040, 12_410],
      [12_655, 12_655],
      [14_200, 15_730],
    ],
  };
  const missingRanges = holes[gateway] ?? [];
  const missing = missingRanges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  const rejections =
    gateway === "gw-north-02"
      ? [
          {
            offset: 8131,
            reason: refusal("old", { metric: "turbidity", at: "2024-03-01T00:00:00.000Z", days: 730 }),
            at: startedAt - 190 * minute,
          },
        ]
      : [];
  const starts = [1, ...missingRanges.map(([, last]) => last + 1)];
  const ends = [...missingRanges.map(([first]) => first - 1), highest];
  return {
    epoch: 1,
    lowestSeen: 1,
    highestSeen: highest,
    stored: highest - missing - rejections.length,
    storedRanges: starts.map((start, index) => [start, ends[index]!]),
    rejected: rejections.length,
    rejections,
    duplicates: gateway === "gw-north-02" ? 312 : 4,
    gone: 0,
    goneRanges: [],
    carried: 0,
    unbacked: 0,
    restored: undefined,
    missing,
    missingRanges,
    missingTimes: missingRanges.map(() => [startAt(75), startAt(6)]),
    oldestMissingAgeMs: missing > 0 ? 6 * minute + clock.now() - startedAt : 0,
    lastReceiptAt: gateway === "gw-oldtown-01" ? startedAt - 47 * minute : clock.now() - 400,
    firstSeenAt: startedAt - 40 * 60 * minute,
  };
};
const ledgerRows = (): LedgerRow[] =>
  gateways.map(({ site, gateway }) => ({
    ...epochOf(gateway),
    site,
    gateway,
    previous:
      gateway === "gw-oldtown-01"
        ? [{ ...epochOf(gateway), epoch: 2, highestSeen: 5100, missing: 214, firstSeenAt: startAt(30_000) }]
        : [],
  }));

const dayMs = 24 * 60 * minute;
const today = Math.floor((startedAt + 8 * 60 * minute) / dayMs) * dayMs - 8 * 60 * minute;
const dates = Array.from({ length: 30 }, (_, index) => {
  const start = today - (29 - index) * dayMs;
  return { date: new Date(start + dayMs / 2).toISOString().slice(0, 10), start, end: start + dayMs };
});

/** A believable month: an outage that came late, a day that was lost in part, an instrument that was fitted on day five. */
function dayOf(device: string, gateway: string, index: number): Delivered | null {
  if (device.startsWith("lamp") && index < 5) return null;
  const { date, start } = dates[index]!;
  const expected = index === 29 ? Math.max(1, Math.floor((startedAt - start) / minute)) : 1440;
  const parts = { late: 0, missing: 0, rejected: 0 };
  if (gateway === "gw-north-02" && index === 12) parts.late = 610;
  if (gateway === "gw-north-02" && index === 21) Object.assign(parts, { late: 300, missing: 95 });
  if (gateway === "gw-oldtown-01" && index >= 28) parts.missing = Math.floor(expected * (index === 28 ? 0.3 : 0.9));
  if (device === "outfall-07-nh3n" && index === 17) parts.rejected = 4;
  if (device === "meter-block-9" && index === 8) parts.missing = 1;
  const onTime = expected - parts.late - parts.missing - parts.rejected;
  const completeness = Math.floor(((onTime + parts.late) * 10_000) / expected) / 100;
  const validity = device === "river-north-bridge" ? 96.4 - (index % 7) : 99.8;
  return { date, at: start, expected, onTime, ...parts, completeness, validity };
}

const listeners = new Set<(changed: readonly LatestPoint[]) => void>();
const sent: CommandRow[] = [];

function bucketsOf(
  device: string,
  metric: string,
  { from, to, everyMs }: { from: number; to: number; everyMs: number },
): Bucket[] {
  const state = deviceStates.find((each) => each.device === device)!;
  const latest = points.get(`${state.site}/${device}/${metric}`)!;
  const buckets: Bucket[] = [];
  const gapFrom = from + (to - from) * 0.42;
  for (let at = Math.ceil(from / everyMs) * everyMs; at < Math.min(to, latest.at); at += everyMs) {
    if (device === "river-north-bridge" && at > gapFrom && at < gapFrom + (to - from) * 0.25) continue;
    const [mean, half] = [valueAt(device, metric, at), Math.abs(valueAt(device, metric, at)) * 0.006];
    const bad = metric === "turbidity" && at > to - (to - from) * 0.08;
    const flat = infoOf(metric)?.kind !== "gauge";
    const value = bad ? null : mean;
    const spread = flat || value === null ? value : undefined;
    buckets.push({
      at,
      mean: value,
      min: spread === undefined ? mean - half * (1 + Math.sin(at)) : spread,
      max: spread === undefined ? mean + half * (1 + Math.cos(at)) : spread,
      last: value,
      count: bad ? 0 : 6,
      uncertain: metric === "chlorophyll" && at > to - (to - from) * 0.2 ? 1 : 0,
      bad: bad ? 6 : 0,
    });
  }
  return buckets;
}

const shown = options.empty ? [] : deviceStates;
/** Kept in memory: acknowledging them works until the fixture ends. */
const alarms = openAlarms({ file: ":memory:", clock });
if (!options.empty) noteAlarms(alarms, { devices: deviceStates, now: startedAt });

const app = await buildApi({
  clock,
  tokens: [],
  profiles,
  directory: {
    sites: () => [...new Set(shown.map(({ site }) => site))],
    gateways: () =>
      (options.empty ? [] : gateways).map(({ site, gateway, online, sinceMs }) => ({
        site,
        gateway,
        online,
        since: startedAt - sinceMs,
        lastMessageAt: online ? clock.now() - 300 : startedAt - sinceMs,
        devices: devices.filter(([, of]) => of === gateway).map(([device]) => device),
        own: true,
        faults: gateway === "gw-north-02" ? { metric: 3, gap: 2 } : {},
      })),
    devices: () => shown.map((state) => (state.online ? { ...state, lastMessageAt: clock.now() - 900 } : state)),
    watch: () => () => {},
  },
  latest: {
    all: () => (options.empty ? [] : [...points.values()]),
    ofDevice: (site, device) => [...points.values()].filter((each) => each.site === site && each.device === device),
    watch: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  },
  ledger: { gateways: ledgerRows },
  days: {
    timeZone: "Asia/Shanghai",
    dates: () => dates,
    devices: ({ site, gateway } = {}) =>
      shown
        .filter((each) => (site ?? each.site) === each.site && (gateway ?? each.gateway) === each.gateway)
        .map(({ site, gateway, device, kind }) => ({
          ...{ site, gateway, device, kind },
          days: dates.map((_, index) => dayOf(device, gateway, index)),
        })),
    gaps: () => [
      { kind: "missing", from: startAt(300), to: startAt(205) },
      { kind: "late", from: startAt(20_000), to: startAt(19_390) },
    ],
  },
  forget: () => 1,
  alarms,
  commands: {
    send: async (order) => {
      const at = clock.now();
      await clock.sleep(700, new AbortController().signal);
      const row: CommandRow = {
        ...order,
        id: String(sent.length),
        state: "done",
        sentAt: at,
        expiresAt: at + order.expiresInMs,
        answeredAt: clock.now(),
        readBack: order.value,
      };
      sent.unshift(row);
      written.set(`${order.device}/${order.metric}`, order.value);
      return row;
    },
    list: ({ device, limit = 50 } = {}) =>
      sent.filter((row) => device === undefined || row.device === device).slice(0, limit),
    watch: () => () => {},
  },
  store: {
    series: async ({ device, metric, ...range }) => ({ buckets: bucketsOf(device, metric, range), sources: [] }),
    raw: async () => [],
    shortestWindow: () => 0,
  },
});
console.log(await app.listen({ host: "127.0.0.1", port: Number(options.port) }));

const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort());
while (!stop.signal.aborted) {
  await clock.sleep(1000, stop.signal);
  const at = clock.now();
  const turn = Math.floor(at / 1000);
  const changed = deviceStates
    .filter(({ online, device }) => online && (turn + device.length) % 4 === 0)
    .flatMap((state) => state.metrics.map((metric) => read(state, metric, at)));
  for (const point of changed) points.set(`${point.site}/${point.device}/${point.metric}`, point);
  for (const listener of listeners) listener(changed);
}
await app.close();
