import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { StoreUnavailable } from "../store/store.ts";
import { type ApiDeps, buildApi } from "./api.ts";
import { deviceState, fakeDeps, latestPoint, pastOf, startAt } from "./fakes.ts";

const local = { host: "localhost:8080" };

async function ask(url: string, wants: Partial<ApiDeps> = {}, headers: Record<string, string> = local) {
  const app = await buildApi(fakeDeps(wants));
  const response = await app.inject({ url, headers });
  await app.close();
  return { status: response.statusCode, headers: response.headers, body: response.json() };
}

describe("what the city looks like", () => {
  test("a latest reading carries its time, its quality and when it will be stale", async () => {
    const { body } = await ask("/api/v1/latest");
    expect(body).toEqual({
      at: startAt,
      readings: [
        {
          site: "north",
          gateway: "gw-1",
          device: "probe-1",
          metric: "ph",
          at: startAt - 4000,
          receivedAt: startAt - 3900,
          value: 7.2,
          quality: "good",
          stale: false,
          staleAfterMs: 120_000,
        },
      ],
    });
  });

  test("a reading whose profile reports every 10 min is stale only after 25 min", async () => {
    const point = { ...latestPoint, device: "lamp-1", metric: "lamp_state", value: 1 };
    const latest = { all: () => [point], ofDevice: () => [point], watch: () => () => {} };
    const { body } = await ask("/api/v1/devices/north/lamp-1", { latest });
    expect(body.readings[0].staleAfterMs).toBe(1_500_000);
  });

  test("devices and gateways are called what their gateway's configuration calls them", async () => {
    const { body } = await ask("/api/v1/devices");
    expect(body.devices.map(({ title }: { title: unknown }) => title)).toEqual([
      null,
      { en: "North gate", zh: "北门" },
    ]);
    expect((await ask("/api/v1/gateways")).body.gateways[0].title).toEqual({ en: "Gate house", zh: "闸房" });
  });

  test("a device whose profile is known has its domain, names, writable points and state names from there", async () => {
    const { body } = await ask("/api/v1/devices?domain=light");
    expect(body.devices).toMatchObject([
      {
        device: "lamp-1",
        domain: "light",
        model: "ACME Lamp",
        names: { en: "Lamp controller", zh: "单灯控制器" },
        writable: [{ metric: "lamp_state", min: 0, max: 1 }],
        states: { lamp_state: { 0: { en: "Off", zh: "关" }, 1: { en: "On", zh: "开" } } },
      },
    ]);
  });

  test("latest values are filtered by every field that is asked for", async () => {
    const count = async (query: string) => (await ask(`/api/v1/latest?${query}`)).body.readings.length;
    expect(await count("site=north&device=probe-1&metric=ph&quality=good&gateway=gw-1&domain=water")).toBe(1);
    for (const other of ["site=south", "device=x", "metric=x", "quality=bad", "gateway=x", "domain=air"])
      expect(await count(other)).toBe(0);
  });

  test("a site counts its devices and its readings by freshness", async () => {
    const { body } = await ask("/api/v1/sites");
    expect(body.sites).toEqual([
      {
        site: "north",
        gateways: 1,
        gatewaysOnline: 1,
        devices: 2,
        devicesOnline: 2,
        readings: { water: { live: 1, uncertain: 0, bad: 0, stale: 0 } },
      },
    ]);
  });

  test("a gateway tells its link and its ledger: seen is stored, rejected and missing together", async () => {
    const { body } = await ask("/api/v1/gateways/north/gw-1");
    const { seen, stored, rejected, missing } = body.gateway.ledger;
    expect({ seen, stored, rejected, missing }).toEqual({ seen: 100, stored: 97, rejected: 1, missing: 2 });
    expect(seen).toBe(stored + rejected + missing);
  });

  test("the ledger names the missing offsets and why records were rejected", async () => {
    const { body } = await ask("/api/v1/gateways/north/gw-1/ledger");
    expect(body.epochs[0].missingRanges).toEqual([[41, 42]]);
    expect(body.epochs[0].rejections[0].reason).toBe("ph is a float, got a string");
  });

  test("the vocabulary has unit and name in both languages for every quantity", async () => {
    const { body } = await ask("/api/v1/quantities?domain=water");
    expect(body.quantities.length).toBeGreaterThan(0);
    for (const each of body.quantities) expect([each.en, each.zh, each.unit]).not.toContain("");
  });
});

describe("the past", () => {
  const bucket = { at: startAt - 60_000, mean: 7, min: 6.9, max: 7.1, last: 7, count: 6, uncertain: 0, bad: 1 };

  test("series asks the store for the range in epoch ms and a window that fits it", async () => {
    const asked: unknown[] = [];
    const series: ApiDeps["store"]["series"] = async (query) => {
      asked.push(query);
      return { buckets: [bucket], sources };
    };
    const sources = [{ tier: "5m" as const, from: startAt - 21_600_000, to: startAt }];
    const { body } = await ask("/api/v1/series?site=north&device=probe-1&metric=ph&from=-6h", {
      store: pastOf({ series }),
    });
    const range = { from: startAt - 21_600_000, to: startAt, everyMs: 60_000 };
    expect(asked).toEqual([{ site: "north", device: "probe-1", metric: "ph", ...range, utcOffsetMs: 0 }]);
    expect(body).toEqual({ at: startAt, ...range, buckets: [bucket], sources });
  });

  test("days begin where the zone says, and windows are no shorter than what is kept of the range", async () => {
    const asked: Record<string, unknown>[] = [];
    const series: ApiDeps["store"]["series"] = async (query) => {
      asked.push(query);
      return { buckets: [], sources: [] };
    };
    const of = "/api/v1/series?site=north&device=probe-1&metric=ph&from=-6h";
    await ask(`${of}&every=1d&zone=%2B08:00`, { store: pastOf({ series }) });
    await ask(`${of}&zone=Z`, { store: pastOf({ series, shortestWindow: () => 3_600_000 }) });
    expect(asked).toMatchObject([{ utcOffsetMs: 28_800_000 }, { utcOffsetMs: 0, everyMs: 3_600_000 }]);
    expect((await ask(`${of}&zone=Mars`)).status).toBe(400);
  });

  test("a window that would give too many buckets is refused with what would fit", async () => {
    const { status, body } = await ask("/api/v1/series?site=north&device=probe-1&metric=ph&from=-7d&every=1s");
    expect(status).toBe(400);
    expect(body.faults).toEqual([
      {
        where: "query.every",
        message: "1s cuts the range into 604800 windows; at most 5000: use auto, a longer window or a shorter range",
      },
    ]);
  });

  test("raw says when the range holds more than it shows", async () => {
    const samples = [1, 2, 3].map((value) => ({ metric: "ph", at: startAt + value, value, quality: "good" as const }));
    const raw: ApiDeps["store"]["raw"] = async ({ limit }) => samples.slice(0, limit);
    const { body } = await ask("/api/v1/raw?site=north&device=probe-1&metric=ph&limit=2", {
      store: pastOf({ raw }),
    });
    expect(body.samples.map((each: { value: number }) => each.value)).toEqual([1, 2]);
    expect(body.more).toBe(true);
  });

  test("a store that cannot be reached is told as such, with what to do", async () => {
    const series = async () => {
      throw new StoreUnavailable("connection refused");
    };
    const { status, body } = await ask("/api/v1/series?site=n&device=d&metric=ph", {
      store: pastOf({ series }),
    });
    expect(status).toBe(503);
    expect(body.error).toEqual({
      code: "store_unavailable",
      message: "the store cannot be reached: connection refused; nothing is lost, ask again later",
    });
  });

  test("a store that never answers costs 15 s and is told to stop", async () => {
    let waiting: AbortSignal | undefined;
    const series: ApiDeps["store"]["series"] = (_query, signal) => {
      waiting = signal;
      return new Promise(() => {});
    };
    const deps = fakeDeps({ store: pastOf({ series }) });
    const app = await buildApi(deps);
    const asked = app.inject({ url: "/api/v1/series?site=n&device=d&metric=ph", headers: local });
    await deps.clock.advance(14_999);
    expect(waiting?.aborted).toBe(false);
    await deps.clock.advance(1);
    expect((await asked).statusCode).toBe(504);
    expect(waiting?.aborted).toBe(true);
    await app.close();
  });
});

describe("a request that cannot be right", () => {
  test("gets every fault at once, each with where, what and what would be right", async () => {
    const { status, body } = await ask(
      "/api/v1/series?site=north&metric=ph&metric=do&form=-1h&from=yesterday&every=often",
    );
    expect(status).toBe(400);
    expect(body.error.code).toBe("bad_request");
    const byPlace = Object.fromEntries(
      body.faults.map((each: { where: string; message: string }) => [each.where, each.message]),
    );
    expect(Object.keys(byPlace).sort()).toEqual([
      "query.device",
      "query.every",
      "query.form",
      "query.from",
      "query.metric",
    ]);
    expect(byPlace["query.device"]).toBe("is required; right: a device's name, see /api/v1/devices");
    expect(byPlace["query.form"]).toBe("unknown; known here: site, device, metric, from, to, every, zone");
    expect(byPlace["query.from"]).toMatch(/^"yesterday": is not a moment; right: ISO 8601 with a zone/);
    expect(byPlace["query.metric"]).toMatch(/^is given more than once/);
  });

  test("an unknown parameter is refused where none is known", async () => {
    const { status, body } = await ask("/api/v1/sites?page=2");
    expect(status).toBe(400);
    expect(body.faults).toEqual([{ where: "query.page", message: "unknown; none is known here" }]);
  });

  test("a range that ends before it starts is refused", async () => {
    const { body } = await ask("/api/v1/raw?site=n&device=d&metric=ph&from=now&to=-1h");
    expect(body.faults[0].where).toBe("query.from");
  });

  test("an unknown path, gateway or device is a 404 that says where to look", async () => {
    for (const url of ["/api/v1/nothing", "/api/v1/gateways/north/gw-9", "/api/v1/devices/north/probe-9"]) {
      const { status, body } = await ask(url);
      expect(status).toBe(404);
      expect(body.error.message).toMatch(/\/api\//);
    }
  });

  test("a body that is no JSON is a fault of the sender, not of the server", async () => {
    const app = await buildApi(fakeDeps());
    const post = (payload: string, type: string) =>
      app.inject({ method: "POST", url: "/api/v1/commands", headers: { ...local, "content-type": type }, payload });
    expect((await post("{", "application/json")).statusCode).toBe(400);
    expect((await post("[1]", "application/json")).statusCode).toBe(400);
    expect((await post("value=1", "application/x-www-form-urlencoded")).statusCode).toBe(415);
    expect((await post(JSON.stringify("x".repeat(70_000)), "application/json")).statusCode).toBe(413);
    await app.close();
  });
});

describe("for those who run it", () => {
  test("health is 200 and ok, and 503 with the troubles when something is wrong", async () => {
    expect((await ask("/api/v1/health")).body).toMatchObject({ status: "ok", gateways: 1, gatewaysOnline: 1 });
    const { status, body } = await ask("/api/v1/health", {
      troubles: () => ["the store cannot be reached since 08:00"],
    });
    expect(status).toBe(503);
    expect(body).toMatchObject({ status: "degraded", troubles: ["the store cannot be reached since 08:00"] });
  });

  test("/metrics tells the ledger, the freshness of readings and what other parts count", async () => {
    const metrics = () => [
      { name: "weir_ingest_points_total", help: "Points.", type: "counter" as const, series: [{ value: 5 }] },
    ];
    const app = await buildApi(fakeDeps({ metrics }));
    const { body, headers } = await app.inject({ url: "/metrics", headers: local });
    await app.close();
    expect(headers["content-type"]).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(body).toContain("weir_ingest_points_total 5\n");
    expect(body).toContain('weir_ledger_records_missing{site="north",gateway="gw-1"} 2\n');
    expect(body).toContain('weir_readings{freshness="live"} 1\n');
  });

  test("openapi.json is OpenAPI 3.1 and describes every route with its parameters", async () => {
    const { body } = await ask("/api/openapi.json");
    expect(body.openapi).toBe("3.1.0");
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining([
        "/api/v1/series",
        "/api/v1/live",
        "/api/v1/commands",
        "/api/v1/gateways/{site}/{gateway}/ledger",
      ]),
    );
    const names = body.paths["/api/v1/series"].get.parameters.map((each: { name: string }) => each.name);
    expect(names).toEqual(["site", "device", "metric", "from", "to", "every", "zone"]);
  });

  test("the console is served from its folder when it is built", async () => {
    const folder = mkdtempSync(join(tmpdir(), "weir-console-"));
    writeFileSync(join(folder, "index.html"), "<title>Weir</title>");
    const app = await buildApi(fakeDeps({ consoleFolder: folder }));
    const { body, headers } = await app.inject({ url: "/", headers: local });
    await app.close();
    expect(body).toBe("<title>Weir</title>");
    expect(headers["cache-control"]).toBe("no-cache");
  });

  test("a device that no profile describes belongs to the domain of most of its quantities", async () => {
    const devices = () => [{ ...deviceState, metrics: ["ph", "no_such_quantity"] }];
    const directory = { ...fakeDeps().directory, devices };
    expect((await ask("/api/v1/devices", { directory })).body.devices[0].domain).toBe("water");
  });

  test("a device of which nothing tells the domain is in none, rather than in a wrong one", async () => {
    const devices = () => [{ ...deviceState, metrics: ["no_such_quantity", "battery_level"] }];
    const directory = { ...fakeDeps().directory, devices };
    expect((await ask("/api/v1/devices", { directory })).body.devices[0].domain).toBe(null);
  });
});
