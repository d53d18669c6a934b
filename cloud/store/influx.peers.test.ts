/** The store contract against Debian's influxdb 1.6.7, which we did not write, alone and behind a bridge that speaks 2.x; and with INFLUX_URL on that server. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { pointAt, storeContract } from "./contract.ts";
import { openInfluxStore } from "./influx.ts";
import { placesOf } from "./influx-prepare.ts";
import { prepareV1 } from "./influx-prepare-v1.ts";
import { prepareV2 } from "./influx-prepare-v2.ts";
import { serverOf } from "./influx-server.ts";
import { openTestInflux, type TestInflux } from "./test-influx.ts";
import { bridgeV2, startInfluxd } from "./test-influxd.ts";

const never = new AbortController().signal;
let influxd: Awaited<ReturnType<typeof startInfluxd>>;
let bridge: Awaited<ReturnType<typeof bridgeV2>>;
let url: string;

beforeAll(async () => {
  influxd = await startInfluxd();
  ({ url } = influxd);
  bridge = await bridgeV2(url, { org: "city", token: "operator" });
});

afterAll(async () => {
  await bridge?.stop();
  await influxd?.stop();
});

let databases = 0;
async function open() {
  const database = `weir${databases++}`;
  const api = { version: 1, database } as const;
  const places = placesOf(database, {});
  const steps = await prepareV1(serverOf({ url, api }), { database, places }, never);
  expect(steps.map(({ did }) => did)).toEqual(["created", "as it was", "created", "created"]);
  return () => openInfluxStore({ url, api });
}

/** A store of its own in a 2.x, with tokens that may only do what they are for. */
async function openV2(admin: { readonly url: string; readonly org: string; readonly token: string }, bucket: string) {
  const { createToken } = await prepareV2({ ...admin, timeoutMs: 10_000 }, { places: placesOf(bucket, {}) }, never);
  const [token, readToken] = [await createToken(["write"], "weir test"), await createToken(["read"], "weir test")];
  const { url, org } = admin;
  const connect = () => openInfluxStore({ url, api: { version: 2, org, bucket, token, readToken } });
  const store = connect();
  return { store, reopen: async () => connect(), end: () => store.close() };
}

storeContract("influx", async () => {
  const connect = await open();
  const store = connect();
  return { store, reopen: async () => connect(), end: () => store.close() };
});

storeContract("influx 2.x", () => openV2({ url: bridge.url, org: "city", token: "operator" }, `city${databases++}`));

if (process.env.INFLUX_URL !== undefined) {
  let server: TestInflux;
  beforeAll(async () => {
    server = await openTestInflux();
  });
  afterAll(() => server?.end());
  storeContract("the server at INFLUX_URL", async () => {
    const database = await server.create();
    const store = database.open();
    return { store, reopen: async () => database.open(), end: () => store.close() };
  });
}

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
  await expect(store.write([pointAt(t0, 7)], never)).rejects.toThrow("weir-cloud store init");
});
