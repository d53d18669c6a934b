import { join } from "node:path";
import { loadProfiles } from "@weir/device-profiles/load.ts";
import type { Profile } from "@weir/device-profiles/schema.ts";
import { oldTown } from "./districts/old-town.ts";
import { riverEast } from "./districts/river-east.ts";
import { type Bus, type District, type DistrictPlan, planOf } from "./plan.ts";

/** Profiles of this city's own installations, beside the shipped ones: what edge.yaml's `profiles` has to name. */
export const profilesOfCity = join(import.meta.dirname, "profiles");

/** Every profile that the city's instruments are made from, by id. */
export function loadCityProfiles(): ReadonlyMap<string, Profile> {
  return new Map([...loadProfiles(), ...loadProfiles(profilesOfCity)]);
}

/** A small city at Taizhou, Jiangsu: two districts, each with a gateway, 24 buses, five domains. */
export const city: readonly District[] = [riverEast, oldTown];

/** The city as data, when its buses listen on portBase plus their offsets. */
export function cityPlan({
  host,
  portBase,
}: {
  readonly host: string;
  readonly portBase: number;
}): readonly DistrictPlan[] {
  return city.map((district) => planOf(district, host, ({ offset }: Bus) => portBase + offset));
}
