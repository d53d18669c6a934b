import type { Socket } from "node:net";
import type { Clock } from "@weir/wire/clock.ts";
import mqtt from "mqtt";
import { closedByBroker, type Failure, nobodyAnswers, notSubscribed, reasonOf } from "./reasons.ts";

export type ConnectionSettings = {
  /** mqtt://host:1883, mqtts://host:8883, ws:// or wss:// */
  readonly url: string;
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  /** PEM. */
  readonly ca?: string | Uint8Array;
  readonly cert?: string | Uint8Array;
  readonly key?: string | Uint8Array;
  /** Silence after which a link is tried, and after half as much again given up. */
  readonly keepAliveMs: number;
  readonly connectTimeoutMs: number;
};

export type Will = { readonly topic: string; readonly payload: Uint8Array };

/** One MQTT 3.1.1 session, clean, without a queue: what is published while it is not open is lost, and nothing is sent twice. */
export type Connection = {
  /** Not retained. */
  publish(topic: string, payload: Uint8Array, qos?: 0 | 1): void;
  /** QoS 1. Rejects when the broker refuses one of them. */
  subscribe(topics: readonly string[]): Promise<void>;
  /** Resolves when the broker has answered, and so has read all that was published before. Never resolves on a broken connection. */
  ping(): Promise<void>;
  /** Resolves when the connection has ended, with the reason. */
  readonly closed: Promise<string>;
  /** DISCONNECT after what was published; gives up waiting after two seconds. */
  end(): Promise<void>;
};

export type Connect = (
  options: {
    readonly settings: ConnectionSettings;
    readonly will: Will;
    readonly onMessage: (topic: string, payload: Uint8Array) => void;
    readonly clock: Clock;
  },
  signal: AbortSignal,
) => Promise<Connection>;

/** Nobody was reached: the network is away, or what lies on the way. The host has not been bothered. */
export class Unreachable extends Error {}

/** Connects once. Rejects with a reason a person can act on, an Unreachable where it is the network; then nothing is open. */
export const connectMqtt: Connect = ({ settings, will, onMessage, clock }, signal) =>
  new Promise((resolve, reject) => {
    const { url, clientId, username, password, ca, cert, key, keepAliveMs, connectTimeoutMs } = settings;
    const client = mqtt.connect(url, {
      clientId,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...pem({ ca, cert, key }),
      protocolVersion: 4,
      clean: true,
      keepalive: Math.max(1, Math.round(keepAliveMs / 1000)),
      // A stream of publishes must not put off the only thing that notices a dead link.
      reschedulePings: false,
      connectTimeout: connectTimeoutMs,
      reconnectPeriod: 0,
      queueQoSZero: false,
      log: ignore, // its own makes an array of every call's arguments, enabled or not
      writeCache: false, // 65,536 buffers, 7 MB, that save nothing worth measuring
      resubscribe: false,
      will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: false },
    });
    const withinMs = Math.min(reachWithinMs, connectTimeoutMs);
    let why: string = closedByBroker;
    /** Somebody has answered, be it that nobody listens there. */
    let reached = false;
    const stream = client.stream as Partial<Socket>;
    if (stream.connecting) stream.once?.("connect", () => (reached = true));
    else reached = true; // a WebSocket does not tell
    const pings: (() => void)[] = [];
    let pingWaiter: (() => void) | undefined;
    const abort = () => client.end(true);
    signal.addEventListener("abort", abort, { once: true });
    const over = new AbortController();
    void clock.sleep(withinMs, over.signal).then(() => {
      if (!reached && !over.signal.aborted) client.end(true);
    });

    const closed = new Promise<string>((done) => {
      client.on("close", () => {
        over.abort();
        signal.removeEventListener("abort", abort);
        done(why);
        if (signal.aborted) reject(new Error("stopped"));
        else reject(reached ? new Error(why) : new Unreachable(why === closedByBroker ? nobodyAnswers(withinMs) : why));
      });
    });
    client.on("error", (error) => {
      why = reasonOf(error);
      reached ||= !isAway(error);
    });
    client.on("message", (topic, payload) => onMessage(topic, payload));
    client.on("packetsend", ({ cmd }) => {
      if (cmd !== "pingreq") return;
      pings.push(pingWaiter ?? ignore);
      pingWaiter = undefined;
    });
    client.on("packetreceive", ({ cmd }) => {
      if (cmd === "pingresp") pings.shift()?.();
    });
    client.on("connect", () => {
      signal.removeEventListener("abort", abort);
      client.stream.setMaxListeners(0); // each message waits for it to drain: as many as the window holds
      resolve({
        publish: (topic, payload, qos = 0) => void client.publish(topic, payload as Buffer, { qos }, ignore),
        subscribe: (topics) =>
          new Promise((granted, refused) => {
            client.subscribe([...topics], { qos: 1 }, (error, grants) => {
              const denied = grants?.filter((grant) => grant.qos >= 128).map((grant) => grant.topic) ?? [];
              if (error || denied.length > 0) refused(new Error(notSubscribed(denied.length > 0 ? denied : topics)));
              else granted();
            });
          }),
        ping: () =>
          new Promise((answered) => {
            pingWaiter = answered;
            client.sendPing();
          }),
        closed,
        async end() {
          const patience = new AbortController();
          client.end(false);
          await Promise.race([closed, clock.sleep(2000, patience.signal)]);
          patience.abort();
          client.end(true);
        },
      });
    });
    if (signal.aborted) abort();
  });

const ignore = () => {};
/** A host that is there answers within so long; one that answers may take its time to let somebody in. */
const reachWithinMs = 5000;

/** What an operating system says while there is no way to the host. */
const away = [
  "ENETUNREACH",
  "EHOSTUNREACH",
  "ENETDOWN",
  "EHOSTDOWN",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "ENOTFOUND",
  "EADDRNOTAVAIL",
];

function isAway({ code, errors = [] }: Failure): boolean {
  const codes = errors.length > 0 ? errors.map((each) => each.code) : [code];
  return codes.every((each) => away.includes(String(each)));
}

function pem(parts: Readonly<Record<"ca" | "cert" | "key", string | Uint8Array | undefined>>) {
  const given = Object.entries(parts).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    given.map(([name, value]) => [name, typeof value === "string" ? value : Buffer.from(value!)]),
  );
}
