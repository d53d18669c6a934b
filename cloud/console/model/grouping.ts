import { infoOf } from "@weir/wire/quantities.ts";
import type { Device, Reading } from "../../api/answers.ts";
import { type Freshness, freshnessOf } from "../../api/freshness.ts";

export type Group = NonNullable<Device["domain"]> | "other";
/** The order of the page. A gateway's own metrics are on the gateway's page. */
export const groups = ["water", "air", "pipe", "light", "hazmat", "other"] as const satisfies readonly Group[];
export type Counts = Readonly<Record<Freshness, number>>;

export function groupOf({ domain }: Pick<Device, "domain">): Group {
  return domain ?? "other";
}

export function countFreshness(readings: Iterable<Reading>, now: number): Counts {
  const counts = { live: 0, uncertain: 0, bad: 0, stale: 0 };
  for (const reading of readings) counts[freshnessOf(reading, now)] += 1;
  return counts;
}

export function addCounts(a: Counts, b: Counts): Counts {
  return { live: a.live + b.live, uncertain: a.uncertain + b.uncertain, bad: a.bad + b.bad, stale: a.stale + b.stale };
}

/** How a device is, in one word: the worst that a person should look at. `silent`: no reading is known of it. */
export type DeviceMark = "live" | "uncertain" | "bad" | "stale" | "offline" | "silent";

export function markDevice({ online }: Pick<Device, "online">, counts: Counts): DeviceMark {
  if (!online) return "offline";
  if (counts.bad > 0) return "bad";
  if (counts.stale > 0) return "stale";
  if (counts.uncertain > 0) return "uncertain";
  return counts.live > 0 ? "live" : "silent";
}

const kindOrder = { gauge: 0, state: 1, counter: 2 } as const;

/**
 * Readings in the order people look for them: the device's own domain first, gauges before states before counters, sums before their
 * channels, and else as the instrument names them.
 */
export function orderReadings(
  readings: readonly Reading[],
  { domain, metrics }: Pick<Device, "domain" | "metrics">,
): Reading[] {
  const place = new Map(metrics.map((metric, index) => [metric, index]));
  const rank = ({ metric }: Reading) => {
    const info = infoOf(metric);
    const kind = info === undefined ? 20 : kindOrder[info.kind] * 2;
    return kind + (info?.domain === domain ? 0 : 6) + (metric.includes("/") ? 1 : 0);
  };
  return readings
    .map((reading) => ({ reading, rank: rank(reading), place: place.get(reading.metric) ?? metrics.length }))
    .sort((a, b) => a.rank - b.rank || a.place - b.place || a.reading.metric.localeCompare(b.reading.metric))
    .map(({ reading }) => reading);
}

export type Filter = {
  readonly group?: Group | undefined;
  readonly site?: string | undefined;
  readonly text?: string | undefined;
  /** Only what is not simply live. */
  readonly attention?: boolean | undefined;
};

export type Card = {
  readonly device: Device;
  readonly readings: readonly Reading[];
  readonly counts: Counts;
  readonly mark: DeviceMark;
};

export function cardOf(device: Device, readings: Iterable<Reading>, now: number): Card {
  const ordered = orderReadings([...readings], device);
  const counts = countFreshness(ordered, now);
  return { device, readings: ordered, counts, mark: markDevice(device, counts) };
}

/** Whether a card is wanted. The text is looked for in id and title of the device and in the names of site, gateway and kind. */
export function matches({ device, mark }: Card, { group, site, text = "", attention }: Filter): boolean {
  const names = [
    device.device,
    device.title?.en ?? "",
    device.title?.zh ?? "",
    device.site,
    device.gateway,
    device.kind,
    device.model ?? "",
    device.names?.en ?? "",
    device.names?.zh ?? "",
  ];
  return (
    (group === undefined || groupOf(device) === group) &&
    (site === undefined || device.site === site) &&
    (attention !== true || mark !== "live") &&
    names.some((name) => name.toLowerCase().includes(text.trim().toLowerCase()))
  );
}

export type Section = {
  readonly group: Group;
  readonly sites: readonly { readonly site: string; readonly cards: readonly Card[] }[];
};

/** Cards by domain, then by site, each in natural order of names, so that a card keeps its place whatever it reads. */
export function groupCards(cards: readonly Card[]): Section[] {
  const compare = (a: string, b: string) => a.localeCompare(b, "zh-Hans-CN", { numeric: true });
  return groups
    .map((group) => {
      const ofGroup = cards.filter(({ device }) => groupOf(device) === group);
      const sites = [...new Set(ofGroup.map(({ device }) => device.site))].sort(compare);
      return {
        group,
        sites: sites.map((site) => ({
          site,
          cards: ofGroup
            .filter(({ device }) => device.site === site)
            .sort((a, b) => compare(a.device.device, b.device.device)),
        })),
      };
    })
    .filter(({ sites }) => sites.length > 0);
}
