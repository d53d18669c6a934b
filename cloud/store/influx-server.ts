import type { Tier } from "./store.ts";

/** How to reach an InfluxDB: 2.x (and 1.12+) by token, 1.x by database, with user and password where it asks for them. */
export type InfluxApi =
  | {
      readonly version: 2;
      readonly org: string;
      readonly bucket: string;
      readonly token: string;
      /** For reading, where `token` may only write. */
      readonly readToken?: string;
    }
  | {
      readonly version: 1;
      readonly database: string;
      readonly retentionPolicy?: string;
      readonly user?: string;
      readonly password?: string;
    };

/** The same server's bucket or retention policy of a roll-up. */
export function tierOf(server: InfluxServer, tier: Tier): InfluxServer {
  const { api } = server;
  return {
    ...server,
    api: api.version === 1 ? { ...api, retentionPolicy: tier } : { ...api, bucket: `${api.bucket}/${tier}` },
  };
}

export type InfluxServer = {
  /** Without a trailing path: `http://127.0.0.1:8086`. */
  readonly url: string;
  readonly api: InfluxApi;
  /** After how much silence of the server a request is given up. */
  readonly timeoutMs: number;
  /** Authorization, where there is one. */
  readonly headers: Readonly<Record<"write" | "read", Record<string, string>>>;
};

/** A server as its configuration says; opens nothing. */
export function serverOf({
  url,
  api,
  timeoutMs = 10_000,
}: {
  readonly url: string;
  readonly api: InfluxApi;
  readonly timeoutMs?: number;
}): InfluxServer {
  return { url, api, timeoutMs, headers: headersOf(api) };
}

/** What people call where it writes: `bucket weir/5m of organisation city`, `database weir`. */
export function nameOfPlace(api: InfluxApi): string {
  if (api.version === 2) return `bucket ${api.bucket} of organisation ${api.org}`;
  return `database ${api.database}${api.retentionPolicy === undefined ? "" : ` with retention policy ${api.retentionPolicy}`}`;
}

/** `authorization` as the server wants it. */
export function headersOf(api: InfluxApi): InfluxServer["headers"] {
  if (api.version === 1) return { write: basic(api), read: basic(api) };
  const header = (token: string) => ({ authorization: `Token ${token}` });
  return { write: header(api.token), read: header(api.readToken ?? api.token) };
}

function basic(api: InfluxApi & { readonly version: 1 }): Record<string, string> {
  if (api.user === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${api.user}:${api.password ?? ""}`).toString("base64")}` };
}

export function pathOfWrite(api: InfluxApi & { readonly version: 1 }, precision: "ms" | "ns"): string {
  const policy = api.retentionPolicy === undefined ? "" : `&rp=${encodeURIComponent(api.retentionPolicy)}`;
  return `/write?db=${encodeURIComponent(api.database)}${policy}&precision=${precision}`;
}

/**
 * InfluxQL parameters that choose where to read. Bucket `weir/5m` of 2.x answers as database `weir`, retention policy `5m`:
 * https://docs.influxdata.com/influxdb/v2/query-data/influxql/dbrp/
 */
export function placeOfQuery(api: InfluxApi): Record<string, string> {
  if (api.version === 1)
    return api.retentionPolicy === undefined ? { db: api.database } : { db: api.database, rp: api.retentionPolicy };
  const [db = "", ...rest] = api.bucket.split("/");
  return rest.length === 0 ? { db } : { db, rp: rest.join("/") };
}

/** What to tell a person about a request that got no usable answer. */
export function whyRefused(server: InfluxServer, error: unknown): string {
  const status = (error as { statusCode?: number }).statusCode;
  const message = (error as Error).message || String((error as { code?: string }).code ?? error);
  const { api } = server;
  const place = nameOfPlace(api);
  const answers = status === undefined ? message : `answers ${status}: ${message}`;
  if (/no space left|disk quota/i.test(message))
    return `${answers}; the database's disk is full: free space there, or keep readings shorter (store.influx.keep, then weir-cloud store retention)`;
  if (status === 401 || status === 403)
    return `answers ${status} for ${place}: check the ${api.version === 2 ? "token and its rights; weir-cloud store init makes one" : "user, password and their rights"}`;
  if (status === 404)
    return `answers 404: check that ${place} exists and that this is InfluxDB ${api.version}.x; weir-cloud store init creates it (${message})`;
  if (/not found/i.test(message)) return `${answers}; ${place}: weir-cloud store init creates it`;
  return answers;
}
