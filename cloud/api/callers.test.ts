import { describe, expect, test } from "vitest";
import { hashToken } from "./access.ts";
import { type ApiDeps, buildApi } from "./api.ts";
import { fakeDeps } from "./fakes.ts";

const readToken = "reader-0123456789abcdef";
const operateToken = "operator-0123456789abcdef";
const tokens = [
  { name: "wall screen", access: "read" as const, sha256: hashToken(readToken) },
  { name: "duty officer", access: "operate" as const, sha256: hashToken(operateToken) },
];
const local = { host: "localhost:8080" };

async function ask(url: string, wants: Partial<ApiDeps> = {}, headers: Record<string, string> = local) {
  const app = await buildApi(fakeDeps(wants));
  const response = await app.inject({ url, headers });
  await app.close();
  return { status: response.statusCode, headers: response.headers, body: response.json() };
}

describe("commands", () => {
  async function order(body: unknown, wants: Partial<ApiDeps> = {}, headers: Record<string, string> = local) {
    const app = await buildApi(fakeDeps(wants));
    const response = await app.inject({ method: "POST", url: "/api/v1/commands", headers, payload: body as object });
    await app.close();
    return { status: response.statusCode, body: response.json() };
  }
  const on = { site: "north", device: "lamp-1", metric: "lamp_state", value: 1 };

  test("a write to a writable point answers with what the point holds afterwards", async () => {
    const { status, body } = await order(on);
    expect(status).toBe(200);
    expect(body.command).toMatchObject({ state: "done", readBack: 1, gateway: "gw-1", by: "local" });
  });

  test("a point that is not writable or a value outside its limits never leaves the cloud", async () => {
    let sent = 0;
    const commands: ApiDeps["commands"] = {
      send: async () => {
        sent += 1;
        throw new Error("must not be reached");
      },
      list: () => [],
      watch: () => () => {},
    };
    const faultOf = async (body: unknown) => (await order(body, { commands })).body.faults[0];
    expect(await faultOf({ ...on, value: 2 })).toEqual({ where: "body.value", message: "2 is outside 0 to 1" });
    expect(await faultOf({ ...on, metric: "ph" })).toEqual({
      where: "body.metric",
      message: "ph cannot be written; writable here: lamp_state",
    });
    expect((await faultOf({ ...on, device: "lamp-9" })).where).toBe("body.device");
    expect((await faultOf({ ...on, value: "1" })).where).toBe("body.value");
    expect(sent).toBe(0);
  });

  test("a token that may read may not write", async () => {
    const asReader = { authorization: `Bearer ${readToken}`, host: "weir.example" };
    const { status, body } = await order(on, { tokens }, asReader);
    expect(status).toBe(403);
    expect(body.error.code).toBe("not_allowed");
    const asOperator = { authorization: `Bearer ${operateToken}`, host: "weir.example" };
    expect((await order(on, { tokens }, asOperator)).body.command.by).toBe("duty officer");
  });
});

describe("who may ask", () => {
  test("with tokens, nothing but health and the sign-in is answered without one", async () => {
    const app = await buildApi(fakeDeps({ tokens }));
    const status = async (url: string) => (await app.inject({ url, headers: { host: "weir.example" } })).statusCode;
    expect(await status("/api/v1/health")).toBe(200);
    expect(await status("/api/v1/session")).toBe(200);
    const closed = [
      "sites",
      "gateways",
      "gateways/a/b",
      "devices",
      "latest",
      "series",
      "raw",
      "quantities",
      "live",
      "commands",
    ];
    for (const each of closed) expect(await status(`/api/v1/${each}`)).toBe(401);
    expect(await status("/metrics")).toBe(401);
    await app.close();
  });

  test("signing in sets a cookie that scripts cannot read and other sites cannot send, and that is then enough", async () => {
    const app = await buildApi(fakeDeps({ tokens }));
    const signIn = await app.inject({
      method: "POST",
      url: "/api/v1/session",
      payload: { token: readToken },
      headers: { host: "w" },
    });
    const cookie = String(signIn.headers["set-cookie"]);
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; /);
    const next = await app.inject({ url: "/api/v1/sites", headers: { host: "w", cookie: cookie.split(";")[0]! } });
    expect(next.statusCode).toBe(200);
    await app.close();
  });

  test("a wrong token is refused, and a cookie that is no longer valid does not lock anybody out of signing in", async () => {
    expect((await ask("/api/v1/sites", { tokens }, { authorization: "Bearer wrong" })).status).toBe(401);
    expect((await ask("/api/v1/session", { tokens }, { cookie: "weir_token=old" })).body.access).toBe(null);
  });

  test("without tokens a host name that is not loopback is refused, as a rebound name would be", async () => {
    const { status, body } = await ask("/api/v1/sites", {}, { host: "evil.example" });
    expect(status).toBe(403);
    expect(body.error.code).toBe("wrong_host");
  });

  test("a page of another site is refused even on loopback", async () => {
    expect((await ask("/api/v1/sites", {}, { ...local, origin: "http://evil.example" })).status).toBe(403);
    expect((await ask("/api/v1/sites", {}, { ...local, origin: "http://localhost:8080" })).status).toBe(200);
  });

  test("every answer forbids foreign scripts and framing, errors too", async () => {
    for (const url of ["/api/v1/sites", "/nothing"]) {
      const { headers } = await ask(url);
      expect(headers["content-security-policy"]).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(headers["x-content-type-options"]).toBe("nosniff");
    }
  });
});
