import { names } from "@weir/wire/names.ts";
import { encodeRecord, sealRecord } from "@weir/wire/record.ts";
import type { Sample } from "@weir/wire/sample.ts";
import { decodePayload } from "@weir/wire/sparkplug/decode.ts";
import mqtt, { type MqttClient } from "mqtt";
import type { Account, Layout } from "./layout.ts";

/** An MQTT client that speaks as an edge node and may say anything. */
export type Guest = {
  publish(topic: string, payload: Uint8Array | string): void;
  /** Topic of a message of this edge node. */
  topic(verb: string, device?: string): string;
  /** All receipts so far, as text. */
  readonly receipts: readonly string[];
  isConnected(): boolean;
  end(): Promise<void>;
};

/** Logs in as `speaker` says. Rejects with the broker's reason. */
export async function loginAs(
  { brokerPort }: Pick<Layout, "brokerPort">,
  { site, gateway, password }: Account & { readonly password: string },
): Promise<Guest> {
  const client: MqttClient = await mqtt.connectAsync(`mqtt://127.0.0.1:${brokerPort}`, {
    clientId: gateway,
    username: `${site}/${gateway}`,
    password,
    reconnectPeriod: 0,
    connectTimeout: 20_000,
  });
  const receipts: string[] = [];
  client.on("error", () => {}); // a broker that throws it out is what some tests want
  client.on("message", (_, bytes) => {
    const payload = decodePayload(bytes);
    if ("error" in payload) return;
    for (const { name, value } of payload.metrics) if (name === names.receipt) receipts.push(String(value));
  });
  const topic = (verb: string, device?: string) =>
    ["spBv1.0", site, verb, gateway, ...(device === undefined ? [] : [device])].join("/");
  await client.subscribeAsync(topic("NCMD"));
  return {
    receipts,
    topic,
    publish: (to, payload) => void client.publish(to, payload as Buffer | string),
    isConnected: () => client.connected,
    end: () => client.endAsync(true),
  };
}

/** A good data message, as a gateway of ours sends it. */
export function recordOf(
  samples: readonly Sample[],
  { epoch, offset }: { readonly epoch: number; readonly offset: number },
) {
  return sealRecord(encodeRecord(samples, { kind: "test" }), { epoch, offset, seq: offset % 256, historical: false });
}
