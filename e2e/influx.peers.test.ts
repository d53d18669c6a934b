import { join } from "node:path";
import { isFact } from "@weir/cloud/facts/names.ts";
import { cityPlan, loadCityProfiles } from "@weir/simulators/city.ts";
import { infoOf } from "@weir/wire/quantities.ts";
import { expect, onTestFailed, onTestFinished, test } from "vitest";
import { getJson, statusOf } from "./ask.ts";
import { layOutCity } from "./city-under-test.ts";
import { drain } from "./drain.ts";
import { readOracle, type Samples } from "./oracle.ts";
import { startInfluxd } from "./peers.ts";

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

/** Every field value of a reading that InfluxDB 1.x holds: `measurement site device kind field time` → value. */
async function readInflux(url: string): Promise<Map<string, number>> {
  const query = new URLSearchParams({ db: "weir", epoch: "ms", q: "SELECT * FROM /.*/ GROUP BY site, device, kind" });
  const { results } = await getJson<Answer>(`${url}/query?${query}`);
  const found = new Map<string, number>();
  for (const { name, tags, columns, values } of results[0]?.series ?? [])
    for (const [time, ...fields] of values)
      for (const [index, value] of fields.entries())
        if (value !== null && !isFact({ kind: tags.kind, metric: columns[index + 1]! }))
          found.set([name, tags.site, tags.device, tags.kind, columns[index + 1], time].join(" "), value);
  return found;
}

/** What InfluxDB has to hold of these samples: a measurement a domain, a field a quantity, and `_q` 0 for a bad one. */
function fieldsOf(samples: Samples): Map<string, number> {
  const profiles = loadCityProfiles();
  const devices = cityPlan({ host: "", portBase: 1 }).flatMap((district) => district.devices);
  const kindOf = (device: string) => {
    const found = devices.find(({ id }) => id === device);
    return found ? profiles.get(found.profile)!.kind : "gateway";
  };
  return new Map(
    [...samples].map(([key, sample]) => {
      const [site, device, metric, at] = key.split(" ") as [string, string, string, string];
      const [value, quality] = sample.split(" ") as [string, string];
      const field = metric.replace("/", "_");
      const place = [infoOf(metric)!.domain, site, device, kindOf(device)];
      return quality === "bad"
        ? [[...place, `${field}_q`, at].join(" "), 0]
        : [[...place, field, at].join(" "), Number(value)];
    }),
  );
}

test("into Debian's influxdb 1.6.7 every appended sample arrives, under its measurement, tags and field, though influxd is killed", {
  timeout: 180_000,
}, async () => {
  const city = await layOutCity({
    buses: ["waterworks-pumps", "park-mast", "drainage", "gas-station"],
    every: "200ms",
    healthEvery: "2s",
    speed: 3600,
    store: "influx",
    gatewayCommand: [join(import.meta.dirname, "oracle-gateway.ts")],
  });
  onTestFinished(city.end);
  onTestFailed(() => console.error(city.tell()));
  const url = `http://127.0.0.1:${city.influxPort}`;
  const files = join(city.folder, "influx");
  let influxd = await startInfluxd(city.influxPort, files);
  onTestFinished(async () => void (await influxd.end("SIGKILL")));
  await fetch(`${url}/query`, { method: "POST", body: new URLSearchParams({ q: "CREATE DATABASE weir" }) });
  const confirmed = () => Promise.all(city.gateways.map(async (each) => (await statusOf(each)).outbox.confirmed));
  const moreConfirmed = async (than: readonly number[]) =>
    city.until("records are confirmed", async () => (await confirmed()).every((count, n) => count > than[n]! + 100));

  for (const name of city.names) city.start(name);
  await city.running(...city.names);
  await moreConfirmed([0, 0]);
  await influxd.end("SIGKILL");
  await city.until("the cloud says that its store takes nothing", async () => {
    const answer = await fetch(`${city.api}/api/v1/health`);
    return answer.status === 503 && (await answer.text()).includes("the store has taken nothing since");
  });
  const before = await confirmed();
  const waiting = async () =>
    (await Promise.all(city.gateways.map(statusOf))).every(({ outbox }) => outbox.records > 30);
  await city.until("gateways keep what they read meanwhile", waiting);
  expect(await confirmed()).toEqual(before);
  influxd = await startInfluxd(city.influxPort, files);
  await moreConfirmed(before);
  const { stored } = await drain(city);

  const oracle = readOracle(city.gateways);
  const [found, promised, begun] = [await readInflux(url), fieldsOf(oracle.promised), fieldsOf(oracle.begun)];
  expect([...promised].filter(([key, value]) => found.get(key) !== value)).toEqual([]);
  expect([...found].filter(([key, value]) => begun.get(key) !== value)).toEqual([]);
  expect(promised.size).toBeGreaterThan(1000);
  console.info({ records: stored, samples: promised.size });
});
