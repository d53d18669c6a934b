import type { Profile } from "@weir/device-profiles/schema.ts";
import { type VirtualClock, virtualClock } from "@weir/wire/clock.ts";
import type { CommandRow } from "../commands/commands.ts";
import type { DeviceState, GatewayState } from "../ingest/directory.ts";
import type { LatestPoint } from "../ingest/latest.ts";
import type { Delivered } from "../ledger/days.ts";
import type { LedgerRow } from "../ledger/ledger.ts";
import type { ApiDeps } from "./api.ts";

export const startAt = Date.UTC(2026, 4, 1, 8);

export const gatewayState: GatewayState = {
  site: "north",
  gateway: "gw-1",
  title: { en: "Gate house", zh: "闸房" },
  online: true,
  since: startAt - 3_600_000,
  lastMessageAt: startAt - 1000,
  devices: ["probe-1", "lamp-1"],
  own: true,
  faults: {},
};

export const deviceState: DeviceState = {
  site: "north",
  gateway: "gw-1",
  device: "probe-1",
  kind: "water-probe",
  online: true,
  since: startAt - 3_600_000,
  lastMessageAt: startAt - 1000,
  knownSince: startAt - 3_600_000,
  metrics: ["ph"],
};

export const lampState: DeviceState = {
  ...deviceState,
  device: "lamp-1",
  kind: "lamp",
  profile: "light/acme-lamp",
  title: { en: "North gate", zh: "北门" },
  metrics: ["lamp_state"],
};

export const latestPoint: LatestPoint = {
  site: "north",
  gateway: "gw-1",
  device: "probe-1",
  kind: "water-probe",
  metric: "ph",
  at: startAt - 4000,
  receivedAt: startAt - 3900,
  value: 7.2,
  quality: "good",
  stale: false,
};

export const ledgerRow: LedgerRow = {
  site: "north",
  gateway: "gw-1",
  epoch: 7,
  lowestSeen: 1,
  highestSeen: 100,
  stored: 97,
  storedRanges: [
    [1, 40],
    [43, 99],
  ],
  rejected: 1,
  rejections: [{ offset: 100, reason: "ph is a float, got a string", at: startAt - 60_000 }],
  duplicates: 2,
  gone: 0,
  goneRanges: [],
  carried: 0,
  unbacked: 0,
  restored: undefined,
  missing: 2,
  missingRanges: [[41, 42]],
  missingTimes: [[startAt - 9000, startAt - 5000]],
  oldestMissingAgeMs: 5000,
  lastReceiptAt: startAt - 500,
  firstSeenAt: startAt - 3_600_000,
  previous: [],
};

export const deliveredDay: Delivered = {
  ...{
    date: "2026-05-01",
    at: Date.UTC(2026, 3, 30, 16),
    expected: 958,
    onTime: 898,
    late: 0,
    rejected: 0,
    missing: 60,
  },
  ...{ completeness: 93.73, validity: 99.5 },
};

export const lampProfile: Profile = {
  id: "light/acme-lamp",
  model: "Lamp",
  vendor: "ACME",
  names: { en: "Lamp controller", zh: "单灯控制器" },
  domain: "light",
  kind: "lamp",
  source: "a test",
  template: false,
  protocol: "modbus",
  link: { baud: 9600, parity: "none", stop_bits: 1, unit: 1 },
  base: 0,
  registers_per_read: 125,
  gap: 0,
  holes: true,
  timeout: 1000,
  every: 5000,
  points: [
    {
      quantity: "lamp_state",
      at: { table: "holding", register: 0, type: "u16", order: "ABCD" },
      scale: 1,
      offset: 0,
      invalid: [],
      at_least_every: 600_000,
      states: { 0: { value: 0, en: "Off", zh: "关" }, 1: { value: 1, en: "On", zh: "开" } },
      write: { min: 0, max: 1, function: "single" },
    },
  ],
  examples: [{ note: "on", registers: "holding 0000: 00 01", samples: { lamp_state: 1 } }],
};

/** A small city that stands still: what one test wants otherwise it says in wants. */
export function fakeDeps(wants: Partial<ApiDeps> = {}): ApiDeps & { readonly clock: VirtualClock } {
  return {
    directory: {
      sites: () => ["north"],
      gateways: () => [gatewayState],
      devices: () => [deviceState, lampState],
      watch: () => () => {},
    },
    latest: {
      all: () => [latestPoint],
      ofDevice: (site, device) => (site === "north" && device === "probe-1" ? [latestPoint] : []),
      watch: () => () => {},
    },
    ledger: { gateways: () => [ledgerRow] },
    days: {
      timeZone: "Asia/Shanghai",
      dates: () => [{ date: "2026-05-01", start: deliveredDay.at, end: deliveredDay.at + 86_400_000 }],
      devices: ({ site = "north", gateway = "gw-1" } = {}) =>
        [deviceState, lampState]
          .filter((each) => each.site === site && each.gateway === gateway)
          .map(({ device, kind }) => ({ site, gateway, device, kind, days: [deliveredDay] })),
      gaps: (_, device) =>
        device === "probe-1" ? [{ kind: "missing", from: startAt - 7_200_000, to: startAt - 3_600_000 }] : [],
    },
    forget: () => 0,
    commands: { send: async (order) => sentCommand(order), list: () => [], watch: () => () => {} },
    alarms: { open: () => [], history: () => [], acknowledge: () => undefined, note: () => ({ fresh: 0 }) },
    store: pastOf(),
    profiles: new Map([[lampProfile.id, lampProfile]]),
    tokens: [],
    consoleFolder: "no such folder",
    ...wants,
    clock: virtualClock(startAt),
  };
}

/** The row of a command that was done at once. */
export function sentCommand(order: Parameters<ApiDeps["commands"]["send"]>[0]): CommandRow {
  const times = { sentAt: startAt, expiresAt: startAt + order.expiresInMs, answeredAt: startAt + 40 };
  const { bundle, ...rest } = order;
  const firmware = bundle ? { firmware: bundle.what } : {};
  return { ...rest, ...firmware, ...times, id: "c-1", state: "done", readBack: order.value };
}

/** A past without readings: what one test wants otherwise it says in wants. */
export function pastOf(wants: Partial<ApiDeps["store"]> = {}): ApiDeps["store"] {
  return {
    series: async () => ({ buckets: [], sources: [] }),
    raw: async () => [],
    shortestWindow: () => 0,
    ...wants,
  };
}
