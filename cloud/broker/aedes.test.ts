import { connect as connectTcp } from "node:net";
import { systemClock } from "@weir/wire/clock.ts";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import { pino } from "pino";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { type BrokerOptions, openBroker } from "./aedes.ts";
import type { Message } from "./broker.ts";
import { type Credentials, formatCredential, parseCredentials } from "./credentials.ts";

let credentials: Credentials;
let line: (name: string) => string;
beforeAll(async () => {
  const lines = await Promise.all([
    formatCredential("gateway", "east/gw-1", "p"),
    formatCredential("gateway", "west/gw-1", "p"),
    formatCredential("reader", "wall", "p"),
  ]);
  line = (name) => lines.find((text) => text.endsWith(name)) ?? "";
  credentials = parseCredentials(lines.join("\n"), "c");
});

async function open(over: Partial<BrokerOptions> = {}, take?: (message: Message) => Promise<void> | undefined) {
  const audit: Record<string, unknown>[] = [];
  const log = pino({ level: "warn" }, { write: (text) => void audit.push(JSON.parse(text)) });
  const broker = await openBroker({
    host: "127.0.0.1",
    port: 0,
    hostId: "weir",
    credentials,
    clock: systemClock,
    log,
    ...over,
  });
  const taken: Message[] = [];
  const arrived = Promise.withResolvers<void>();
  await broker.start({
    take:
      take ??
      (({ topic, payload }) => {
        taken.push({ topic, payload: Uint8Array.from(payload) });
        arrived.resolve();
        return undefined;
      }),
    up: () => undefined,
    down: () => undefined,
  });
  onTestFinished(() => broker.close());
  const login = async (username: string, options: IClientOptions = {}): Promise<MqttClient> => {
    const clientId = username.split("/").at(-1) ?? "";
    const client = await connectAsync(`mqtt://127.0.0.1:${broker.port()}`, {
      clientId,
      username,
      password: "p",
      reconnectPeriod: 0,
      ...options,
    });
    onTestFinished(() => void client.end(true));
    return client;
  };
  return { broker, taken, arrived: arrived.promise, audit, login };
}

const closed = (client: MqttClient) => new Promise<void>((resolve) => client.once("close", () => resolve()));
const payload = Buffer.from("x");

test("what a gateway publishes under its own name is taken in order, and a reader sees it", async () => {
  const { taken, login } = await open();
  const reader = await login("wall");
  await reader.subscribeAsync("spBv1.0/#");
  const seen = new Promise<string>((resolve) =>
    reader.on("message", (topic) => topic.includes("DDATA") && resolve(topic)),
  );
  const gateway = await login("east/gw-1");
  gateway.publish("spBv1.0/east/NBIRTH/gw-1", payload);
  gateway.publish("spBv1.0/east/DDATA/gw-1/pump", payload);
  expect(await seen).toBe("spBv1.0/east/DDATA/gw-1/pump");
  expect(taken.map(({ topic }) => topic)).toEqual(["spBv1.0/east/NBIRTH/gw-1", "spBv1.0/east/DDATA/gw-1/pump"]);
});

test("a gateway that publishes under another name is disconnected, nothing is taken, and the audit says who and what", async () => {
  const { taken, login, audit } = await open();
  const gateway = await login("east/gw-1");
  gateway.publish("spBv1.0/west/NDATA/gw-1", payload);
  await closed(gateway);
  expect(taken).toEqual([]);
  expect(audit).toMatchObject([
    { audit: "publish", name: "east/gw-1", reason: "not its own name", topic: "spBv1.0/west/NDATA/gw-1" },
  ]);
});

test.each([
  ["a wrong password", "east/gw-1", { password: "q" }, "wrong password"],
  ["an unknown name", "east/gw-9", {}, "no such name"],
  ["no name at all", "", { username: undefined, password: undefined, clientId: "x" }, "no such name"],
  ["another client id", "east/gw-1", { clientId: "gw-2" }, "must be gw-1"],
  ["a kept session", "east/gw-1", { clean: false }, "clean session"],
  [
    "another's will",
    "east/gw-1",
    { will: { topic: "spBv1.0/west/NDEATH/gw-1", payload, qos: 1, retain: false } },
    "its will",
  ],
] as const)("%s is refused with a code and an audit line", async (_, name, options, reason) => {
  const { login, audit } = await open();
  await expect(login(name, options as IClientOptions)).rejects.toThrow(/Not authorized/);
  expect(audit).toMatchObject([{ audit: "login", from: "127.0.0.1", reason: expect.stringContaining(reason) }]);
});

test("gateways of the same name at two sites do not take each other's connection over", async () => {
  const { login, broker } = await open();
  const east = await login("east/gw-1");
  await login("west/gw-1");
  await east.publishAsync("spBv1.0/east/NDATA/gw-1", payload, { qos: 1 });
  expect(broker.stats().connections).toBe(2);
});

test("a gateway that connects again replaces its old connection, whose will is taken", async () => {
  const { login, taken, arrived } = await open();
  const will = { topic: "spBv1.0/east/NDEATH/gw-1", payload, qos: 1, retain: false } as const;
  const first = await login("east/gw-1", { will });
  const gone = closed(first);
  await login("east/gw-1");
  await gone;
  await arrived;
  expect(taken.map(({ topic }) => topic)).toEqual(["spBv1.0/east/NDEATH/gw-1"]);
});

test("a refused subscription is granted 128, an allowed one is served", async () => {
  const { login, broker } = await open();
  const gateway = await login("east/gw-1");
  const granted = await gateway.subscribeAsync(["spBv1.0/east/NCMD/gw-1", "spBv1.0/STATE/weir"], { qos: 1 });
  expect(granted.map(({ qos }) => qos)).toEqual([1, 1]);
  for (const filter of ["#", "$share/a/spBv1.0/east/NCMD/gw-1", "$SYS/#", "spBv1.0/west/NCMD/gw-1"])
    await expect(gateway.subscribeAsync(filter)).rejects.toThrow(/Unspecified error/);
  const received = new Promise<string>((resolve) =>
    gateway.on("message", (topic) => topic.includes("NCMD") && resolve(topic)),
  );
  await broker.publish("spBv1.0/east/NCMD/gw-1", payload);
  expect(await received).toBe("spBv1.0/east/NCMD/gw-1");
});

test("more subscriptions than allowed are refused", async () => {
  const { login } = await open({ limits: { subscriptions: 2 } });
  const gateway = await login("east/gw-1");
  await gateway.subscribeAsync(["spBv1.0/STATE/a", "spBv1.0/STATE/b"]);
  await expect(gateway.subscribeAsync("spBv1.0/STATE/c")).rejects.toThrow(/Unspecified error/);
});

test("the host's state is online for whoever subscribes, and offline is said before the broker closes", async () => {
  const { login, broker } = await open();
  const gateway = await login("east/gw-1");
  const states: unknown[] = [];
  const two = new Promise<void>((resolve) =>
    gateway.on("message", (_, message) => {
      states.push(JSON.parse(message.toString()));
      if (states.length === 2) resolve();
    }),
  );
  await gateway.subscribeAsync("spBv1.0/STATE/weir", { qos: 1 });
  await Promise.all([two, broker.close()]);
  expect(states).toEqual([
    { online: true, timestamp: expect.any(Number) },
    { online: false, timestamp: expect.any(Number) },
  ]);
});

test("while the receiver is full nothing more is acknowledged, and all of it is when there is room", async () => {
  const room = Promise.withResolvers<void>();
  const { login } = await open({}, () => room.promise);
  const gateway = await login("east/gw-1");
  let acknowledged = 0;
  const publishing = [1, 2, 3].map(() =>
    gateway.publishAsync("spBv1.0/east/NDATA/gw-1", payload, { qos: 1 }).then(() => acknowledged++),
  );
  const reader = await login("wall");
  await reader.subscribeAsync("spBv1.0/STATE/weir", { qos: 1 });
  expect(acknowledged).toBe(0);
  room.resolve();
  await Promise.all(publishing);
});

test("a packet that is too large ends its connection before it is collected", async () => {
  const { login, audit, taken } = await open({ limits: { packetBytes: 1000 } });
  const gateway = await login("east/gw-1");
  gateway.publish("spBv1.0/east/NDATA/gw-1", Buffer.alloc(2000));
  await closed(gateway);
  expect(taken).toEqual([]);
  expect(audit).toMatchObject([{ audit: "packet", name: "east/gw-1", reason: expect.stringContaining("1000 bytes") }]);
});

test("a reader that does not read loses messages; gateways are not held up by it", async () => {
  const { broker, login, taken } = await open();
  const reader = await login("wall");
  await reader.subscribeAsync("spBv1.0/#");
  reader.stream.pause();
  const gateway = await login("east/gw-1");
  const big = Buffer.alloc(100_000);
  for (let n = 0; n < 200; n++) await gateway.publishAsync("spBv1.0/east/NDATA/gw-1", big, { qos: 1 });
  expect(taken).toHaveLength(200);
  expect(broker.stats().dropped).toBeGreaterThan(0);
});

test("too many connections from one address are closed at once", async () => {
  const { broker, audit } = await open({ limits: { connections: { perSecond: 0.001, burst: 2 } } });
  const dial = () =>
    new Promise<string>((resolve) => {
      const socket = connectTcp(broker.port(), "127.0.0.1");
      onTestFinished(() => void socket.destroy());
      socket.on("error", () => undefined);
      socket.on("close", () => resolve("closed"));
      socket.on("connect", () => systemClock.sleep(100, new AbortController().signal).then(() => resolve("open")));
    });
  expect((await Promise.all([dial(), dial(), dial()])).sort()).toEqual(["closed", "open", "open"]);
  expect(audit).toMatchObject([{ audit: "connection", from: "127.0.0.1" }]);
});

test("garbage instead of MQTT closes that connection and no other", async () => {
  const { broker, login } = await open();
  const gateway = await login("east/gw-1");
  const socket = connectTcp(broker.port(), "127.0.0.1");
  socket.on("error", () => undefined);
  const ended = new Promise((resolve) => socket.once("close", resolve));
  socket.write(Buffer.from("GET / HTTP/1.1\r\nHost: weir\r\n\r\n"));
  await ended;
  await gateway.publishAsync("spBv1.0/east/NDATA/gw-1", payload, { qos: 1 });
});

test("a name that was taken out of the credentials is disconnected, the others stay", async () => {
  const { broker, login } = await open();
  const [east, west] = [await login("east/gw-1"), await login("west/gw-1")];
  const gone = closed(east);
  broker.replaceCredentials(parseCredentials(line("west/gw-1"), "c"));
  await gone;
  await west.publishAsync("spBv1.0/west/NDATA/gw-1", payload, { qos: 1 });
  await expect(login("east/gw-1")).rejects.toThrow(/Not authorized/);
});

test("a port that is in use is said to be, and nothing stays open", async () => {
  const { broker } = await open();
  await expect(open({ port: broker.port() })).rejects.toThrow(
    `127.0.0.1:${broker.port()} is in use; stop what listens there`,
  );
});

test("an address beyond loopback is refused without TLS", async () => {
  await expect(open({ host: "0.0.0.0" })).rejects.toThrow("without TLS only a loopback address");
});
