import { tmpdir } from "node:os";
import { join } from "node:path";
import { profile as schema } from "@weir/device-profiles/schema.ts";
import { startPolling } from "@weir/edge-agent/poll/poll.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { AttributeIds, OPCUAClient, TimestampsToReturn } from "node-opcua-client";

/**
 * One client of opcua-peer, either way, in a process of its own: the agent's driver under its scheduler, or node-opcua-client
 * alone. Each value once a second. Prints a JSON line four times a second: the values that have come, those of them that are not
 * good, and the server's time of the oldest last value of all points; 0 while a point has none.
 * use: node bench/opcua-client.ts agent|bare <url> <devices> <points>
 */
const [way = "", url = "", deviceText, pointText] = process.argv.slice(2);
const [devices, points] = [Number(deviceText), Number(pointText)];
const own = "urn:weir:bench";

let values = 0;
let bad = 0;
const lastAt = new Float64Array(devices * points);

function heard(index: number, at: number, isGood: boolean): void {
  values++;
  if (isGood) lastAt[index] = at;
  else bad++;
}

setInterval(() => console.log(JSON.stringify({ values, bad, oldest: Math.min(...lastAt) })), 250);
process.on("SIGTERM", () => process.exit(0));
process.on("disconnect", () => process.exit(0));

if (way === "agent") pollAsTheAgent();
else await subscribeBare();

function pollAsTheAgent(): void {
  const profile = {
    id: "pipe/bench",
    ...schema.parse({
      ...{ model: "bench", vendor: "bench", names: { en: "bench", zh: "bench" }, domain: "pipe", kind: "bench" },
      ...{ source: "none", protocol: "opcua", namespaces: { own }, every: "1s" },
      points: Array.from({ length: points }, (_, i) => ({
        ...{ quantity: "flow_total", channel: String(i), at: { node: `own:P${i}` } },
      })),
      examples: [{ note: "none", values: "own:P0 = Double 1", samples: {} }],
    }),
  };
  const server = {
    kind: "opcua",
    url,
    policy: "None",
    mode: "None",
    accept: [],
    identity: { kind: "anonymous" },
    pki: join(tmpdir(), "weir-bench-pki"),
    reading: "subscribe",
    publishMs: 1000,
  } as const;
  startPolling({
    buses: [{ name: "server", transport: server, connectTimeoutMs: 10_000 }],
    devices: Array.from({ length: devices }, (_, i) => ({ id: `D${i}`, bus: "server", address: `D${i}`, profile })),
    clock: systemClock,
    random: Math.random,
    signal: new AbortController().signal,
    emit: async (device, _, samples) => {
      const first = Number(device.slice(1)) * points;
      for (const { metric, at, quality } of samples)
        heard(first + Number(metric.slice(metric.indexOf("/") + 1)), at, quality === "good");
    },
  });
}

/** As an example of the library does it: one subscription, items in groups of a thousand, its own reconnecting. */
async function subscribeBare(): Promise<void> {
  const client = OPCUAClient.create({ endpointMustExist: false, keepSessionAlive: true });
  await client.connect(url);
  const session = await client.createSession();
  const index = (await session.readNamespaceArray()).indexOf(own);
  const subscription = await session.createSubscription2({
    ...{ requestedPublishingInterval: 1000, requestedMaxKeepAliveCount: 3, requestedLifetimeCount: 100 },
    ...{ maxNotificationsPerPublish: 0, publishingEnabled: true },
  });
  const size = 1000;
  for (let from = 0; from < devices * points; from += size) {
    const group = await subscription.monitorItems(
      Array.from({ length: Math.min(size, devices * points - from) }, (_, i) => ({
        nodeId: `ns=${index};s=D${Math.floor((from + i) / points)}.P${(from + i) % points}`,
        attributeId: AttributeIds.Value,
      })),
      { samplingInterval: 1000, queueSize: 2, discardOldest: true },
      TimestampsToReturn.Both,
    );
    group.on("changed", (_, { sourceTimestamp, statusCode }, i) =>
      heard(from + i, sourceTimestamp?.getTime() ?? 0, statusCode.isGood()),
    );
  }
}
