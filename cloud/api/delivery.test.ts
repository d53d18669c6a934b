import { expect, onTestFinished, test } from "vitest";
import { buildApi } from "./api.ts";
import { deliveredDay, fakeDeps } from "./fakes.ts";

async function ask(
  url: string,
  { method = "GET", ...wants }: { method?: "GET" | "DELETE" } & Parameters<typeof fakeDeps>[0] = {},
) {
  const app = await buildApi(fakeDeps(wants));
  onTestFinished(() => app.close());
  const answer = await app.inject({ url, method, headers: { host: "127.0.0.1" } });
  return { status: answer.statusCode, body: answer.json() };
}

test("the city's days are those of its gateways over their devices", async () => {
  const { status, body } = await ask("/api/v1/delivery");
  const day = { ...deliveredDay, expected: 1916, onTime: 1796, missing: 120 };
  expect([status, body]).toEqual([
    200,
    {
      ...{ at: expect.any(Number), timeZone: "Asia/Shanghai", dates: ["2026-05-01"], days: [day] },
      gateways: [{ site: "north", gateway: "gw-1", days: [day] }],
    },
  ]);
});

test("a gateway's days come with those of each device, a device's with what is missing and when", async () => {
  const gateway = await ask("/api/v1/gateways/north/gw-1/delivery");
  expect(gateway.body.devices).toEqual([
    { device: "probe-1", days: [deliveredDay] },
    { device: "lamp-1", days: [deliveredDay] },
  ]);
  const device = await ask("/api/v1/devices/north/probe-1/delivery");
  expect(device.body).toMatchObject({ days: [deliveredDay], gaps: [{ kind: "missing" }] });
  expect((await ask("/api/v1/devices/north/nobody/delivery")).status).toBe(404);
});

test("what is offline for good can be removed; what is online cannot, and is told why", async () => {
  const removed: string[] = [];
  const forget = (site: string, name: string) => removed.push(`${site}/${name}`);
  expect(await ask("/api/v1/devices/north/probe-1", { method: "DELETE", forget })).toMatchObject({
    ...{ status: 200, body: { removed: 1 } },
  });
  expect((await ask("/api/v1/gateways/north/gw-1", { method: "DELETE", forget })).status).toBe(200);
  expect(removed).toEqual(["north/probe-1", "north/gw-1"]);
  const refused = await ask("/api/v1/devices/north/probe-1", { method: "DELETE" });
  expect(refused).toMatchObject({ status: 409, body: { error: { code: "still_online" } } });
  expect(refused.body.error.message).toContain("take it out of its gateway's edge.yaml");
});
