/** The other end of bench/ingest.ts, a process of its own: gateways with windows and receipts. Started by it, not by hand. */
import { systemClock } from "@weir/wire/clock.ts";
import { names } from "@weir/wire/names.ts";
import { parseReceipt } from "@weir/wire/receipt.ts";
import { encodeRecord, sealRecord } from "@weir/wire/record.ts";
import { decodePayload } from "@weir/wire/sparkplug/decode.ts";
import { encodePayload } from "@weir/wire/sparkplug/encode.ts";
import { DataType } from "@weir/wire/sparkplug/payload.ts";
import { connectAsync } from "mqtt";
import type { GatewayTask } from "./ingest.ts";

const windowBytes = 256 * 1024;
const stop = new AbortController();

process.once("message", async (task: GatewayTask) => {
  const gateways = await Promise.all(task.gateways.map((name) => openGateway(task, name)));
  process.send?.("ready");
  await new Promise((resolve) => process.once("message", resolve));
  if (task.pointsPerSecond === undefined) for (const gateway of gateways) gateway.sendAll();
  else await pace(gateways, task.pointsPerSecond / task.metrics.length);
  process.once("message", async () => {
    stop.abort();
    for (const gateway of gateways) gateway.pause();
    await Promise.all(gateways.map((gateway) => gateway.settled()));
    process.send?.({ sent: gateways.reduce((sum, gateway) => sum + gateway.sent(), 0) });
    await Promise.all(gateways.map((gateway) => gateway.end()));
    process.disconnect();
  });
});

async function openGateway(
  { port, password, site, devices, metrics, startAt, pointsPerSecond }: GatewayTask,
  name: string,
) {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
    clientId: name,
    username: `${site}/${name}`,
    password,
  });
  await client.subscribeAsync(`spBv1.0/${site}/NCMD/${name}`);
  const inFlight = new Map<number, number>();
  let bytes = 0;
  let offset = 0;
  let seq = 0;
  let paused = false;
  let whenSettled: (() => void) | undefined;
  const publish = (topic: string, payload: Uint8Array) => void client.publish(topic, payload as Buffer, { qos: 0 });
  const bdSeq = { name: names.bdSeq, datatype: DataType.Int64, timestamp: startAt, value: 0n };
  const epoch = { name: names.epoch, datatype: DataType.UInt64, timestamp: startAt, value: 1n };
  const nextSeq = () => seq++ % 256;
  publish(
    `spBv1.0/${site}/NBIRTH/${name}`,
    encodePayload({ timestamp: startAt, seq: nextSeq(), metrics: [bdSeq, epoch] }),
  );
  for (const device of devices)
    publish(
      `spBv1.0/${site}/DBIRTH/${name}/${name}-${device}`,
      encodePayload({ timestamp: startAt, seq: nextSeq(), metrics: [epoch] }),
    );

  function send(at: number): void {
    const device = devices[offset % devices.length];
    const value = Math.round(100 * Math.sin(offset)) / 100;
    const body = encodeRecord(
      metrics.map((metric, n) => ({ metric, at, value: value + n, quality: "good" as const })),
      { kind: "bench" },
    );
    const message = sealRecord(body, { epoch: 1, offset, seq: nextSeq(), historical: false });
    inFlight.set(offset++, message.length);
    bytes += message.length;
    publish(`spBv1.0/${site}/DDATA/${name}/${name}-${device}`, message);
  }

  function fill(): void {
    while (!paused && bytes < windowBytes) send(startAt + 1000 * Math.floor(offset / devices.length));
  }

  client.on("message", (_, payload) => {
    const decoded = decodePayload(payload);
    if ("error" in decoded) throw new Error(decoded.error);
    for (const { name: metric, value } of decoded.metrics) {
      if (metric === names.accepts) continue;
      if (metric !== names.receipt) throw new Error(`${metric}: ${value}`);
      const receipt = parseReceipt(String(value));
      if ("error" in receipt) throw new Error(receipt.error);
      for (const [first, last] of receipt.ranges)
        for (let at = first; at <= last; at++) {
          bytes -= inFlight.get(at) ?? 0;
          inFlight.delete(at);
        }
    }
    if (inFlight.size === 0) whenSettled?.();
    if (pointsPerSecond === undefined) fill();
  });

  return {
    send,
    sendAll: fill,
    pause: () => {
      paused = true;
    },
    settled: () =>
      new Promise<void>((resolve) => {
        whenSettled = resolve;
        if (inFlight.size === 0) resolve();
      }),
    sent: () => offset * metrics.length,
    end: () => client.endAsync(),
  };
}

async function pace(gateways: readonly { send(at: number): void }[], recordsPerSecond: number): Promise<void> {
  const startedAt = systemClock.monotonic();
  const run = async () => {
    for (let sent = 0; !stop.signal.aborted; ) {
      const due = ((systemClock.monotonic() - startedAt) / 1000) * recordsPerSecond;
      for (; sent < due; sent++) gateways[sent % gateways.length]?.send(systemClock.now());
      await systemClock.sleep(5, stop.signal);
    }
  };
  void run();
}
