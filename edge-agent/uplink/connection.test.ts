import dns from "node:dns";
import { systemClock } from "@weir/wire/clock.ts";
import type { Packet } from "mqtt-packet";
import { afterEach, expect, test } from "vitest";
import { connectMqtt, Unreachable } from "./connection.ts";
import { startTestBroker, type TestBroker, willing } from "./test-broker.ts";

const will = { topic: "spBv1.0/east/NDEATH/gw-1", payload: Uint8Array.of(1, 2, 3) };
const brokers: TestBroker[] = [];
afterEach(async () => {
  for (const broker of brokers.splice(0)) await broker.close();
});

async function scene(answer: (packet: Packet) => Packet | undefined = willing) {
  const broker = await startTestBroker(answer);
  brokers.push(broker);
  const heard: [string, number[]][] = [];
  const open = (signal = new AbortController().signal) =>
    connectMqtt(
      {
        settings: {
          url: broker.url,
          clientId: "gw-1",
          username: "east/gw-1",
          password: "secret",
          keepAliveMs: 30_000,
          connectTimeoutMs: 5000,
        },
        will,
        onMessage: (topic, payload) => void heard.push([topic, [...payload]]),
        clock: systemClock,
      },
      signal,
    );
  return { broker, heard, open };
}

test("connects clean, MQTT 3.1.1, with the death as its will at QoS 1, not retained", async () => {
  const { broker, open } = await scene();
  const connection = await open();
  const connect = await broker.heard("connect");
  expect(connect).toMatchObject({
    protocolVersion: 4,
    clean: true,
    clientId: "gw-1",
    username: "east/gw-1",
    keepalive: 30,
    will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: false },
  });
  await connection.end();
});

test("publishes at QoS 0, subscribes at QoS 1, and hands on what it hears", async () => {
  const { broker, open, heard } = await scene();
  const connection = await open();
  await connection.subscribe(["a/b", "c/+"]);
  expect(await broker.heard("subscribe")).toMatchObject({
    subscriptions: [
      { topic: "a/b", qos: 1 },
      { topic: "c/+", qos: 1 },
    ],
  });
  connection.publish("x/y", Uint8Array.of(7));
  expect(await broker.heard("publish")).toMatchObject({ topic: "x/y", qos: 0, retain: false, payload: Buffer.of(7) });
  broker.send({ cmd: "publish", topic: "a/b", payload: Buffer.of(9), qos: 1, messageId: 5, dup: false, retain: false });
  expect(await broker.heard("puback")).toMatchObject({ messageId: 5 });
  expect(heard).toEqual([["a/b", [9]]]);
  await connection.end();
  expect(await broker.heard("disconnect")).toBeDefined();
});

test("a ping is answered only by the answer to itself, after what was published before it", async () => {
  const { broker, open } = await scene((packet) => (packet.cmd === "pingreq" ? undefined : willing(packet)));
  const connection = await open();
  const answered: number[] = [];
  connection.publish("x", Uint8Array.of(1));
  const first = connection.ping().then(() => answered.push(1));
  const second = connection.ping().then(() => answered.push(2));
  await broker.heard("pingreq");
  expect(broker.received.map(({ cmd }) => cmd).slice(0, 3)).toEqual(["connect", "publish", "pingreq"]);
  broker.send({ cmd: "pingresp" });
  await first;
  expect(answered).toEqual([1]);
  broker.send({ cmd: "pingresp" });
  await second;
  await connection.end();
});

test.each([
  [5, "the broker does not authorise this gateway"],
  [4, "the broker refuses user name or password"],
])("CONNACK %i is told in words", async (returnCode, words) => {
  const { open } = await scene((packet) =>
    packet.cmd === "connect" ? { cmd: "connack", returnCode, sessionPresent: false } : undefined,
  );
  await expect(open()).rejects.toThrow(words);
});

test("a refused subscription is an error that names it", async () => {
  const { open } = await scene((packet) =>
    packet.cmd === "subscribe" ? { cmd: "suback", messageId: packet.messageId!, granted: [128] } : willing(packet),
  );
  const connection = await open();
  await expect(connection.subscribe(["not/mine"])).rejects.toThrow(/refused.*not\/mine/);
  await connection.end();
});

test("an unreachable broker is an error, and nothing stays open", async () => {
  const { broker, open } = await scene();
  await broker.close();
  await expect(open()).rejects.toThrow(/ECONNREFUSED/);
});

test("a connection that is cut says so once, and does not come back by itself", async () => {
  const { broker, open } = await scene();
  const connection = await open();
  broker.cut();
  expect(await connection.closed).toMatch(/^the broker closed the connection; if it goes on, check/);
  connection.publish("x", Uint8Array.of(1));
  await connection.end();
  expect(broker.received.filter(({ cmd }) => cmd === "connect")).toHaveLength(1);
});

test("an abort while the broker says nothing ends the attempt", async () => {
  const { broker, open } = await scene(() => undefined);
  const stop = new AbortController();
  const attempt = open(stop.signal);
  attempt.catch(() => {});
  await broker.heard("connect");
  stop.abort();
  await expect(attempt).rejects.toThrow("stopped");
});

test("a host name that is not found is a network that is away; a port where nobody listens is a host that is there", async () => {
  const { broker, open } = await scene();
  await broker.close();
  await expect(open()).rejects.toThrow(/ECONNREFUSED/);
  await expect(open()).rejects.not.toBeInstanceOf(Unreachable);
  const { lookup } = dns;
  dns.lookup = ((name: string, ...more: [...unknown[], (error: Error) => void]) =>
    process.nextTick(
      more.at(-1) as (error: Error) => void,
      Object.assign(new Error(name), { code: "EAI_AGAIN" }),
    )) as never;
  try {
    await expect(
      connectMqtt(
        {
          settings: { url: "mqtt://broker.example", clientId: "gw-1", keepAliveMs: 30_000, connectTimeoutMs: 5000 },
          ...{ will, onMessage: () => {}, clock: systemClock },
        },
        new AbortController().signal,
      ),
    ).rejects.toBeInstanceOf(Unreachable);
  } finally {
    dns.lookup = lookup;
  }
});
