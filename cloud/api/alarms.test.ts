import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openAlarms } from "../alarms/book.ts";
import { signatureOf } from "../alarms/signature.ts";
import { hashToken } from "./access.ts";
import { type ApiDeps, buildApi } from "./api.ts";
import { fakeDeps, startAt } from "./fakes.ts";

const notification = readFileSync(join(import.meta.dirname, "../alarms/testdata/grafana-notification.json"));
const secret = "a-secret-of-a-webhook";
const person = "person-0123456789abcdef";
const reader = "reader-0123456789abcdef";
const tokens = [
  { name: "Wang Wei", access: "operate" as const, sha256: hashToken(person) },
  { name: "Li Na", access: "read" as const, sha256: hashToken(reader) },
];

let folder: string;
let alarms: ReturnType<typeof openAlarms>;
let app: Awaited<ReturnType<typeof buildApi>>;
const start = async (wants: Partial<ApiDeps>) => {
  const deps = fakeDeps({ ...wants });
  alarms = openAlarms({ file: join(folder, "cloud.db"), clock: deps.clock });
  app = await buildApi({ ...deps, alarms: { ...alarms, ...wants.alarms } });
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "weir-api-alarms-"));
});
afterEach(async () => {
  await app.close();
  alarms.close();
  rmSync(folder, { recursive: true });
});

/** As Grafana sends it. */
function notify(body: Buffer | string = notification, { key = secret, at = startAt, headers = {} } = {}) {
  const timestamp = String(Math.floor(at / 1000));
  const signed = {
    "x-grafana-alerting-signature": signatureOf(key, timestamp, Buffer.from(body)),
    "x-grafana-alerting-timestamp": timestamp,
  };
  return app.inject({
    method: "POST",
    url: "/api/v1/grafana/notifications",
    headers: { host: "cloud:8080", "content-type": "application/json", ...signed, ...headers },
    payload: body,
  });
}
const ask = (url: string, token = reader) =>
  app.inject({ url, headers: { host: "cloud:8080", authorization: `Bearer ${token}` } });
const acknowledge = (id: number, token: string, payload: object = { comment: "probe cleaned" }) => {
  const headers = { host: "cloud:8080", authorization: `Bearer ${token}` };
  return app.inject({ method: "POST", url: `/api/v1/alarms/${id}/acknowledgement`, headers, payload });
};

describe("Grafana's webhook", () => {
  test("signed with the secret, needs no token: its alerts are the list of alarms", async () => {
    await start({ tokens, webhookSecret: secret });
    const answer = await notify();
    expect([answer.statusCode, answer.json()]).toEqual([200, { at: startAt, alerts: 2, fresh: 3, tests: 0 }]);
    expect((await ask("/api/v1/alarms")).json().alarms).toMatchObject([
      { state: "unack_active", device: "zhoushan-ph", endedAt: null, acknowledged: null },
      { state: "rtn_unack", device: "tank-3", endedAt: Date.UTC(2026, 4, 1, 7, 30) },
    ]);
    expect((await ask("/api/v1/alarms?domain=water")).json().alarms).toHaveLength(1);
  });

  test("sent again changes nothing", async () => {
    await start({ tokens, webhookSecret: secret });
    await notify();
    expect((await notify()).json()).toMatchObject({ alerts: 2, fresh: 0 });
  });

  test.each([
    ["signed with another secret", notification, { key: "some-other-secret" }, 401, "bad_signature"],
    ["an hour old", notification, { at: startAt - 3_600_000 }, 401, "bad_signature"],
    ["unsigned", notification, { headers: { "x-grafana-alerting-signature": "" } }, 401, "bad_signature"],
    ["not JSON", "{", {}, 415, "not_json"],
    ["not of Grafana", "[]", {}, 400, "bad_request"],
    ["larger than 4 MiB", Buffer.alloc(4 * 2 ** 20 + 1, 32), {}, 413, "too_large"],
    ["of another type", notification, { headers: { "content-type": "text/plain" } }, 415, "not_json"],
  ])("%s is refused and nothing is kept", async (_, body, how, status, code) => {
    await start({ tokens, webhookSecret: secret });
    const answer = await notify(body, how);
    expect([answer.statusCode, answer.json().error.code]).toEqual([status, code]);
    expect(alarms.open()).toEqual([]);
  });

  test("with one faulty alert keeps the others, and is answered with the fault", async () => {
    await start({ tokens, webhookSecret: secret });
    const { alerts } = JSON.parse(notification.toString());
    const answer = await notify(JSON.stringify({ alerts: [alerts[0], { ...alerts[1], status: "burning" }] }));
    expect(answer.statusCode).toBe(400);
    expect(answer.json().faults).toMatchObject([{ where: "body.alerts.1.status" }]);
    expect(alarms.open()).toHaveLength(1);
  });

  test("without a configured secret is refused where others reach the API, and taken where only this machine does", async () => {
    await start({ tokens });
    const answer = await notify();
    expect([answer.statusCode, answer.json().error.message]).toEqual([
      403,
      expect.stringMatching(/webhook_secret_file/),
    ]);
    await app.close();
    alarms.close();
    await start({});
    expect((await notify(notification, { headers: { host: "localhost:8080" } })).statusCode).toBe(200);
    expect((await notify(notification, { headers: { host: "evil.example" } })).statusCode).toBe(403);
  });

  test("is not answered with 200 when the list cannot be written", async () => {
    const note = () => {
      throw new Error("cloud.db: the alarms cannot be written: disk full");
    };
    await start({ tokens, webhookSecret: secret, alarms: { note } as never });
    const answer = await notify();
    expect([answer.statusCode, answer.json().error.message]).toEqual([
      503,
      expect.stringMatching(/disk full.*send it again/),
    ]);
  });
});

describe("alarms", () => {
  test("are acknowledged by name with a comment, by whoever may operate", async () => {
    await start({ tokens, webhookSecret: secret });
    await notify();
    const [{ id }] = (await ask("/api/v1/alarms")).json().alarms;
    expect((await acknowledge(id, reader)).statusCode).toBe(403);
    expect((await acknowledge(id, person)).json().alarm).toMatchObject({
      state: "ack_active",
      acknowledged: { by: "Wang Wei", at: startAt, comment: "probe cleaned" },
    });
    expect((await acknowledge(99, person)).statusCode).toBe(404);
    expect((await acknowledge(id, person, { comment: "x".repeat(501) })).statusCode).toBe(400);
  });

  test("of the past are found by range, and say when there are more", async () => {
    await start({ tokens, webhookSecret: secret });
    await notify();
    const past = async (query: string) => (await ask(`/api/v1/alarms/history?${query}`)).json();
    expect((await past("from=-7d&to=2026-05-02")).alarms).toHaveLength(2);
    expect(await past("from=-7d&to=2026-05-02&limit=1")).toMatchObject({
      more: true,
      alarms: [{ device: "zhoushan-ph" }],
    });
    expect((await past("from=-7d&to=-45m")).alarms).toMatchObject([{ device: "tank-3" }]);
    expect((await ask("/api/v1/alarms/history?from=now&to=-1h")).statusCode).toBe(400);
    expect((await app.inject({ url: "/api/v1/alarms", headers: { host: "cloud:8080" } })).statusCode).toBe(401);
  });
});
