/** What the simulated city's instruments show, as points at any instant: without a bus, a gateway or waiting. */
import type { Point } from "@weir/cloud/store/store.ts";
import { metricOf } from "@weir/device-profiles/metric.ts";
import { city, loadCityProfiles } from "@weir/simulators/city.ts";
import type { Truth } from "@weir/simulators/faults/value.ts";
import { createWorld } from "@weir/simulators/world/world.ts";
import { kindIn } from "@weir/wire/kind.ts";

export type Told = { readonly metric: string; readonly truth: Truth };

/** An instrument of the city of seed 1. */
export type CityInstrument = {
  readonly site: string;
  readonly gateway: string;
  readonly id: string;
  readonly kind: string;
  readonly told: readonly Told[];
};

export function cityInstruments(): readonly CityInstrument[] {
  const world = createWorld(1);
  const profiles = loadCityProfiles();
  return city.flatMap(({ site, gateway, buses }) =>
    buses.flatMap((bus) =>
      bus.instruments.map((instrument) => {
        const { kind, points } = profiles.get(instrument.profile)!;
        const shows = instrument.shows(world);
        const told = points
          .map((point) => metricOf(point))
          .map((metric): Told => ({ metric, truth: (at) => shows[metric]!(at, new Map()) }));
        return { site, gateway, id: instrument.id, kind: kindIn(kind, instrument.water ?? "river"), told };
      }),
    ),
  );
}

/** All that a device tells, at every step from the first instant to the last. */
export function pointsOf(
  { site, device, kind, told }: Pick<Point, "site" | "device" | "kind"> & Pick<CityInstrument, "told">,
  [from, to, step]: readonly [from: number, to: number, step: number],
): Point[] {
  const points: Point[] = [];
  for (let at = from; at <= to; at += step)
    for (const { metric, truth } of told)
      points.push({ site, device, kind, metric, at, value: truth(at), quality: "good" });
  return points;
}
