import type { Clock } from "@weir/wire/clock.ts";
import type { Directory } from "../ingest/directory.ts";
import type { Latest, LatestPoint } from "../ingest/latest.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Device, Gateway, Reading } from "./answers.ts";
import type { Changes } from "./live.ts";
import { type Described, viewDevice, viewGateway, viewReading } from "./view.ts";

export type City = {
  readonly devices: () => readonly Device[];
  readonly gateways: () => readonly Gateway[];
  readonly reading: (point: LatestPoint) => Reading;
};

type Sources = {
  readonly directory: Directory;
  readonly latest: Latest;
  readonly ledger: Ledger;
  readonly profiles: ReadonlyMap<string, Described>;
};

/** A key of two or more names that no other names give. */
export function keyOf(...names: readonly string[]): string {
  return names.join("\n");
}

/** The city as the API tells it, from what the stages know at this moment. */
export function viewCity({ directory, ledger, profiles }: Sources, signal: AbortSignal): City {
  let byDevice: ReadonlyMap<string, Described> | undefined;
  signal.addEventListener(
    "abort",
    directory.watch(() => (byDevice = undefined)),
  );
  const describedOf = (site: string, device: string) => {
    byDevice ??= new Map(
      directory.devices().flatMap((state) => {
        const described = profiles.get(state.profile ?? "");
        return described ? [[keyOf(state.site, state.device), described]] : [];
      }),
    );
    return byDevice.get(keyOf(site, device));
  };
  return {
    devices: () => directory.devices().map((state) => viewDevice(state, profiles.get(state.profile ?? ""))),
    gateways: () => {
      const rows = new Map(ledger.gateways().map((row) => [keyOf(row.site, row.gateway), row]));
      return directory.gateways().map((state) => viewGateway(state, rows.get(keyOf(state.site, state.gateway))));
    },
    reading: (point) => viewReading(point, describedOf(point.site, point.device)),
  };
}

const gatewaysEveryMs = 2000;

/**
 * Collects what changes, for the live stream. Readings: the newest per series. Devices: after a birth, a death or the first reading of a
 * series. Gateways: then, and every 2 s where a number of theirs has changed.
 */
export function watchChanges(
  city: City,
  { directory, latest }: Sources,
  clock: Clock,
  signal: AbortSignal,
): () => Changes {
  const pending = new Map<string, LatestPoint>();
  const series = new Set<string>();
  const told = new Map<string, string>();
  let changed = false;
  let gatewaysAt = Number.NEGATIVE_INFINITY;
  const stops = [
    latest.watch((points) => {
      for (const point of points) {
        const key = keyOf(point.site, point.device, point.metric);
        pending.set(key, point);
        if (series.has(key)) continue;
        series.add(key);
        changed = true;
      }
    }),
    directory.watch(() => {
      changed = true;
    }),
  ];
  signal.addEventListener("abort", () => {
    for (const stop of stops) stop();
  });

  const isNews = (each: Device | Gateway) => {
    const { lastMessageAt, ...rest } = each;
    const key = "device" in each ? keyOf("device", each.site, each.device) : keyOf("gateway", each.site, each.gateway);
    const text = JSON.stringify("device" in each ? rest : each);
    const news = told.get(key) !== text;
    told.set(key, text);
    return news;
  };

  return () => {
    const readings = [...pending.values()].map(city.reading);
    pending.clear();
    const due = changed || clock.monotonic() - gatewaysAt >= gatewaysEveryMs;
    if (due) gatewaysAt = clock.monotonic();
    const answer = {
      readings,
      devices: changed ? city.devices().filter(isNews) : [],
      gateways: due ? city.gateways().filter(isNews) : [],
    };
    changed = false;
    return answer;
  };
}
