import type { Quantity } from "@weir/wire/quantities.ts";
import type { DeviceState, Directory, GatewayState } from "../ingest/directory.ts";
import type { IngestStats } from "../ingest/ingest.ts";
import type { Latest } from "../ingest/latest.ts";
import { type Days, type Delivered, type DeviceDays, together } from "../ledger/days.ts";
import type { DaysBook } from "../ledger/days-book.ts";
import type { Ledger, LedgerRow } from "../ledger/ledger.ts";
import { totalsOf } from "../ledger/totals.ts";
import type { Point } from "../store/store.ts";
import { cloudKind } from "./names.ts";

type Values = Partial<Record<Quantity, number | undefined>>;

/** Of each gateway: whether it is there, and what the ledger knows. A gateway without a ledger (another make) has no `records_*`. Pure. */
export function gatewayFacts(
  gateways: ReturnType<Directory["gateways"]>,
  ledger: ReturnType<Ledger["gateways"]>,
  at: number,
): readonly Point[] {
  const rows = new Map(ledger.map((row) => [`${row.site}/${row.gateway}`, row]));
  return gateways.flatMap((state) => {
    const { site, gateway, online, clockOffsetMs, faults } = state;
    const values: Values = {
      gateway_online: Number(online),
      messages_unusable: Object.entries(faults).reduce((sum, [kind, count]) => (kind === "gap" ? sum : sum + count), 0),
      clock_offset: clockOffsetMs,
      ...recordsOf(rows.get(`${site}/${gateway}`)),
    };
    return pointsOf({ site, device: gateway, kind: "gateway" }, values, at);
  });
}

function recordsOf(row: LedgerRow | undefined): Values {
  if (!row) return {};
  const { stored, rejected, gone, unaccounted, duplicates } = totalsOf(row);
  return {
    records_stored: stored,
    records_missing: row.missing,
    records_rejected: rejected,
    records_gone: gone,
    records_unaccounted: unaccounted,
    records_duplicated: duplicates,
    oldest_missing_age: row.oldestMissingAgeMs / 1000,
  };
}

/**
 * Of each registered device: whether it is there (its gateway says so, and not all of its newest readings are bad), and how old its newest reading with a value is; before the first one, since when it has
 * been known. A gateway's own device has its age only. Pure.
 */
export function deviceFacts(
  devices: ReturnType<Directory["devices"]>,
  latest: Pick<Latest, "ofDevice">,
  at: number,
): readonly Point[] {
  return devices.flatMap((state) => {
    const { site, device, kind } = state;
    const values: Values = { data_age: Math.max(0, at - newestOf(state, latest)) / 1000 };
    if (kind !== "gateway") values.device_online = Number(state.online && !isAllBad(state, latest));
    return pointsOf({ site, device, kind }, values, at);
  });
}

/** As a gateway says that an instrument has gone down: each of its points turns bad once. */
function isAllBad({ site, device }: DeviceState, latest: Pick<Latest, "ofDevice">): boolean {
  const points = latest.ofDevice(site, device);
  return points.length > 0 && points.every(({ value }) => value === null);
}

function newestOf({ site, device, knownSince }: DeviceState, latest: Pick<Latest, "ofDevice">): number {
  return latest
    .ofDevice(site, device)
    .reduce((newest, point) => (point.value === null ? newest : Math.max(newest, point.at)), knownSince);
}

export type CloudLook = {
  readonly stats: IngestStats;
  /** Of this process. */
  readonly rssBytes: number;
  readonly uptimeSeconds: number;
};

/** What the cloud knows of itself, under one device named like the host. Rates are those since the look before; none at the first. Pure. */
export function cloudFacts(
  host: string,
  look: CloudLook,
  before: CloudLook | undefined,
  known: {
    readonly gateways: readonly GatewayState[];
    readonly devices: readonly DeviceState[];
    readonly lost: number;
  },
  at: number,
): readonly Point[] {
  const { stats } = look;
  const passed = before ? look.uptimeSeconds - before.uptimeSeconds : 0;
  const batches = stats.batches - (before?.stats.batches ?? 0);
  const devices = known.devices.filter(({ kind }) => kind !== "gateway");
  const values: Values = {
    ingest_messages: stats.messages,
    ingest_points: stats.points,
    ingest_rate: before && passed > 0 ? (stats.points - before.stats.points) / passed : undefined,
    ingest_rejected: stats.rejected,
    ingest_pending: stats.pendingBytes,
    store_available: Number(stats.store.available),
    store_write_time: batches > 0 ? (stats.writingMs - (before?.stats.writingMs ?? 0)) / batches : undefined,
    facts_lost: known.lost,
    process_memory: look.rssBytes,
    uptime: Math.round(look.uptimeSeconds),
    gateways_total: known.gateways.length,
    gateways_offline: known.gateways.filter(({ online }) => !online).length,
    devices_total: devices.length,
    devices_down: devices.filter(({ online }) => !online).length,
  };
  return pointsOf({ site: host, device: host, kind: cloudKind }, values, at);
}

/**
 * Completeness and validity of these days: of each device whose day has changed, and of each gateway over all its devices. They stand at the
 * day's start. Pure.
 */
export function dayFacts(days: Pick<Days, "devices">, changed: ReturnType<DaysBook["takeChanged"]>): readonly Point[] {
  const dates = new Map<string, Set<string>>();
  for (const { date, site, device } of changed) {
    const of = dates.get(date) ?? new Set();
    dates.set(date, of.add(`${site}/${device}`));
  }
  return [...dates].flatMap(([date, who]) => {
    const rows = days.devices({ date });
    const touched = rows.filter(({ site, device }) => who.has(`${site}/${device}`));
    const gateways = new Set(touched.map(({ site, gateway }) => `${site}/${gateway}`));
    const byGateway = new Map<string, DeviceDays[]>();
    for (const row of rows) {
      const key = `${row.site}/${row.gateway}`;
      if (!gateways.has(key) || row.kind === "gateway") continue;
      byGateway.set(key, [...(byGateway.get(key) ?? []), row]);
    }
    return [
      ...touched
        .filter(({ kind }) => kind !== "gateway")
        .flatMap(({ site, device, kind, days: [day] }) => ratesOf({ site, device, kind }, day)),
      ...[...byGateway.values()].flatMap((devices) => {
        const { site, gateway } = devices[0]!;
        const day = together(devices.map((each) => each.days[0] ?? null));
        return ratesOf({ site, device: gateway, kind: "gateway" }, day);
      }),
    ];
  });
}

function ratesOf(who: Pick<Point, "site" | "device" | "kind">, day: Delivered | null | undefined): readonly Point[] {
  if (!day) return [];
  const { completeness, validity } = day;
  return pointsOf(who, { completeness, validity: validity ?? undefined }, day.at);
}

function pointsOf(who: Pick<Point, "site" | "device" | "kind">, values: Values, at: number): readonly Point[] {
  return Object.entries(values).flatMap(([metric, value]) =>
    value === undefined ? [] : [{ ...who, metric, at, value, quality: "good" as const }],
  );
}
