import { createServer, type Server } from "node:net";
import { join } from "node:path";
import type { Outcome } from "@weir/demo/firmware/demonstrate.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Ports, reservePorts } from "./ports.ts";
import { type Program, startProgram } from "./program.ts";
import { until } from "./until.ts";

const demo = join(import.meta.dirname, "..", "demo/firmware/main.ts");
const patience = 280_000;
let ports: Ports;
let program: Program | undefined;
beforeEach(async () => {
  ports = await reservePorts();
});
afterEach(async () => {
  await program?.end("SIGKILL");
  await ports.release();
});

async function runDemo(): Promise<Program> {
  const started = startProgram(["node", demo, "--json", "--port-base", String(ports.base)]);
  program = started;
  await until("the demonstration ends", () => started.exit() !== undefined, patience);
  return started;
}

test("npm run demo:firmware: a signed bundle goes to three nodes of a line while they are read; where it hangs it is taken back; each has its own gap and no other", {
  timeout: patience + 10_000,
}, async () => {
  const { lines, exit } = await runDemo();
  expect(exit(), lines.join("\n")).toBe(0);
  const { version, nodes, ledger, claims } = JSON.parse(lines.find((line) => line.startsWith("{"))!) as Outcome;
  const well = ["accepted", "staged", "activated", "trial", "confirmed"];
  expect(nodes.map(({ id, by, before, after, states }) => ({ id, by, before, after, states }))).toEqual([
    { id: "well-1", by: "cloud", before: "1.1.0", after: version, states: well },
    { id: "well-2", by: "cloud", before: "1.1.0", after: "1.1.0", states: expect.arrayContaining(["rolled-back"]) },
    { id: "well-3", by: "technician", before: "1.1.0", after: version, states: well },
  ]);
  for (const { gaps, update } of nodes) {
    expect(gaps).toHaveLength(1);
    expect(gaps[0]!.from).toBeLessThan(update!.to);
    expect(gaps[0]!.to).toBeGreaterThan(update!.from);
  }
  expect(ledger).toMatchObject({ missing: 0 });
  expect(claims.map(({ holds }) => holds)).toEqual(Array.from({ length: 6 }, () => true));
});

test("npm run demo:firmware says which port is taken and what to do, and starts nothing", async () => {
  const port = ports.base + 2;
  const squatter = await new Promise<Server>((resolve) => {
    const server = createServer().listen(port, "127.0.0.1", () => resolve(server));
  });
  const { lines, exit } = await runDemo();
  await new Promise((resolve) => squatter.close(resolve));
  expect(exit()).toBe(1);
  expect(lines).toEqual([`port ${port} of 127.0.0.1 is in use; choose others: --port-base 6400`]);
});
