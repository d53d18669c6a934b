import { systemClock } from "@weir/wire/clock.ts";
import { connectAsync } from "mqtt";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { openBroker } from "./aedes.ts";
import type { Message } from "./broker.ts";
import { formatCredential, parseCredentials } from "./credentials.ts";
import { connectBroker, type ExternalBrokerOptions } from "./mqtt.ts";

const log = pino({ level: "silent" });
const payload = Buffer.from("x");

/** A broker elsewhere, with our cloud as its client: here one of ours, which has a host account for it. */
async function open(over: Partial<ExternalBrokerOptions> = {}, take?: (message: Message) => Promise<void> | undefined) {
  const lines = await Promise.all([
    formatCredential("host", "weir", "p"),
    formatCredential("host", "scada", "p"),
    formatCredential("gateway", "east/gw-1", "p"),
    formatCredential("gateway", "west/gw-2", "p"),
  ]);
  const credentials = parseCredentials(lines.join("\n"), "c");
  const broker = await openBroker({
    host: "127.0.0.1",
    port: 0,
    hostId: "elsewhere",
    credentials,
    clock: systemClock,
    log,
  });
  await broker.start({ take: () => undefined, up: () => undefined, down: () => undefined });
  onTestFinished(() => broker.close());
  const url = `mqtt://127.0.0.1:${broker.port()}`;
  const client = connectBroker({
    url,
    username: "weir",
    password: "p",
    hostId: "weir",
    clock: systemClock,
    random: () => 0,
    log,
    ...over,
  });
  onTestFinished(() => client.close());
  const taken: string[] = [];
  const waiters: { count: number; resolve(): void }[] = [];
  const up = Promise.withResolvers<void>();
  const down = Promise.withResolvers<void>();
  await client.start({
    take: (message) => {
      taken.push(message.topic);
      for (const { count, resolve } of waiters) if (taken.length >= count) resolve();
      return take?.(message);
    },
    up: () => up.resolve(),
    down: () => down.resolve(),
  });
  await up.promise;
  const login = async (username: string) => {
    const clientId = username.split("/").at(-1) ?? "";
    const connected = await connectAsync(url, { clientId, username, password: "p", reconnectPeriod: 0 });
    onTestFinished(() => void connected.end(true));
    return connected;
  };
  const arrivals = (count: number) =>
    new Promise<void>((resolve) => {
      waiters.push({ count, resolve });
      if (taken.length >= count) resolve();
    });
  return { broker, client, taken, arrivals, login, down: down.promise };
}

test("what edge nodes publish is taken in order; commands go out to them", async () => {
  const { client, taken, arrivals, login } = await open();
  const gateway = await login("east/gw-1");
  await gateway.subscribeAsync("spBv1.0/east/NCMD/gw-1");
  const commanded = new Promise<string>((resolve) => gateway.on("message", resolve));
  for (const topic of ["NBIRTH/gw-1", "DBIRTH/gw-1/a", "NDATA/gw-1", "DDATA/gw-1/a", "DDEATH/gw-1/a", "NDEATH/gw-1"])
    gateway.publish(`spBv1.0/east/${topic}`, payload);
  await arrivals(6);
  expect(taken.map((topic) => topic.split("/")[2])).toEqual(["NBIRTH", "DBIRTH", "NDATA", "DDATA", "DDEATH", "NDEATH"]);
  await client.publish("spBv1.0/east/NCMD/gw-1", payload);
  expect(await commanded).toBe("spBv1.0/east/NCMD/gw-1");
});

test("with sites given, only those are taken", async () => {
  const { taken, arrivals, login } = await open({ sites: ["west"] });
  await (await login("east/gw-1")).publishAsync("spBv1.0/east/NDATA/gw-1", payload, { qos: 1 });
  await (await login("west/gw-2")).publishAsync("spBv1.0/west/NDATA/gw-2", payload, { qos: 1 });
  await arrivals(1);
  expect(taken).toEqual(["spBv1.0/west/NDATA/gw-2"]);
});

test("a full receiver is not given the next message until it has room", async () => {
  const room = Promise.withResolvers<void>();
  const { taken, arrivals, login } = await open({}, () => room.promise);
  const gateway = await login("east/gw-1");
  for (let n = 0; n < 3; n++) await gateway.publishAsync("spBv1.0/east/NDATA/gw-1", payload, { qos: 1 });
  await arrivals(1);
  expect(taken).toHaveLength(1);
  room.resolve();
  await arrivals(3);
});

test("its state is online while it is connected, put right when somebody says otherwise, and offline when it closes", async () => {
  const { client, broker, login } = await open();
  const watcher = await login("scada");
  const states: { online: boolean; timestamp: number }[] = [];
  const three = Promise.withResolvers<void>();
  const four = Promise.withResolvers<void>();
  watcher.on("message", (_, message) => {
    states.push(JSON.parse(message.toString()));
    if (states.length === 3) three.resolve();
    if (states.length === 4) four.resolve();
  });
  await watcher.subscribeAsync("spBv1.0/STATE/weir", { qos: 1 });
  await broker.publish("spBv1.0/STATE/weir", Buffer.from('{"online":false,"timestamp":1}'), { qos: 1, retain: true });
  await three.promise;
  await client.close();
  await four.promise;
  const [first] = states;
  expect(states.map(({ online }) => online)).toEqual([true, false, true, false]);
  expect(states[2]).toEqual(first);
  expect(states[3]?.timestamp).toBeGreaterThanOrEqual(first?.timestamp ?? 0);
});

test("when the broker goes away the receiver is told, and what is published then is dropped without an error", async () => {
  const { client, broker, down } = await open();
  await broker.close();
  await down;
  await client.publish("spBv1.0/east/NCMD/gw-1", payload);
});
