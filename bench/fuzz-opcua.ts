/**
 * Damaged messages of an OPC UA server against the agent's sessions: bytes changed, cut off, doubled or left out on their way. Nothing
 * may be thrown past a session, nothing may hang for longer than a second, no socket may be left over, and once the messages are
 * whole again every point has values again. TCP's own checksum is what keeps such bytes away in the field. Ends with 1 otherwise.
 * usage: node bench/fuzz-opcua.ts [--seconds 30] [--seed n]
 */
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { profile as schema } from "@weir/device-profiles/schema.ts";
import { startPolling } from "@weir/edge-agent/poll/poll.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { freePorts, startProgram } from "./program.ts";
import { createRandom } from "./random.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "30" },
    seed: { type: "string", default: String(Date.now() % 2 ** 32) },
  },
});
const random = createRandom(Number(values.seed));
const buses = 8;
const points = 5;
const never = new AbortController().signal;
const [port = 0, proxyPort = 0] = await freePorts(2);

const thrown: string[] = [];
process.on("uncaughtException", (error) => thrown.push(error.stack ?? error.message));
process.on("unhandledRejection", (why) => thrown.push(why instanceof Error ? (why.stack ?? why.message) : String(why)));

let isDamaging = true;
let damaged = 0;
let whole = 0;

function damage(chunk: Buffer): Buffer {
  const dice = random();
  if (!isDamaging || dice > 0.06) {
    whole++;
    return chunk;
  }
  damaged++;
  if (dice < 0.01) return chunk.subarray(0, Math.floor(random() * chunk.length));
  if (dice < 0.015) return Buffer.concat([chunk, chunk]);
  if (dice < 0.02) return Buffer.alloc(0);
  const changed = Buffer.from(chunk);
  for (let left = 1 + Math.floor(random() * 4); left > 0; left--)
    changed[Math.floor(random() * changed.length)] = Math.floor(random() * 256);
  return changed;
}

const open = new Set<Socket>();
const proxy = createServer((client) => {
  const server = connect(port, "127.0.0.1");
  open.add(client);
  for (const socket of [client, server]) socket.on("error", () => {});
  client.pipe(server);
  server.on("data", (chunk: Buffer) => client.write(damage(chunk)));
  server.on("close", () => client.destroy());
  client.on("close", () => {
    open.delete(client);
    server.destroy();
  });
});
await new Promise<void>((resolve) => proxy.listen(proxyPort, "127.0.0.1", resolve));

const server = startProgram([join(import.meta.dirname, "opcua-peer.ts"), String(port), "1", String(points)]);
await server.says("up");

const profile = {
  id: "pipe/fuzz",
  ...schema.parse({
    ...{ model: "fuzz", vendor: "bench", names: { en: "fuzz", zh: "fuzz" }, domain: "pipe", kind: "bench" },
    ...{ source: "none", protocol: "opcua", namespaces: { own: "urn:weir:bench" }, sampling: "100ms" },
    points: Array.from({ length: points }, (_, i) => ({
      quantity: "flow_total",
      channel: `${i}`,
      at: { node: `own:P${i}` },
    })),
    examples: [{ note: "none", values: "own:P0 = Double 1", samples: {} }],
  }),
};
const transport = {
  ...({ kind: "opcua", policy: "None", mode: "None", accept: [], identity: { kind: "anonymous" } } as const),
  url: `opc.tcp://127.0.0.1:${proxyPort}`,
  pki: join(tmpdir(), "weir-bench-pki"),
  publishMs: 200,
};
const lastGood = new Map<string, number>();
const polling = startPolling({
  buses: Array.from({ length: buses }, (_, i) => ({
    name: `server-${i}`,
    transport: { ...transport, reading: i % 2 === 0 ? "subscribe" : "poll" },
    connectTimeoutMs: 1000,
  })),
  devices: Array.from({ length: buses }, (_, i) => {
    return { id: `D${i}`, bus: `server-${i}`, address: "D0", profile, everyMs: 100, timeoutMs: 500 };
  }),
  clock: systemClock,
  random: Math.random,
  signal: never,
  emit: async (device, _, samples) => {
    for (const { metric, quality } of samples)
      if (quality === "good") lastGood.set(`${device} ${metric}`, systemClock.now());
  },
});

let longestStallMs = 0;
let tick = systemClock.monotonic();
setInterval(() => {
  const now = systemClock.monotonic();
  longestStallMs = Math.max(longestStallMs, now - tick - 50);
  tick = now;
}, 50).unref();
// Loading the library stops everything once, for about as long as it takes.
await systemClock.sleep(5000, never);
longestStallMs = 0;
await systemClock.sleep(Number(values.seconds) * 1000, never);

isDamaging = false;
const stall = longestStallMs;
const connects = polling.status().buses.reduce((sum, bus) => sum + bus.connects, 0);
const since = systemClock.now();
const isBack = () => lastGood.size === buses * points && [...lastGood.values()].every((at) => at > since);
for (let waited = 0; waited < 40_000 && !isBack(); waited += 100) await systemClock.sleep(100, never);
const backMs = isBack() ? systemClock.now() - since : undefined;
const sockets = open.size;
await polling.stop();
await server.stop();

console.log(`${damaged} damaged chunks among ${damaged + whole}, ${connects} sessions, seed ${values.seed}`);
console.log(`all points good again ${backMs === undefined ? "never" : `after ${(backMs / 1000).toFixed(1)} s`}`);
console.log(
  `longest standstill ${stall.toFixed(0)} ms, ${sockets} sockets for ${buses} buses, ${thrown.length} thrown`,
);
for (const stack of thrown.slice(0, 3)) console.log(stack);
process.exit(thrown.length > 0 || backMs === undefined || stall > 1000 || sockets > buses ? 1 : 0);
