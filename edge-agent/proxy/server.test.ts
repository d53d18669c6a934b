import { connect, createServer, type Socket } from "node:net";
import { systemClock, virtualClock } from "@weir/wire/clock.ts";
import { afterEach, describe, expect, test } from "vitest";
import { frameTcp } from "../drivers/modbus/mbap.ts";
import { silentLog } from "../outbox/outbox.ts";
import type { Forwarder } from "./forward.ts";
import { type ProxyConfig, type ProxyServer, startProxyServer } from "./server.ts";

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const counts = { requests: 0, answered: 0, refused: 0, busy: 0, silent: 0, cut: 0 };
/** Answers with the unit that was asked, once `open` is called when it was told to hold. */
function echo(hold?: Promise<void>): Forwarder {
  return {
    answer: async (unit) => {
      await hold;
      return Uint8Array.of(3, 2, 0, unit);
    },
    counts: () => counts,
  };
}

async function start(config: Partial<ProxyConfig> = {}, forwarder = echo(), clock = systemClock): Promise<ProxyServer> {
  const server = startProxyServer({
    config: { bus: "line", listen: { host: "127.0.0.1", port: 0 }, write: false, clients: 4, waitMs: 2000, ...config },
    forwarder,
    clock,
    random: () => 0,
    log: silentLog,
  });
  stops.push(() => server.close());
  await expect.poll(() => server.status().listening).toBeDefined();
  return server;
}

type Guest = { readonly socket: Socket; heard(): string; readonly gone: Promise<void> };
async function join(server: ProxyServer, host = "127.0.0.1"): Promise<Guest> {
  const port = Number(/\d+$/.exec(server.status().listening!)![0]);
  const socket = connect({ host, port });
  stops.push(() => socket.destroy());
  let heard = "";
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    heard += Buffer.from(chunk).toString("hex");
  });
  const gone = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  await new Promise((resolve) => socket.once("connect", resolve));
  return { socket, heard: () => heard, gone };
}

const request = (transaction: number, unit: number) => frameTcp(transaction, unit, Uint8Array.of(3, 0, 0, 0, 1));
const reply = (transaction: number, unit: number) =>
  Buffer.from(frameTcp(transaction, unit, Uint8Array.of(3, 2, 0, unit))).toString("hex");

describe("a proxy", () => {
  test("answers each of many requests in one packet, and one that comes in pieces, under its own transaction", async () => {
    const { socket, heard } = await join(await start());
    socket.write(Buffer.concat([request(1, 5), request(2, 6)]));
    for (const byte of request(3, 7)) socket.write(Buffer.of(byte));
    await expect.poll(heard).toBe(reply(1, 5) + reply(2, 6) + reply(3, 7));
  });

  test("closes the connection of a client that sends garbage, and of no other", async () => {
    const server = await start();
    const good = await join(server);
    const bad = await join(server);
    bad.socket.write("GET / HTTP/1.1\r\n\r\n");
    await bad.gone;
    good.socket.write(request(1, 5));
    await expect.poll(good.heard).toBe(reply(1, 5));
    expect(server.status()).toMatchObject({ clients: 1, expelled: 1 });
  });

  test("serves another client while one has sent half a request and nothing more", async () => {
    const server = await start();
    const slow = await join(server);
    slow.socket.write(request(1, 5).subarray(0, 9));
    const other = await join(server);
    other.socket.write(request(1, 6));
    await expect.poll(other.heard).toBe(reply(1, 6));
  });

  test("takes eight requests of a client at a time and answers busy to more, so that none is asked long after it was wanted", async () => {
    const { promise, resolve: open } = Promise.withResolvers<void>();
    const { socket, heard } = await join(await start({}, echo(promise)));
    socket.write(Buffer.concat(Array.from({ length: 12 }, (_, i) => request(i, 5))));
    const busy = (transaction: number) => Buffer.from(frameTcp(transaction, 5, Uint8Array.of(0x83, 6))).toString("hex");
    await expect.poll(heard).toBe([8, 9, 10, 11].map(busy).join(""));
    open();
    await expect.poll(heard).toHaveLength(4 * busy(0).length + 8 * reply(0, 5).length);
  });

  test("lets a client go that asks and does not fetch the replies", async () => {
    const long = new Uint8Array(252).fill(1);
    const server = await start({}, { answer: async () => long, counts: () => counts });
    const { socket, gone } = await join(server);
    socket.pause();
    const many = Buffer.concat(Array.from({ length: 8 }, (_, i) => request(i, 5)));
    for (let i = 0; i < 200_000 && server.status().expelled === 0; i++) {
      if (!socket.write(many)) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(server.status().expelled).toBe(1);
    socket.resume();
    await gone;
  });

  test("serves only the addresses and networks of its list", async () => {
    const server = await start({ allow: ["10.1.0.0/16", "127.0.0.2"] });
    const { gone } = await join(server);
    await gone;
    expect(server.status()).toMatchObject({ clients: 0, turnedAway: 1 });
    await server.close();
    const open = await start({ allow: ["127.0.0.0/8"], listen: { host: "::", port: 0 } });
    const { socket, heard } = await join(open);
    socket.write(request(1, 5));
    await expect.poll(heard).toBe(reply(1, 5));
  });

  test("turns away one client too many, but for one that has been silent for half a minute", async () => {
    const clock = virtualClock();
    const server = await start({ clients: 2 }, echo(), clock);
    const [idle, active] = [await join(server), await join(server)];
    const third = await join(server);
    await third.gone;
    await clock.advance(30_000);
    active.socket.write(request(1, 5));
    await expect.poll(active.heard).toBe(reply(1, 5));
    const fourth = await join(server);
    await idle.gone;
    fourth.socket.write(request(1, 6));
    await expect.poll(fourth.heard).toBe(reply(1, 6));
    expect(server.status()).toMatchObject({ clients: 2, turnedAway: 1 });
  });

  test("says why it cannot listen, goes on trying, and listens once it can", async () => {
    const clock = virtualClock();
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as { port: number };
    const server = startProxyServer({
      config: { bus: "line", listen: { host: "127.0.0.1", port }, write: false, clients: 4, waitMs: 2000 },
      forwarder: echo(),
      clock,
      random: () => 0,
      log: silentLog,
    });
    stops.push(() => server.close());
    const why = `proxy 127.0.0.1:${port}: another program listens there; choose another port`;
    await expect.poll(() => server.status().why).toBe(why);
    await new Promise((resolve) => other.close(resolve));
    await clock.advance(500);
    await expect.poll(() => server.status()).toMatchObject({ listening: `127.0.0.1:${port}`, why: undefined });
  });

  test("that is closed frees its port and its clients", async () => {
    const server = await start();
    const { gone } = await join(server);
    await server.close();
    await gone;
    expect(server.status()).toMatchObject({ listening: undefined, clients: 0 });
  });
});
