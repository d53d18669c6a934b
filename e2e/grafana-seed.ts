/** A city of nasty names with every quantity of the vocabulary, written by the cloud's own store into a real InfluxDB. */
import type { Point, Tier } from "@weir/cloud/store/store.ts";
import type { TestDatabase } from "@weir/cloud/store/test-influx.ts";
import { namedChannels } from "@weir/grafana/channels.ts";
import { kindIn, waters } from "@weir/wire/kind.ts";
import { type Quantity, quantities } from "@weir/wire/quantities.ts";

/** Names that break a query which escapes badly: dots, brackets, a digit first, a slash's neighbours, Chinese. */
export const places = [
  { site: "东区.1", device: "sonde-1" },
  { site: "B.2(东)", device: "B.2(东)" },
  { site: "3号片区", device: "3号.泵+1" },
] as const;

const never = new AbortController().signal;
const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

/** A value within what is plausible; counters grow by one a minute. */
function plausibleAt(quantity: Quantity, at: number, n: number): number {
  const { kind, plausible } = quantities[quantity];
  if (kind === "counter") return Math.floor(at / minute) % 1_000_000;
  if (kind === "state") return Math.min(plausible[1], n % 2);
  const [low, high] = plausible;
  return low + Math.min(high - low, 10 + 5 * Math.sin(at / hour) + n);
}

/** All quantities of all places at these times; a few uncertain and bad ones among them. */
function* pointsAt(times: readonly number[]): Generator<Point> {
  for (const at of times)
    for (const [n, place] of places.entries())
      for (const quantity of Object.keys(quantities) as Quantity[])
        for (const metric of [quantity, ...namedChannels(quantity).map((channel) => `${quantity}/${channel}`)])
          for (const kind of kindsOf(quantity)) {
            const value = plausibleAt(quantity, at, n);
            const point = { ...place, kind, metric, at, value, quality: "good" as const };
            if (at === times[1]) yield { ...point, quality: "uncertain" };
            else if (at === times[2]) yield { ...point, value: null, quality: "bad" };
            else yield point;
          }
}

/** Each instrument of water is in every water at once, so that no panel is empty. */
function kindsOf(quantity: Quantity): readonly string[] {
  const told = quantities[quantity].domain === "water" || quantity === "data_age";
  return told ? waters.map((water) => kindIn("test", water)) : ["test"];
}

/** Fills a database: raw for six hours up to `now`, the 1 h tier for thirty days, and an event. */
export async function seed(database: TestDatabase, now: number): Promise<void> {
  const raw = database.open();
  const recent = Array.from({ length: 13 }, (_, n) => now - minute - n * 30 * minute).reverse();
  const { rejected } = await raw.write([...pointsAt(recent)], never);
  if (rejected.length > 0) throw new Error(`the store rejected ${rejected.length} points: ${rejected[0]!.reason}`);
  await raw.writeEvents(
    places.map(({ site, device }, n) => ({
      fingerprint: `f${n}`,
      alarm: n + 1,
      at: now - hour,
      state: 1,
      site,
      device,
      domain: "water",
      severity: "warning",
      title: { zh: "氨氮超标", en: "Ammonia high" },
      text: { zh: "超过Ⅲ类", en: "above class III" },
    })),
    never,
  );
  await raw.close();
  for (const [tier, step] of [
    ["1h", 6 * hour],
    ["5m", 30 * minute],
  ] as const) {
    const length = tier === "1h" ? 30 * day : 6 * hour;
    const times = Array.from({ length: length / step }, (_, n) => now - (now % hour) - n * step);
    await sendTier(database, tier, times);
  }
  await sendTier(
    database,
    "1h",
    Array.from({ length: 30 * 24 }, (_, n) => now - (now % hour) - n * hour),
    ["ph"],
  );
}

/** A tier's fields: the bare one, and beside it what it was made of. */
async function sendTier(
  database: TestDatabase,
  tier: Tier,
  times: readonly number[],
  only?: readonly Quantity[],
): Promise<void> {
  const names = only ?? (Object.keys(quantities) as Quantity[]);
  const groups = Object.entries(Object.groupBy(names, (name) => quantities[name].domain));
  const tag = (text: string) => text.replaceAll(/([ ,=])/g, "\\$1");
  const lines: string[] = [];
  for (const at of times)
    for (const [n, { site, device }] of places.entries())
      for (const [domain, group] of groups) {
        const fields = group.flatMap((name) => {
          const value = plausibleAt(name, at, n);
          const extra =
            name === "ph" ? [`${name}__min=${value - 1}`, `${name}__max=${value + 1}`, `${name}__valid=1`] : [];
          return [name, ...namedChannels(name).map((channel) => `${name}_${channel}`)]
            .map((field) => `${field}=${value}`)
            .concat(extra);
        });
        for (const kind of kindsOf(group[0]!))
          lines.push(`${domain},site=${tag(site)},device=${tag(device)},kind=${kind} ${fields.join(",")} ${at}`);
      }
  for (let n = 0; n < lines.length; n += 500) await database.send(lines.slice(n, n + 500).join("\n"), tier);
}
