import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runCommand } from "./command.ts";

/** weir-edge health, told to ask this port. */
async function health(port: number, ...options: string[]) {
  const folder = mkdtempSync(join(tmpdir(), "weir-edge-health-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "edge.yaml");
  writeFileSync(
    file,
    `{ site: a, gateway: b, buses: [{ name: c, tcp: "127.0.0.1:1" }], devices: [{ id: d, bus: c, profile: e }],
       uplink: { url: "mqtt://127.0.0.1:1" }, health: { listen: "127.0.0.1:${port}" } }`,
  );
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runCommand(["health", file, ...options], {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

test("an agent that answers is healthy; whatever else answers, or nothing, is not, and it is said where was asked", async () => {
  const answers: Record<string, string> = { "/healthz": "ok\n", "/status": '{"site":"a"}\n' };
  const server = createServer((request, response) => response.end(answers[request.url!])).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  expect(await health(port)).toEqual({ code: 0, out: "ok", err: "" });
  expect(await health(port, "--json")).toEqual({ code: 0, out: '{"site":"a"}', err: "" });
  answers["/healthz"] = "<html>";
  expect(await health(port)).toMatchObject({ code: 1, err: expect.stringContaining("something else listens there") });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(await health(port)).toMatchObject({
    code: 1,
    err: expect.stringMatching(new RegExp(`127.0.0.1:${port} does not answer .*weir-edge run`)),
  });
});
