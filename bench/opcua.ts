/**
 * OPC UA: values a second of 10,000 monitored items, each new every second, by the agent's driver under its scheduler and by
 * node-opcua-client alone, one after the other on the same server; and the time from a killed server's return to a new value of
 * every point. Server and clients are processes of their own.
 * usage: node bench/opcua.ts [devices] [points] [seconds]
 */
import { join } from "node:path";
import { systemClock } from "@weir/wire/clock.ts";
import { freePorts, type Program, startProgram } from "./program.ts";

const [devices = 100, points = 100, seconds = 20] = process.argv.slice(2).map(Number);
const downMs = 2000;
const settleMs = 10_000;
const patienceMs = 120_000;
const never = new AbortController().signal;
const [port = 0] = await freePorts(1);
const file = (name: string) => join(import.meta.dirname, name);

type Told = { readonly values: number; readonly bad: number; readonly oldest: number };
const told = ({ lines }: Program): Told => JSON.parse(lines.findLast((line) => line.startsWith("{")) ?? '{"oldest":0}');

/** ms until every point has a value that the server made after `since`; undefined when it takes too long. */
async function full(client: Program, since: number): Promise<number | undefined> {
  const began = systemClock.monotonic();
  while (!(told(client).oldest >= since)) {
    if (systemClock.monotonic() - began > patienceMs) return undefined;
    await systemClock.sleep(20, never);
  }
  return systemClock.monotonic() - began;
}

async function startServer(): Promise<Program> {
  const server = startProgram([file("opcua-peer.ts"), String(port), String(devices), String(points)]);
  await server.says("up");
  return server;
}

async function measure(way: "agent" | "bare"): Promise<readonly string[]> {
  let server = await startServer();
  const client = startProgram([
    ...["--memory-saver-mode", file("opcua-client.ts"), way],
    ...[`opc.tcp://127.0.0.1:${port}`, String(devices), String(points)],
  ]);
  const filled = await full(client, 1);
  await systemClock.sleep(settleMs, never);
  const [before, cpuBefore, serverBefore] = [told(client), client.cpuSeconds(), server.cpuSeconds()];
  const startedAt = systemClock.monotonic();
  await systemClock.sleep(seconds * 1000, never);
  const took = (systemClock.monotonic() - startedAt) / 1000;
  const after = told(client);
  const cpu = client.cpuSeconds() - cpuBefore;
  const serverCpu = server.cpuSeconds() - serverBefore;
  const memory = client.memory();

  await server.stop();
  await systemClock.sleep(downMs, never);
  server = await startServer();
  const again = await full(client, Date.now());
  await client.stop();
  await server.stop();
  const share = (used: number) => `${((100 * used) / took).toFixed(1)} %`;
  const span = (ms: number | undefined) =>
    ms === undefined ? `not in ${patienceMs / 1000} s` : `${(ms / 1000).toFixed(1)} s`;
  return [
    ((after.values - before.values) / took).toFixed(0),
    String(after.bad - before.bad),
    share(cpu),
    share(serverCpu),
    `${memory.now.toFixed(0)} MB`,
    `${memory.peak.toFixed(0)} MB`,
    span(filled),
    span(again),
  ];
}

const names = [
  "values/s",
  "  not good",
  "share of one core",
  "  the server's",
  "resident memory",
  "  at its highest",
  "from the start to full data",
  "from the server's return to full data",
];
const agent = await measure("agent");
const bare = await measure("bare");
console.log(`${devices} devices × ${points} points, every second, subscribed, ${seconds} s`);
console.log(`${"".padEnd(40)}${"agent".padStart(12)}${"bare client".padStart(14)}`);
for (const [i, name] of names.entries())
  console.log(`${name.padEnd(40)}${agent[i]!.padStart(12)}${bare[i]!.padStart(14)}`);
