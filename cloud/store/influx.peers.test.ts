/** The store contract against Debian's influxdb 1.6.7, which we did not write. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pointAt, storeContract } from "./contract.ts";
import { openInfluxStore } from "./influx.ts";

const folder = mkdtempSync(join(tmpdir(), "weir-influx-"));
let influxd: ChildProcess;
let url: string;

beforeAll(async () => {
  const [http, rpc] = [await freePort(), await freePort()];
  url = `http://127.0.0.1:${http}`;
  const config = join(folder, "influxdb.conf");
  writeFileSync(
    config,
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
  influxd = spawn("influxd", ["-config", config], { stdio: "ignore" });
  const gone = new Promise<never>((_, reject) => {
    influxd.on("error", (error) => reject(new Error(`influxd (Debian package influxdb) is needed: ${error.message}`)));
    influxd.on("exit", (code) => reject(new Error(`influxd ended with code ${code}`)));
  });
  gone.catch(() => undefined);
  await Promise.race([answers(), gone]);
});

afterAll(async () => {
  const ended = new Promise((resolve) => influxd.once("exit", resolve));
  influxd.kill("SIGKILL");
  await ended;
  rmSync(folder, { recursive: true, force: true });
});

let databases = 0;
async function open() {
  const database = `weir${databases++}`;
  const body = new URLSearchParams({ q: `CREATE DATABASE ${database}` });
  const answer = await fetch(`${url}/query`, { method: "POST", body });
  expect(await answer.json()).toEqual({ results: [{ statement_id: 0 }] });
  for (const policy of ["5m", "1h"]) {
    const q = `CREATE RETENTION POLICY "${policy}" ON ${database} DURATION INF REPLICATION 1`;
    await fetch(`${url}/query`, { method: "POST", body: new URLSearchParams({ q }) });
  }
  return () => openInfluxStore({ url, api: { version: 1, database } });
}

storeContract("influx", async () => {
  const connect = await open();
  const store = connect();
  return { store, reopen: async () => connect(), end: () => store.close() };
});

const never = new AbortController().signal;
const t0 = Date.UTC(2026, 5, 1, 8);

test("a point whose field has another type is rejected with the server's reason, all others are stored", async () => {
  const store = (await open())();
  const influx = `${url}/write?db=weir${databases - 1}&precision=ms`;
  await fetch(influx, { method: "POST", body: `other,site=east,device=sonde-1 spoilt="text" ${t0}` });
  const points = Array.from({ length: 50 }, (_, n) =>
    pointAt(t0 + 1000 + n, n, { metric: n === 23 ? "spoilt" : "level", kind: "" }),
  );
  const { rejected } = await store.write(points, never);
  expect(rejected).toEqual([{ index: 23, reason: expect.stringContaining("conflict") }]);
  const range = { site: "east", device: "sonde-1", metric: "level", from: t0, to: t0 + 10_000, limit: 100 };
  expect(await store.raw(range, never)).toHaveLength(49);
});

test("events are a measurement of their own: two of one moment are two, sent again they stay two, and no reading is made of them", async () => {
  const store = (await open())();
  const place = { site: "east", device: "sonde-1", domain: "water", severity: "warning" };
  const event = {
    ...place,
    alarm: 1,
    at: t0,
    state: 1,
    title: { zh: "越限", en: "limit" },
    text: { zh: "", en: "" },
  } as const;
  const events = [
    { ...event, fingerprint: "a" },
    { ...event, fingerprint: "b" },
  ] as const;
  await store.write([pointAt(t0, 7)], never);
  for (const _ of [1, 2]) expect(await store.writeEvents(events, never)).toEqual({ rejected: [] });
  const q = `SELECT "title_zh", "state" FROM "event" WHERE "site" = 'east'`;
  const answer = await fetch(`${url}/query?${new URLSearchParams({ db: `weir${databases - 1}`, epoch: "ms", q })}`);
  expect(await answer.json()).toMatchObject({
    results: [
      {
        series: [
          {
            values: [
              [t0, "越限", 1],
              [t0, "越限", 1],
            ],
          },
        ],
      },
    ],
  });
  expect(await store.latest(never)).toHaveLength(1);
});

test("a database that does not exist is unavailable and is named", async () => {
  const store = openInfluxStore({ url, api: { version: 1, database: "nowhere" } });
  await expect(store.write([pointAt(t0, 7)], never)).rejects.toThrow("database nowhere exists");
});

async function answers(): Promise<void> {
  for (;;) {
    const up = await fetch(`${url}/ping`).then(
      () => true,
      () => new Promise((resolve) => setTimeout(resolve, 50, false)),
    );
    if (up) return;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
