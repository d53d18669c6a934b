/**
 * For tests and benchmarks: databases of one InfluxDB, each with its roll-ups. Debian's influxd 1.6.7, started here; or, where INFLUX_URL is set,
 * the server there: 2.x with INFLUX_TOKEN (of an operator, or all-access) and INFLUX_ORG, else 1.x. What was created there is removed by `end`.
 */
import { randomBytes } from "node:crypto";
import { type InfluxStoreOptions, openInfluxStore } from "./influx.ts";
import { placesOf } from "./influx-prepare.ts";
import { prepareV1 } from "./influx-prepare-v1.ts";
import { prepareV2 } from "./influx-prepare-v2.ts";
import { pathOfWrite, serverOf, tierOf } from "./influx-server.ts";
import type { Store, Tier } from "./store.ts";
import { startInfluxd } from "./test-influxd.ts";

export type TestDatabase = {
  readonly name: string;
  /** How the cloud would reach it: with a token that may only write and one that may only read, where there are tokens. */
  readonly options: InfluxStoreOptions;
  open(timeoutMs?: number): Store;
  /** Lines as they are, times in ms. Rejects with the server's words. */
  send(body: string, tier?: Tier): Promise<void>;
  /** Where a reader asks in InfluxQL, with the credentials that Grafana sends. */
  readonly reader: { readonly url: string; readonly database: string; readonly headers: Record<string, string> };
};

export type TestInflux = {
  readonly url: string;
  /** `influxd 1.6.7`, `InfluxDB v2.8.0`. */
  readonly name: string;
  /** Of the server, where it runs here; else INFLUX_PID, if that is set. */
  readonly pid: number | undefined;
  create(): Promise<TestDatabase>;
  end(): Promise<void>;
};

const never = new AbortController().signal;

/** Rejects when there is none. */
export async function openTestInflux(): Promise<TestInflux> {
  const { INFLUX_URL, INFLUX_TOKEN, INFLUX_ORG = "weir", INFLUX_PID } = process.env;
  const own = INFLUX_URL === undefined ? await startInfluxd() : undefined;
  const url = own?.url ?? INFLUX_URL!;
  const version = (await fetch(`${url}/ping`)).headers.get("x-influxdb-version") ?? "of unknown version";
  const run = `weir-test-${randomBytes(4).toString("hex")}`;
  const removals: (() => Promise<unknown>)[] = [];
  let databases = 0;

  async function createV2(name: string, token: string): Promise<InfluxStoreOptions> {
    const admin = { url, org: INFLUX_ORG, token, timeoutMs: 10_000 };
    const { createToken } = await prepareV2(admin, { places: placesOf(name, {}) }, never);
    const headers = { authorization: `Token ${token}` };
    for (const place of placesOf(name, {}))
      removals.push(async () => {
        const found = await fetch(`${url}/api/v2/buckets?name=${encodeURIComponent(place.name)}`, { headers });
        const { buckets } = (await found.json()) as { buckets: readonly { readonly id: string }[] };
        await fetch(`${url}/api/v2/buckets/${buckets[0]!.id}`, { method: "DELETE", headers });
      });
    const [write, read] = [await createToken(["write"], run), await createToken(["read"], run)];
    return { url, api: { version: 2, org: INFLUX_ORG, bucket: name, token: write, readToken: read } };
  }

  async function createV1(name: string): Promise<InfluxStoreOptions> {
    const options = { url, api: { version: 1, database: name } } as const;
    await prepareV1(serverOf(options), { database: name, places: placesOf(name, {}) }, never);
    const body = new URLSearchParams({ q: `DROP DATABASE "${name}"` });
    if (!own) removals.push(() => fetch(`${url}/query`, { method: "POST", body }));
    return options;
  }

  return {
    url,
    name: own ? `influxd ${version}` : `InfluxDB ${version}`,
    pid: own?.pid ?? (INFLUX_PID === undefined ? undefined : Number(INFLUX_PID)),
    async create() {
      const name = `${run}-${databases++}`;
      const options = INFLUX_TOKEN === undefined || own ? await createV1(name) : await createV2(name, INFLUX_TOKEN);
      const server = serverOf(options);
      return {
        name,
        options,
        open: (timeoutMs) => openInfluxStore({ ...options, ...(timeoutMs !== undefined && { timeoutMs }) }),
        reader: { url, database: name, headers: server.headers.read },
        async send(body, tier) {
          const { api, headers } = tier === undefined ? server : tierOf(server, tier);
          const v2 = api.version === 2 && new URLSearchParams({ org: api.org, bucket: api.bucket, precision: "ms" });
          const path = api.version === 1 ? pathOfWrite(api, "ms") : `/api/v2/write?${v2}`;
          const answer = await fetch(`${url}${path}`, { method: "POST", headers: headers.write, body });
          if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
        },
      };
    },
    async end() {
      for (const remove of removals) await remove();
      await own?.stop();
    },
  };
}
