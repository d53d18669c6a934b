import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, TLSSocket } from "node:tls";
import type { Clock } from "@weir/wire/clock.ts";
import { encodeState, type HostState } from "@weir/wire/sparkplug/state.ts";
import { formatTopic } from "@weir/wire/topics.ts";
import { Aedes, type Client } from "aedes";
import type { Logger } from "pino";
import { type Identity, refusePublish, refuseSubscribe } from "./access.ts";
import { type Connect, refuseConnect } from "./admission.ts";
import type { Broker, Receiver } from "./broker.ts";
import type { Credentials } from "./credentials.ts";
import { guardSocket, rateLimit } from "./limits.ts";
import { openVerifier } from "./verify.ts";

export type BrokerOptions = {
  readonly host: string;
  /** 0 takes a free one; see port(). */
  readonly port: number;
  /** Sparkplug host id of this cloud: its STATE topic. */
  readonly hostId: string;
  readonly credentials: Credentials;
  /** PEM; without it only a loopback address is served. With requireClientCertificate a gateway's certificate must carry its name as CN, besides its password. */
  readonly tls?: {
    readonly cert: string;
    readonly key: string;
    readonly ca?: string;
    readonly requireClientCertificate?: boolean;
  };
  readonly limits?: Partial<BrokerLimits>;
  readonly clock: Clock;
  readonly log: Logger;
};

export type BrokerLimits = {
  /** Largest MQTT packet; default 1 MiB. */
  readonly packetBytes: number;
  /** Per connection; default 32. */
  readonly subscriptions: number;
  /** New connections per address; default 50/s after a burst of 500. */
  readonly connections: { readonly perSecond: number; readonly burst: number };
};

export type EmbeddedBroker = Broker & {
  /** Known once started. */
  port(): number;
  /** From now on these may log in; connections of a name that is gone or has another password are ended. */
  replaceCredentials(credentials: Credentials): void;
  stats(): {
    readonly connections: number;
    /** Logins, publishes and subscriptions refused. */
    readonly refused: number;
    /** Messages not forwarded to a client that did not read. */
    readonly dropped: number;
  };
};

type Session = {
  readonly connect: Connect;
  readonly address: string;
  readonly subscriptions: Set<string>;
  /** Topics that were allowed before. */
  readonly topics: Set<string>;
  identity?: Identity;
};

/**
 * The embedded MQTT 3.1.1 broker. What a gateway publishes is handed to the receiver before it is acknowledged or forwarded to anyone;
 * while the receiver is full, the gateway's connection is not read. A client that does not read loses messages, nobody else does.
 * Throws an Error when the address would carry passwords in the clear.
 */
export async function openBroker(options: BrokerOptions): Promise<EmbeddedBroker> {
  const { host, clock, log, tls } = options;
  if (!tls && !["127.0.0.1", "::1", "localhost"].includes(host))
    throw new Error(`${host}: without TLS only a loopback address is served; give tls`);
  const limits: BrokerLimits = {
    packetBytes: 1024 * 1024,
    subscriptions: 32,
    connections: { perSecond: 50, burst: 500 },
    ...options.limits,
  };
  let credentials = options.credentials;
  const verifier = openVerifier(credentials, clock);
  const sessions = new WeakMap<Client, Session>();
  const live = new Map<Client, Identity>();
  const birth = { online: true, timestamp: clock.now() };
  let receiver: Receiver | undefined;
  let refused = 0;
  let dropped = 0;

  function audit(what: string, session: Session, reason: string, detail: object = {}): void {
    refused++;
    const name = session.identity?.name ?? session.connect.username;
    log.warn(
      { audit: what, name, client: session.connect.clientId, from: session.address, reason, ...detail },
      "refused",
    );
  }

  const aedes = new Aedes({
    maxClientsIdLength: 65_535,
    drainTimeout: 30_000,
    connectTimeout: 10_000,
    concurrency: 1000,
    preConnect(client, packet, done) {
      const { clientId, username = "", clean = false, keepalive = 0 } = packet;
      const will = packet.will && { qos: 0, retain: false, ...packet.will };
      const connect = { clientId, username, clean, keepalive, will };
      const address = (client.conn as Socket).remoteAddress ?? "";
      sessions.set(client, { connect, address, subscriptions: new Set(), topics: new Set() });
      // Within the broker an id belongs to one name, so that no other name can take the connection over. [MQTT-3.1.4-2]
      packet.clientId = `${connect.username}|${clientId}`;
      done(null, true);
    },
    async authenticate(client, username, password, done) {
      const session = sessions.get(client) as Session;
      const verdict = await verifier.verify(username ?? "", password ?? Buffer.alloc(0), session.address);
      const refuse = (reason: string, returnCode: number) => {
        audit("login", session, reason);
        done(Object.assign(new Error(reason), { returnCode }), null);
      };
      if ("refused" in verdict) return refuse(verdict.refused, verdict.busy ? 3 : 5);
      const certified = client.conn instanceof TLSSocket ? client.conn.getPeerCertificate().subject?.CN : undefined;
      const commonName = tls?.requireClientCertificate ? String(certified ?? "") : undefined;
      const reason = refuseConnect(verdict.identity, session.connect, commonName);
      if (reason !== undefined) return refuse(reason, 5);
      session.identity = verdict.identity;
      done(null, true);
    },
    authorizePublish(client, packet, done) {
      const session = client ? sessions.get(client) : undefined;
      const identity = session?.identity;
      if (!session || !identity) return done(new Error("not logged in"));
      const { topic, payload, qos, retain } = packet;
      if (retain || qos > 1 || !session.topics.has(topic)) {
        const reason = refusePublish(identity, { topic, qos, retain });
        if (reason !== undefined) {
          audit("publish", session, reason, { topic: topic.slice(0, 200) });
          return done(new Error(reason));
        }
        if (session.topics.size < 1000) session.topics.add(topic);
      }
      if (identity.role !== "gateway" || !receiver) return done(null);
      const full = receiver.take({ topic, payload: payload as Buffer });
      if (full) full.then(() => done(null));
      else done(null);
    },
    authorizeSubscribe(client, subscription, done) {
      const session = sessions.get(client);
      if (!session?.identity) return done(new Error("not logged in"));
      session.subscriptions.add(subscription.topic);
      const reason =
        session.subscriptions.size > limits.subscriptions
          ? `more than ${limits.subscriptions} subscriptions`
          : refuseSubscribe(session.identity, subscription.topic);
      if (reason === undefined) return done(null, subscription);
      session.subscriptions.delete(subscription.topic);
      audit("subscribe", session, reason, { topic: subscription.topic.slice(0, 200) });
      done(null, null);
    },
    authorizeForward(client, packet) {
      if (!client.conn.writableNeedDrain) return packet;
      dropped++;
      return null;
    },
  });
  await aedes.listen();
  aedes.on("clientReady", (client) => {
    const identity = sessions.get(client)?.identity;
    if (identity) live.set(client, identity);
    log.info({ name: identity?.name, from: sessions.get(client)?.address }, "connected");
  });
  aedes.on("clientDisconnect", (client) => {
    live.delete(client);
    log.info({ name: sessions.get(client)?.identity?.name }, "disconnected");
  });
  aedes.on("clientError", (client, error) =>
    log.debug({ name: sessions.get(client)?.identity?.name, reason: error.message }, "connection failed"),
  );
  aedes.on("connectionError", (client, error) =>
    log.debug({ from: (client.conn as Socket).remoteAddress, reason: error.message }, "connection failed before login"),
  );

  const mayConnect = rateLimit(limits.connections, clock);
  const server: Server = tls
    ? createTlsServer({
        ...tls,
        requestCert: tls.requireClientCertificate,
        rejectUnauthorized: tls.requireClientCertificate,
      })
    : createServer();
  server.prependListener("connection", (socket: Socket) => {
    if (mayConnect(socket.remoteAddress ?? "")) return;
    refused++;
    log.warn({ audit: "connection", from: socket.remoteAddress, reason: "too many new connections" }, "refused");
    socket.destroy();
  });
  server.on(tls ? "secureConnection" : "connection", (socket: Socket) => {
    if (socket.destroyed) return;
    socket.setNoDelay(true);
    guardSocket(socket, limits.packetBytes, () => {
      refused++;
      const name = sessions.get((socket as Socket & { client?: Client }).client as Client)?.identity?.name;
      const reason = `a packet of more than ${limits.packetBytes} bytes`;
      log.warn({ audit: "packet", name, from: socket.remoteAddress, reason }, "refused");
    });
    aedes.handle(socket);
  });
  server.on("tlsClientError", (error, socket) =>
    log.warn({ audit: "login", from: socket.remoteAddress, reason: `TLS: ${error.message}` }, "refused"),
  );

  function publish(
    topic: string,
    payload: Uint8Array,
    { qos = 0, retain = false }: { qos?: 0 | 1; retain?: boolean } = {},
  ) {
    const packet = { cmd: "publish", topic, payload: Buffer.from(payload), qos, retain, dup: false } as const;
    return new Promise<void>((resolve) => aedes.publish(packet, () => resolve()));
  }

  function sayState(state: HostState): Promise<void> {
    return publish(formatTopic({ verb: "STATE", host: options.hostId }), encodeState(state), { qos: 1, retain: true });
  }

  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    if (receiver) await sayState({ online: false, timestamp: clock.now() });
    const ended = new Promise<void>((resolve) => server.close(() => resolve()));
    await new Promise<void>((resolve) => aedes.close(resolve));
    if (receiver) await ended;
  }

  return {
    async start(to) {
      await sayState(birth);
      try {
        await new Promise<void>((resolve, reject) => {
          server.once("error", reject);
          server.listen({ host, port: options.port }, resolve);
        });
      } catch (error) {
        await new Promise<void>((resolve) => aedes.close(resolve));
        throw new Error(`broker: ${whyNotListening(error as NodeJS.ErrnoException, host, options.port)}`, {
          cause: error,
        });
      }
      receiver = to;
      to.up();
    },
    publish,
    close: () => (closing ??= close()),
    port: () => (server.address() as { port: number }).port,
    replaceCredentials(next) {
      const keyOf = (from: Credentials, name: string) => from.get(name)?.hash.key.toString("hex");
      for (const [client, { name }] of live) if (keyOf(next, name) !== keyOf(credentials, name)) client.close();
      credentials = next;
      verifier.replace(next);
    },
    stats: () => ({ connections: live.size, refused, dropped }),
  };
}

function whyNotListening({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  if (code === "EADDRINUSE") return `${host}:${port} is in use; stop what listens there or choose another port`;
  if (code === "EACCES") return `${host}:${port} may not be listened on; choose a port above 1023`;
  return `${host}:${port} cannot be listened on: ${message}`;
}
