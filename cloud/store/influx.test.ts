import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { quantities } from "@weir/wire/quantities.ts";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { pointAt } from "./contract.ts";
import { openInfluxStore } from "./influx.ts";
import { lineOf } from "./influx-events.ts";
import { metricOf, placeOf } from "./influx-fields.ts";
import { linesOf } from "./influx-write.ts";
import { type Event, StoreUnavailable } from "./store.ts";

const never = new AbortController().signal;
const t0 = 1_790_000_000_000;
const token = { version: 2, org: "city", bucket: "weir", token: "secret" } as const;

type Request = { readonly path: string; readonly authorization: string | undefined; readonly lines: readonly string[] };

/** An HTTP server that answers each write with what `judge` returns for its lines: a status and a body. */
async function serve(judge: (lines: readonly string[]) => readonly [status: number, body?: string]) {
  const requests: Request[] = [];
  const server = createServer(async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const lines = Buffer.concat(chunks).toString().split("\n");
    requests.push({ path: incoming.url ?? "", authorization: incoming.headers.authorization, lines });
    const [status, body = ""] = judge(lines);
    outgoing.writeHead(status, { "content-type": "application/json" }).end(body);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

describe("the influx sender", () => {
  test("writes to the 2.x path with the token, all points of an instant in one line", async () => {
    const { url, requests } = await serve(() => [204]);
    const points = [pointAt(t0, 7), pointAt(t0, 3.5, { metric: "ph/2" }), pointAt(t0 + 1, null)];
    expect(await openInfluxStore({ url, api: token }).write(points, never)).toEqual({ rejected: [] });
    expect(requests).toEqual([
      {
        path: "/api/v2/write?org=city&bucket=weir&precision=ms",
        authorization: "Token secret",
        lines: expect.arrayContaining([
          `water,device=sonde-1,kind=water-quality,site=east ph=7,ph_2=3.5 ${t0}`,
          `water,device=sonde-1,kind=water-quality,site=east ph_q=0i ${t0 + 1}`,
        ]),
      },
    ]);
  });

  test("writes to the 1.x path with user and password", async () => {
    const { url, requests } = await serve(() => [204]);
    const api = { version: 1, database: "weir", retentionPolicy: "month", user: "u", password: "p" } as const;
    await openInfluxStore({ url, api }).write([pointAt(t0, 7)], never);
    expect(requests[0]).toMatchObject({
      path: "/write?db=weir&rp=month&precision=ms",
      authorization: `Basic ${Buffer.from("u:p").toString("base64")}`,
    });
  });

  test("20,000 lines are one request, and the write resolves only after its answer", async () => {
    const { url, requests } = await serve(() => [204]);
    const points = Array.from({ length: 20_000 }, (_, n) => pointAt(t0 + n, n));
    await openInfluxStore({ url, api: token }).write(points, never);
    expect(requests.map(({ lines }) => lines.length)).toEqual([20_000]);
  });

  test.each([400, 422])(
    "on %i the guilty points are found and rejected with the reason, the rest is stored",
    async (status) => {
      const guilty = new Set([3, 40, 41]);
      const stored = new Set<string>();
      const { url } = await serve((lines) => {
        const times = lines.map((line) => Number(line.split(" ").at(-1)) - t0);
        if (times.some((n) => guilty.has(n)))
          return [status, '{"code":"invalid","message":"partial write:\\nconflict"}'];
        for (const n of times) stored.add(String(n));
        return [204];
      });
      const points = Array.from({ length: 64 }, (_, n) => pointAt(t0 + n, n));
      const { rejected } = await openInfluxStore({ url, api: token }).write(points, never);
      expect(rejected).toEqual([...guilty].map((index) => ({ index, reason: "InfluxDB: partial write: conflict" })));
      expect(stored.size).toBe(61);
    },
  );

  test("one guilty field does not take the other fields of its line with it", async () => {
    const { url, requests } = await serve((lines) => (lines.some((line) => line.includes("ph=")) ? [422] : [204]));
    const points = [pointAt(t0, 1, { metric: "turbidity" }), pointAt(t0, 7), pointAt(t0, 2, { metric: "level" })];
    const { rejected } = await openInfluxStore({ url, api: token }).write(points, never);
    expect(rejected.map(({ index }) => index)).toEqual([1]);
    const accepted = requests.flatMap(({ lines }) => lines).filter((line) => !line.includes("ph="));
    expect(accepted.join()).toContain("turbidity=1");
    expect(accepted.join()).toContain("level=2");
  });

  test("a body that is too large is sent in halves", async () => {
    const { url } = await serve((lines) => (lines.length > 10 ? [413] : [204]));
    const points = Array.from({ length: 64 }, (_, n) => pointAt(t0 + n, n));
    expect(await openInfluxStore({ url, api: token }).write(points, never)).toEqual({ rejected: [] });
  });

  test.each([
    [401, "token"],
    [403, "token"],
    [404, "bucket weir of organisation city exists"],
    [429, "429"],
    [500, "500"],
    [503, "503"],
  ])("%i means try later: nothing is rejected, one attempt, and the message says %s", async (status, hint) => {
    const { url, requests } = await serve(() => [status]);
    const writing = openInfluxStore({ url, api: token }).write([pointAt(t0, 7)], never);
    await expect(writing).rejects.toThrow(StoreUnavailable);
    await expect(writing).rejects.toThrow(hint);
    expect(requests).toHaveLength(1);
  });

  test("200 is no proof of storage", async () => {
    const { url } = await serve(() => [200]);
    await expect(openInfluxStore({ url, api: token }).write([pointAt(t0, 7)], never)).rejects.toThrow(StoreUnavailable);
  });

  test("nobody listening and a server that never answers are unavailable", async () => {
    const refused = openInfluxStore({ url: "http://127.0.0.1:1", api: token });
    await expect(refused.write([pointAt(t0, 7)], never)).rejects.toThrow(StoreUnavailable);
    await expect(refused.latest(never)).rejects.toThrow(StoreUnavailable);
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const store = openInfluxStore({ url, api: token, timeoutMs: 30 });
    await expect(store.write([pointAt(t0, 7)], never)).rejects.toThrow(StoreUnavailable);
    await expect(store.latest(never)).rejects.toThrow(StoreUnavailable);
    silent.closeAllConnections();
    silent.close();
  });

  test("an abort ends a write that waits for the server", async () => {
    const stop = new AbortController();
    const { url } = await serve(() => {
      stop.abort();
      return [204];
    });
    await expect(openInfluxStore({ url, api: token }).write([pointAt(t0, 7)], stop.signal)).rejects.toThrow(
      StoreUnavailable,
    );
  });
});

const event: Event = {
  alarm: 1,
  fingerprint: "c6eadffa33fcdf37",
  at: t0,
  state: 1,
  site: "east",
  device: "sonde-1",
  domain: "water",
  severity: "warning",
  title: { zh: 'pH "越限"', en: "pH out of range" },
  text: { zh: "第一行\n第二行", en: "" },
};

describe("an event", () => {
  test("is a line of texts in both languages and a state, at its millisecond", () => {
    expect(lineOf(event).toLineProtocol()).toMatch(
      new RegExp(
        `^event,device=sonde-1,domain=water,severity=warning,site=east state=1i,text_en="",text_zh="第一行 第二行",` +
          `title_en="pH out of range",title_zh="pH \\\\"越限\\\\"" ${t0}\\d{6}$`,
      ),
    );
  });

  test("of another alert at the same moment is another point, and sent again is the same", () => {
    const line = (fingerprint: string) => lineOf({ ...event, fingerprint }).toLineProtocol();
    expect(line("a")).not.toBe(line("b"));
    expect(line("a")).toBe(line("a"));
  });

  test("goes out in nanoseconds to either version", async () => {
    const { url, requests } = await serve(() => [204]);
    await openInfluxStore({ url, api: token }).writeEvents([event], never);
    await openInfluxStore({ url, api: { version: 1, database: "weir" } }).writeEvents([event], never);
    expect(requests.map(({ path }) => path)).toEqual([
      "/api/v2/write?org=city&bucket=weir&precision=ns",
      "/write?db=weir&precision=ns",
    ]);
  });
});

describe("metrics as fields", () => {
  test.each([
    ["ph", "water", "ph"],
    ["ph/2", "water", "ph_2"],
    ["ph/a/b", "other", "ph/a/b"],
    ["Boiler/Level 1", "other", "Boiler/Level 1"],
    ["speed_q", "other", "speed_q_"],
  ])("%s is kept in %s as %s", (metric, measurement, field) => {
    expect(placeOf(metric)).toEqual({ measurement, field, quality: `${field}_q`, whole: false });
  });

  test("any metric name comes back from its field, and no field is another's quality field", () => {
    const names = fc.oneof(
      fc
        .tuple(fc.constantFrom(...Object.keys(quantities)), fc.constantFrom("", "/", "_", "_q", "/q"), fc.string())
        .map((parts) => parts.join("")),
      fc.string({ minLength: 1 }),
    );
    fc.assert(
      fc.property(names, (metric) => {
        const { measurement, field, quality } = placeOf(metric);
        expect(metricOf(measurement, field)).toBe(metric);
        expect(metricOf(measurement, quality)).toBeUndefined();
      }),
    );
  });

  test("a state is written as an integer and anything else as a float", () => {
    const state = Object.entries(quantities).find(([, info]) => info.kind === "state")?.[0] ?? "";
    expect(state).not.toBe("");
    const lines = linesOf([pointAt(t0, 1, { metric: state }), pointAt(t0, 1, { metric: "unheard of" })]);
    expect(lines.map((line) => line.toLineProtocol())).toEqual([
      expect.stringContaining(` ${state}=1i `),
      expect.stringContaining(" unheard\\ of=1 "),
    ]);
  });
});
