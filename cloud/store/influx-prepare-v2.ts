import { randomBytes } from "node:crypto";
import { forHowLong, type Place, type Step, secondsOf } from "./influx-prepare.ts";

/** Where InfluxDB 2.x answers, and who may prepare it. */
export type AdminOfV2 = {
  readonly url: string;
  readonly org: string;
  /** Of an operator, or all-access of the organisation. */
  readonly token: string;
  readonly timeoutMs: number;
};

type Bucket = {
  readonly id: string;
  readonly name: string;
  readonly retentionRules?: readonly { readonly everySeconds?: number }[];
};

/**
 * A server that nobody has set up yet is set up with this token; then the buckets, each with its retention. `only` retention: nothing is
 * created. Doing it again changes nothing. Rejects with an Error that says what the server refused and what to do.
 * Paths and bodies: https://docs.influxdata.com/influxdb/v2/api/
 */
export async function prepareV2(
  admin: AdminOfV2,
  { places, only }: { readonly places: readonly Place[]; readonly only?: "retention" },
  signal: AbortSignal,
): Promise<{ readonly steps: readonly Step[]; readonly createToken: CreateToken }> {
  const seconds = new Map(places.map((place) => [place, secondsOf(place)]));
  const call = caller(admin, signal);
  const steps: Step[] = [];
  if (only === undefined && (await call<{ allowed?: boolean }>("GET", "/api/v2/setup")).allowed === true) {
    const [first] = places;
    // The password is for the database's own pages and is not kept: `influx user password` sets one who needs them.
    const password = randomBytes(24).toString("base64url");
    const { org, token } = admin;
    const retentionPeriodSeconds = seconds.get(first!);
    const body = { username: "weir-admin", password, org, bucket: first!.name, retentionPeriodSeconds, token };
    await call("POST", "/api/v2/setup", body);
    steps.push({ what: `organisation ${org} and its administrator weir-admin`, did: "created" });
  }
  const orgID = await orgOf(admin, call);
  const ids: string[] = [];
  for (const place of places) {
    const { name, keepMs } = place;
    const wanted = seconds.get(place)!;
    const what = `bucket ${name}, kept ${forHowLong(keepMs)}`;
    const query = new URLSearchParams({ orgID, name });
    const { buckets = [] } = await call<{ buckets?: readonly Bucket[] }>(
      "GET",
      `/api/v2/buckets?${query}`,
      undefined,
      [404],
    );
    const found = buckets.find((bucket) => bucket.name === name);
    const retentionRules = wanted === 0 ? [] : [{ type: "expire", everySeconds: wanted }];
    if (!found) {
      if (only !== undefined) throw new Error(`bucket ${name} is missing; weir-cloud store init creates it`);
      ids.push((await call<Bucket>("POST", "/api/v2/buckets", { orgID, name, retentionRules })).id);
      steps.push({ what, did: "created" });
      continue;
    }
    ids.push(found.id);
    const same = (found.retentionRules?.[0]?.everySeconds ?? 0) === wanted;
    if (!same) {
      // An empty list leaves the rule as it is; 0 seconds is for ever.
      const rules = [{ type: "expire", everySeconds: wanted, shardGroupDurationSeconds: shardSeconds(wanted) }];
      await call("PATCH", `/api/v2/buckets/${found.id}`, { retentionRules: rules });
    }
    steps.push({ what, did: same ? "as it was" : "changed" });
  }
  return {
    steps,
    async createToken(actions, description) {
      const permissions = actions.flatMap((action) =>
        ids.map((id) => ({ action, resource: { type: "buckets", id, orgID } })),
      );
      const made = await call<{ token: string }>("POST", "/api/v2/authorizations", { orgID, description, permissions });
      return made.token;
    },
  };
}

/**
 * Length of a bucket's groups of shards, as the server chooses it for a new one. A changed bucket keeps its own, which is refused when it is longer
 * than the new retention. https://docs.influxdata.com/influxdb/v2/reference/internals/shards/
 */
function shardSeconds(retentionSeconds: number): number {
  const [hour, day] = [3600, 86_400];
  if (retentionSeconds === 0 || retentionSeconds > 180 * day) return 7 * day;
  return retentionSeconds < 2 * day ? hour : day;
}

/** A token that may do this in these buckets and nothing else. The server tells it this once. */
export type CreateToken = (actions: readonly ("write" | "read")[], description: string) => Promise<string>;

type Call = <Answer>(method: string, path: string, body?: unknown, fine?: readonly number[]) => Promise<Answer>;

async function orgOf({ org, url }: AdminOfV2, call: Call): Promise<string> {
  type Orgs = { readonly orgs?: readonly { readonly id: string; readonly name: string }[] };
  const { orgs = [] } = await call<Orgs>("GET", `/api/v2/orgs?${new URLSearchParams({ org })}`, undefined, [404]);
  const found = orgs.find(({ name }) => name === org);
  if (found) return found.id;
  throw new Error(`InfluxDB at ${url} shows this token no organisation ${org}; check store.influx.org, or the token`);
}

function caller({ url, token, timeoutMs }: AdminOfV2, signal: AbortSignal): Call {
  return async <Answer>(method: string, path: string, body?: unknown, fine: readonly number[] = []) => {
    const where = `InfluxDB at ${url}: ${method} ${path.split("?")[0]}`;
    let response: Response;
    try {
      response = await fetch(new URL(path, url), {
        method,
        headers: { authorization: `Token ${token}`, "content-type": "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
    } catch (cause) {
      throw new Error(`${where}: no answer; check store.influx.url, and that the database runs`, { cause });
    }
    const answer = (await response.json().catch(() => ({}))) as { readonly message?: string };
    if (response.ok) return answer as Answer;
    if (fine.includes(response.status)) return {} as Answer;
    const why = answer.message ?? "no reason given";
    const todo =
      response.status === 401 || response.status === 403
        ? "; check the admin token: an operator's, or all-access of the organisation"
        : "";
    throw new Error(`${where} answers ${response.status}: ${why}${todo}`);
  };
}
