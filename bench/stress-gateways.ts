/** The other end of bench/stress.ts, a process of its own. Started by it, not by hand. */
import { systemClock as clock } from "@weir/wire/clock.ts";
import { names } from "@weir/wire/names.ts";
import { encodeRecord, sealRecord } from "@weir/wire/record.ts";
import { encodePayload } from "@weir/wire/sparkplug/encode.ts";
import { DataType } from "@weir/wire/sparkplug/payload.ts";
import { connectAsync } from "mqtt";
import type { StressTask } from "./stress.ts";

const never = new AbortController().signal;
const metrics = ["ph", "turbidity", "dissolved_oxygen", "water_temperature", "conductivity"];
const epoch = clock.now();

process.once("message", async ({ port, names: gateways, withinMs, flood }: StressTask) => {
  await Promise.all(
    gateways.map(async (name, index) => {
      await clock.sleep((index / gateways.length) * withinMs, never);
      await run(port, name, flood);
    }),
  );
});

async function run(port: number, name: string, flood: boolean): Promise<void> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
    ...{ clientId: name, username: `stress/${name}`, password: "p", connectTimeout: 200_000 },
  });
  await client.subscribeAsync(`spBv1.0/stress/NCMD/${name}`);
  let [seq, offset] = [0, 1];
  const at = clock.now();
  const birth = [
    { name: names.bdSeq, datatype: DataType.Int64, timestamp: at, value: 0n },
    { name: names.epoch, datatype: DataType.UInt64, timestamp: at, value: BigInt(epoch) },
  ];
  client.publish(
    `spBv1.0/stress/NBIRTH/${name}`,
    encodePayload({ timestamp: at, seq: seq++, metrics: birth }) as Buffer,
  );
  const send = () => {
    const body = encodeRecord(
      metrics.map((metric) => ({ metric, at: at + offset, value: offset % 14, quality: "good" as const })),
      { kind: "stress" },
    );
    const message = sealRecord(body, { epoch, offset: offset++, seq: seq++ % 256, historical: false });
    return client.publishAsync(`spBv1.0/stress/DDATA/${name}/${name}-probe`, message as Buffer);
  };
  await send();
  // As fast as the socket takes it: no window, no receipts.
  while (flood) await Promise.all(Array.from({ length: 50 }, send));
}
