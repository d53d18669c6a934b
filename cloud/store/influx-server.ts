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
  if (status === 401 || status === 403)
    return `answers ${status}: check the ${api.version === 2 ? "token and its rights" : "user, password and their rights"}`;
  if (status === 404)
    return `answers 404: check that ${api.version === 2 ? `bucket ${api.bucket} of organisation ${api.org}` : `database ${api.database}${api.retentionPolicy === undefined ? "" : ` with retention policy ${api.retentionPolicy}`}`} exists and that this is InfluxDB ${api.version}.x (${message}); weir-cloud store check tells more`;
  return status === undefined ? message : `answers ${status}: ${message}`;
}
