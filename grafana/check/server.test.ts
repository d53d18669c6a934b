/** A stand-in of Grafana's API: it answers as the real one is documented to, from the generated files. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { dashboards } from "../generate.ts";
import type { FileDashboard } from "./lint.ts";
import { faultsOfServer, grafanaOf } from "./server.ts";

const files = new Map(
  Object.values(dashboards() as Readonly<Record<string, FileDashboard>>).map((file) => [file.uid, file]),
);
let server: Server | undefined;
afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())));

/** Starts it; `broken` may answer instead. */
async function standIn(broken: (path: string, body: string) => unknown = () => undefined) {
  server = createServer(async (request, response) => {
    const path = request.url!.split("?")[0]!;
    const body = await bodyOf(request);
    const reply = broken(path, body) ?? usual(path, body);
    response.writeHead(reply === 404 ? 404 : 200, { "content-type": "application/json" }).end(JSON.stringify(reply));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server!.once("listening", resolve));
  return grafanaOf({ GRAFANA_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, GRAFANA_TOKEN: "t" })!;
}

function usual(path: string, body: string): unknown {
  if (path === "/api/health") return { version: "13.1.3", database: "ok" };
  if (path.startsWith("/api/datasources/proxy/"))
    return { results: [{ series: [{ name: "water", columns: ["key", "value"], values: [["device", "B.2(东)"]] }] }] };
  if (path.startsWith("/api/dashboards/uid/"))
    return { dashboard: files.get(path.split("/").at(-1)!), meta: { provisioned: true } };
  if (path === "/api/prometheus/grafana/api/v1/rules")
    return { data: { groups: [{ rules: [{ name: "pH", health: "ok" }] }] } };
  const { queries } = JSON.parse(body) as { queries: { refId: string; query: string }[] };
  return { results: Object.fromEntries(queries.map(({ refId }) => [refId, { frames: [{}] }])) };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}

test("a server that has everything has nothing wrong, and is asked every board with its variables filled", async () => {
  const asked: string[] = [];
  const grafana = await standIn((path, body) => void (path === "/api/ds/query" && asked.push(body)));
  const told: string[] = [];
  expect(await faultsOfServer(grafana, (line) => told.push(line))).toEqual([]);
  expect(told[0]).toBe("Grafana 13.1.3, database ok");
  expect(told.filter((line) => line.startsWith("weir-"))).toHaveLength(files.size);
  expect(asked.join("\n")).toContain("/^B\\\\.2\\\\(东\\\\)$/");
  expect(asked.join("\n")).not.toMatch(/\$\{(site|device|tier)/);
});

test("a board that is not there, one from an older file, a query that fails and a sick rule are each named", async () => {
  const grafana = await standIn((path, body) => {
    if (path === "/api/dashboards/uid/weir-air") return 404;
    if (path === "/api/dashboards/uid/weir-water")
      return { dashboard: { ...files.get("weir-water"), panels: [] }, meta: {} };
    if (path === "/api/ds/query" && body.includes("tank_fill"))
      return { results: { A: { error: "retention policy not found: 1h" } } };
    if (path.endsWith("/rules"))
      return { data: { groups: [{ rules: [{ name: "pH", health: "error", lastError: "no such field" }] }] } };
    return undefined;
  });
  const faults = (await faultsOfServer(grafana, () => undefined)).join("\n");
  expect(faults).toMatch(/^weir-air: .*answers 404/m);
  expect(faults).toMatch(/^weir-water: is there, but not from provisioning/m);
  expect(faults).toMatch(/^weir-water: has other panels than the file/m);
  expect(faults).toMatch(/^weir-hazmat: panel \d+ .*query A: retention policy not found: 1h/m);
  expect(faults).toMatch(/^rule pH: no such field/m);
});
