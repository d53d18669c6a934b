import { metricOf } from "@weir/device-profiles/metric.ts";
import type { Profile } from "@weir/device-profiles/schema.ts";
import { type Domain, infoOf } from "@weir/wire/quantities.ts";
import type { CommandRow } from "../commands/commands.ts";
import { balanced } from "../derived/balance.ts";
import { hourMs } from "../derived/hour-mean.ts";
import { judged } from "../derived/judge.ts";
import type { DeviceState, GatewayState } from "../ingest/directory.ts";
import type { LatestPoint } from "../ingest/latest.ts";
import type { EpochRow, LedgerRow } from "../ledger/ledger.ts";
import {
  type Command,
  type Device,
  domains,
  type Gateway,
  type LedgerEpoch,
  type LedgerSummary,
  type Reading,
  type Site,
} from "./answers.ts";
import { freshnessOf, staleAfter } from "./freshness.ts";

type ProfilePoint = Profile["points"][number];

/** A profile with its points by metric name. */
export type Described = { readonly profile: Profile; readonly points: ReadonlyMap<string, ProfilePoint> };

export function indexProfile(profile: Profile): Described {
  return { profile, points: new Map(profile.points.map((point) => [metricOf(point), point])) };
}

/** A device's domain: its profile's; else that of most of its quantities; `gateway` for a gateway's own; null when nothing tells. */
export function domainOf(
  { kind, metrics }: Pick<DeviceState, "kind" | "metrics">,
  profile: Profile | undefined,
): Domain | null {
  if (kind === "gateway") return "gateway";
  if (profile !== undefined) return profile.domain;
  const votes = metrics.map((metric) => infoOf(metric)?.domain);
  const count = (domain: Domain) => votes.filter((vote) => vote === domain).length;
  const [most] = domains.filter((domain) => domain !== "gateway").sort((a, b) => count(b) - count(a));
  return most !== undefined && count(most) > 0 ? most : null;
}

/** A latest point as the API tells it. described: the profile of its device, where known; its periods decide when the reading is stale; what the cloud judges comes each hour. */
export function viewReading(latest: LatestPoint, described: Described | undefined): Reading {
  const point = described?.points.get(latest.metric);
  const unknownMs = [...judged, ...balanced].includes(latest.metric) ? hourMs : undefined;
  const periodMs =
    described && point ? Math.max(point.every ?? described.profile.every, point.at_least_every) : unknownMs;
  const { site, gateway, device, metric, at, receivedAt, value, quality, stale } = latest;
  return { site, gateway, device, metric, at, receivedAt, value, quality, stale, staleAfterMs: staleAfter(periodMs) };
}

/** A device as the API tells it. described: its profile, where known. */
export function viewDevice(state: DeviceState, described: Described | undefined): Device {
  const { site, gateway, device, kind, online, since, lastMessageAt, metrics } = state;
  const profile = described?.profile;
  const points = [...(described?.points ?? [])];
  return {
    site,
    gateway,
    device,
    title: state.title ?? null,
    kind,
    domain: domainOf(state, profile),
    model: state.model ?? (profile ? `${profile.vendor} ${profile.model}` : null),
    names: profile?.names ?? null,
    online,
    since,
    lastMessageAt,
    metrics: [...metrics],
    writable: points.flatMap(([metric, { write }]) => (write ? [{ metric, min: write.min, max: write.max }] : [])),
    states: Object.fromEntries(
      points.flatMap(([metric, { states }]) => (states ? [[metric, namesByValue(states)]] : [])),
    ),
  };
}

function namesByValue(states: NonNullable<ProfilePoint["states"]>) {
  return Object.fromEntries(Object.values(states).map(({ value, en, zh }) => [value, { en, zh }]));
}

/** A gateway as the API tells it, with its ledger in short. */
export function viewGateway(state: GatewayState, ledger: LedgerRow | undefined): Gateway {
  const { site, gateway, online, since, lastMessageAt, own, devices, faults } = state;
  const summary = ledger ? viewSummary(ledger, 1 + ledger.previous.length) : null;
  return {
    site,
    gateway,
    title: state.title ?? null,
    online,
    since,
    lastMessageAt,
    own,
    devices: [...devices],
    faults: { ...faults },
    ledger: summary,
  };
}

function viewSummary(row: EpochRow, outboxes: number): LedgerSummary {
  const { epoch, stored, rejected, duplicates, gone, carried, unbacked, missing, oldestMissingAgeMs } = row;
  const seen = row.highestSeen - row.lowestSeen + 1;
  return {
    epoch,
    seen,
    stored,
    rejected,
    duplicates,
    gone,
    carried,
    unbacked,
    restored: row.restored ? { ...row.restored } : null,
    missing,
    oldestMissingAgeMs,
    lastReceiptAt: row.lastReceiptAt ?? null,
    outboxes,
  };
}

/** One outbox of a gateway; `outboxes` counts it and those before it. */
export function viewEpoch(row: EpochRow, outboxes: number): LedgerEpoch {
  return {
    ...viewSummary(row, outboxes),
    lowestSeen: row.lowestSeen,
    highestSeen: row.highestSeen,
    storedRanges: row.storedRanges.map(([first, last]) => [first, last]),
    goneRanges: row.goneRanges.map(([first, last]) => [first, last]),
    missingRanges: row.missingRanges.map(([first, last]) => [first, last]),
    missingTimes: row.missingTimes.map(([after, before]) => [after ?? null, before ?? null]),
    rejections: row.rejections.map(({ offset, reason, at }) => ({ offset, reason, at })),
    firstSeenAt: row.firstSeenAt,
  };
}

/** One site in numbers; readings counted by domain and freshness. */
export function viewSite(
  name: string,
  gateways: readonly GatewayState[],
  devices: readonly Device[],
  readings: readonly Reading[],
  now: number,
): Site {
  const ours = {
    gateways: gateways.filter(({ site }) => site === name),
    devices: devices.filter(({ site, domain }) => site === name && domain !== "gateway"),
  };
  const domainByDevice = new Map(
    devices.filter(({ site }) => site === name).map(({ device, domain }) => [device, domain]),
  );
  const counted: Site["readings"] = {};
  for (const each of readings) {
    if (each.site !== name) continue;
    const domain = domainByDevice.get(each.device) ?? infoOf(each.metric)?.domain;
    if (domain === undefined) continue;
    counted[domain] ??= { live: 0, uncertain: 0, bad: 0, stale: 0 };
    counted[domain][freshnessOf(each, now)] += 1;
  }
  return {
    site: name,
    gateways: ours.gateways.length,
    gatewaysOnline: ours.gateways.filter(({ online }) => online).length,
    devices: ours.devices.length,
    devicesOnline: ours.devices.filter(({ online }) => online).length,
    readings: counted,
  };
}

export function viewCommand(row: CommandRow): Command {
  const { id, site, gateway, device, metric, value, state, sentAt, expiresAt } = row;
  const told = {
    firmware: row.firmware ?? null,
    by: row.by ?? null,
    answeredAt: row.answeredAt ?? null,
    readBack: row.readBack ?? null,
    why: row.why ?? null,
  };
  return { id, site, gateway, device, metric, value, state, sentAt, expiresAt, ...told };
}
