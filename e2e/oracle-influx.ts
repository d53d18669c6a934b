import { isFact } from "@weir/cloud/facts/names.ts";
import type { Database } from "@weir/grafana/check/ask.ts";
import { cityPlan, loadCityProfiles } from "@weir/simulators/city.ts";
import { kindIn } from "@weir/wire/kind.ts";
import { infoOf } from "@weir/wire/quantities.ts";
import type { Oracle, Samples } from "./oracle.ts";

type Answer = {
  readonly results: readonly {
    readonly series?: readonly {
      readonly name: string;
      readonly tags: { readonly site: string; readonly device: string; readonly kind: string };
      readonly columns: readonly string[];
      readonly values: readonly (readonly (number | null)[])[];
    }[];
  }[];
};

/** `measurement site device kind field time` → value. */
type Fields = ReadonlyMap<string, number>;

/** Every field value of a reading that a database holds. */
export async function readInflux(
  url: string,
  { database = "weir", headers = {} }: Partial<Database> = {},
): Promise<Fields> {
  const query = new URLSearchParams({ db: database, epoch: "ms", q: "SELECT * FROM /.*/ GROUP BY site, device, kind" });
  const answer = await fetch(`${url}/query?${query}`, { headers: { ...headers }, signal: AbortSignal.timeout(60_000) });
  const { results } = (await answer.json()) as Answer;
  const found = new Map<string, number>();
  for (const { name, tags, columns, values } of results[0]?.series ?? [])
    for (const [time, ...fields] of values)
      for (const [index, value] of fields.entries())
        if (value !== null && !isFact({ kind: tags.kind, metric: columns[index + 1]! }))
          found.set([name, tags.site, tags.device, tags.kind, columns[index + 1], time].join(" "), value);
  return found;
}

/** As `compare` of oracle.ts: a measurement a domain, a field a quantity, beside it `_q` where the quality is not good. */
export function compareInflux({ begun, promised }: Oracle, stored: Fields, putAside: Samples = new Map()) {
  const fieldsOf = fieldsOfCity();
  const asked = new Map([...begun].flatMap(([key, sample]) => fieldsOf(key, sample)));
  const isThere = ([key, sample]: readonly [string, string]) =>
    putAside.has(key) || fieldsOf(key, sample).every(([field]) => stored.has(field));
  return {
    missing: [...promised].filter((sample) => !isThere(sample)).map(([key]) => key),
    altered: [...stored].filter(([field, value]) => asked.has(field) && asked.get(field) !== value).map(([key]) => key),
    invented: [...stored.keys()].filter((field) => !asked.has(field)),
  };
}

function fieldsOfCity() {
  const profiles = loadCityProfiles();
  const devices = cityPlan({ host: "", portBase: 1 }).flatMap((district) => district.devices);
  const kinds = new Map(
    devices.map(({ id, profile, water = "river" }) => [id, kindIn(profiles.get(profile)!.kind, water)]),
  );
  return (key: string, sample: string): readonly (readonly [string, number])[] => {
    const [site, device, metric, at] = key.split(" ") as [string, string, string, string];
    const [value, quality] = sample.split(" ") as [string, string];
    const field = metric.replace("/", "_");
    const place = [infoOf(metric)!.domain, site, device, kinds.get(device) ?? "gateway"].join(" ");
    return [
      ...(quality === "bad" ? [] : [[`${place} ${field} ${at}`, Number(value)] as const]),
      ...(quality === "good" ? [] : [[`${place} ${field}_q ${at}`, quality === "uncertain" ? 64 : 0] as const]),
    ];
  };
}
