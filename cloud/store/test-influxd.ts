/** For tests and benchmarks: Debian's influxd 1.6.7, and a bridge before it that speaks 2.x, for tests of what was written for 2.x. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, createServer as createNetServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Starts it on a free port, with its files in a folder that goes with it. Rejects when the program is missing. */
export async function startInfluxd(): Promise<{ readonly url: string; readonly pid: number; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "weir-influx-"));
  const [http, rpc] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${http}`;
  const influxd = spawn("influxd", ["-config", writeConfig(folder, { http, rpc })], { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => influxd.once("exit", () => resolve()));
  const gone = new Promise<never>((_, reject) => {
    influxd.on("error", (error) => reject(new Error(`influxd (Debian package influxdb) is needed: ${error.message}`)));
    influxd.on("exit", (code) => reject(new Error(`influxd ended with code ${code}`)));
  });
  gone.catch(() => undefined);
  await Promise.race([answers(url), gone]);
  return {
    url,
    pid: influxd.pid!,
    async stop() {
      influxd.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Writes influxd's configuration into a folder where it keeps everything; both ports are of 127.0.0.1. Returns the file. */
export function writeConfig(folder: string, { http, rpc }: { readonly http: number; readonly rpc: number }): string {
  const file = join(folder, "influxdb.conf");
  writeFileSync(
    file,
    `reporting-disabled = true
bind-address = "127.0.0.1:${rpc}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:${http}"
  log-enabled = false
`,
  );
  return file;
}

type Right = { readonly action: string; readonly resource: { readonly type: string; readonly id?: string } };
type Rule = { everySeconds: number; shardGroupDurationSeconds: number };
type Bucket = { id: string; name: string; retentionRules: Rule[] };

/**
 * InfluxDB 2.x as far as weir uses it, answered by a 1.x: bucket `weir/5m` is database `weir`, retention policy `5m`. Set-up, organisations,
 * buckets and authorizations as https://docs.influxdata.com/influxdb/v2/api/ describes them. `setUp` undefined: a fresh server.
 */
export async function bridgeV2(behind: string, setUp?: { readonly org: string; readonly token: string }) {
  let org = setUp?.org;
  const tokens = new Map<string, "all" | readonly Right[]>(setUp ? [[setUp.token, "all"]] : []);
  const buckets: Bucket[] = [];
  const asked: string[] = [];
  const trouble: { write?: readonly [status: number, message: string] } = {};
  const id = () => randomBytes(8).toString("hex");

  async function influxQl(q: string): Promise<void> {
    const answer = await fetch(`${behind}/query`, { method: "POST", body: new URLSearchParams({ q }) });
    const { error, results } = (await answer.json()) as { error?: string; results?: { error?: string }[] };
    if (error ?? results?.[0]?.error) throw new Error(`${q}: ${error ?? results?.[0]?.error}`);
  }
  async function addBucket(name: string, everySeconds: number): Promise<Bucket> {
    const [db, rp] = name.split("/");
    await influxQl(`CREATE DATABASE "${db}"`);
    if (rp !== undefined) await influxQl(`CREATE RETENTION POLICY "${rp}" ON "${db}" DURATION INF REPLICATION 1`);
    const rule = { everySeconds, shardGroupDurationSeconds: everySeconds === 0 ? 604_800 : 86_400 };
    const bucket = { id: id(), name, retentionRules: everySeconds === 0 ? [] : [rule] };
    buckets.push(bucket);
    return bucket;
  }
  const may = (token: string, action: string, bucket: Bucket) => {
    const rights = tokens.get(token);
    return rights === "all" || rights?.some((right) => right.action === action && right.resource.id === bucket.id);
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "", "http://x");
    const token = request.headers.authorization?.replace(/^Token /, "") ?? "";
    const say = (status: number, body?: unknown) =>
      response
        .writeHead(status, { "content-type": "application/json", "x-influxdb-version": "v2.9.1" })
        .end(body === undefined ? undefined : JSON.stringify(body));
    const refuse = (status: number, code: string, message: string) => say(status, { code, message });
    const body = await bodyOf(request);
    const route = `${request.method} ${url.pathname.replace(/\/[0-9a-f]{16}$/, "/:id")}`;
    asked.push(route);
    if (route === "GET /ping") return say(204);
    if (route === "GET /api/v2/setup") return say(200, { allowed: org === undefined });
    if (route === "POST /api/v2/setup") {
      const wants = JSON.parse(body);
      if (String(wants.password ?? "").length < 8)
        return refuse(422, "invalid", "passwords must be at least 8 characters long");
      org = wants.org;
      tokens.set(wants.token, "all");
      return say(201, { org: { name: org }, bucket: await addBucket(wants.bucket, wants.retentionPeriodSeconds ?? 0) });
    }
    if (!tokens.has(token)) return refuse(401, "unauthorized", "unauthorized access");
    if (route === "POST /api/v2/write" || route.endsWith(" /query")) {
      const form = new URLSearchParams(route.endsWith("/query") ? body : "");
      const name = form.has("db")
        ? [form.get("db"), form.get("rp") ?? []].flat().join("/")
        : url.searchParams.get("bucket")!;
      const bucket = buckets.find((each) => each.name === name);
      if (!bucket)
        return form.has("db")
          ? refuse(404, "not found", "unable to find DBRP")
          : refuse(404, "not found", `bucket "${name}" not found`);
      const action = form.has("db") ? "read" : "write";
      if (!may(token, action, bucket))
        return refuse(form.has("db") ? 401 : 403, "forbidden", "insufficient permissions");
      if (action === "write" && trouble.write) return refuse(trouble.write[0], "internal error", trouble.write[1]);
      const [db = "", rp] = name.split("/");
      const path =
        action === "read"
          ? "/query"
          : `/write?${new URLSearchParams({ db, ...(rp && { rp }), precision: url.searchParams.get("precision") ?? "ns" })}`;
      const answer = await fetch(`${behind}${path}`, { method: "POST", body: action === "read" ? form : body });
      const text = await answer.text();
      if (answer.ok) return response.writeHead(answer.status, { "content-type": "application/json" }).end(text);
      const message = String((JSON.parse(text) as { error?: string }).error);
      return refuse(/conflict|beyond retention/.test(message) ? 422 : answer.status, "invalid", message);
    }
    if (tokens.get(token) !== "all") return refuse(401, "unauthorized", "not an administrator");
    const orgs = [{ id: "0000000000000001", name: org }];
    if (route === "GET /api/v2/orgs") {
      const found = orgs.filter(({ name }) => name === url.searchParams.get("org"));
      return found.length > 0 ? say(200, { orgs: found }) : refuse(404, "not found", "organization name not found");
    }
    if (route === "GET /api/v2/buckets")
      return say(200, { buckets: buckets.filter(({ name }) => name === url.searchParams.get("name")) });
    if (route === "POST /api/v2/buckets") {
      const { name, retentionRules } = JSON.parse(body);
      return say(201, await addBucket(name, retentionRules[0]?.everySeconds ?? 0));
    }
    if (route === "PATCH /api/v2/buckets/:id") {
      const bucket = buckets.find(({ id }) => url.pathname.endsWith(id))!;
      const before = bucket.retentionRules[0]?.shardGroupDurationSeconds ?? 604_800;
      const [{ everySeconds, shardGroupDurationSeconds = before }] = JSON.parse(body).retentionRules as [Rule];
      if (everySeconds > 0 && shardGroupDurationSeconds > everySeconds)
        // as 2.8.0 answered
        return refuse(
          422,
          "unprocessable entity",
          "shard-group duration must also be updated to be smaller than new retention duration",
        );
      bucket.retentionRules = [{ everySeconds, shardGroupDurationSeconds }];
      return say(200, bucket);
    }
    if (route === "POST /api/v2/authorizations") {
      const made = id();
      tokens.set(made, JSON.parse(body).permissions);
      return say(201, { id: id(), token: made });
    }
    return refuse(404, "not found", `no ${route} here`);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    buckets: buckets as readonly Bucket[],
    /** Method and path of each request. */
    asked,
    /** What every write is answered while it is set. */
    trouble,
    revoke: (token: string) => tokens.delete(token),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function answers(url: string): Promise<void> {
  for (;;) {
    const up = await fetch(`${url}/ping`).then(
      () => true,
      () => new Promise((resolve) => setTimeout(resolve, 50, false)),
    );
    if (up) return;
  }
}

async function freePort(): Promise<number> {
  const server = createNetServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
