import type { Broker, Message, Receiver } from "@weir/cloud/broker/broker.ts";
import type { Connect, Will } from "@weir/edge-agent/uplink/connection.ts";
import type { Clock } from "@weir/wire/clock.ts";

type Session = {
  readonly will: Will;
  readonly onMessage: (topic: string, payload: Uint8Array) => void;
  readonly end: (why: string) => void;
};

/** MQTT between gateways and one cloud, in memory and in virtual time: what may happen to a network is in the test's hand. */
export type Network = {
  /** The cloud's end. */
  readonly broker: Broker;
  /** A gateway's end. */
  connectOf(gateway: string): Connect;
  /** Nothing of this gateway comes through; its broker tells of its death when its keep-alive has run out. */
  cut(gateway: string): void;
  mend(gateway: string): void;
  /** A message as if it came from somewhere. */
  say(topic: string, payload: Uint8Array): void;
};

const keepAliveMs = 30_000;

export function createNetwork(clock: Clock): Network {
  const sessions = new Map<string, Session>();
  const away = new Set<string>();
  let receiver: Receiver | undefined;
  /** A connection takes the next message when the cloud has taken the last. */
  let taken: Promise<unknown> = Promise.resolve();
  const toCloud = ({ topic, payload }: Message) => {
    const message = { topic, payload: Uint8Array.from(payload) };
    taken = taken.then(() => receiver?.take(message));
  };
  return {
    broker: {
      async start(to) {
        receiver = to;
        to.up();
      },
      async publish(topic, payload) {
        for (const [gateway, { onMessage }] of sessions)
          if (topic.split("/").includes(gateway)) onMessage(topic, Uint8Array.from(payload));
      },
      async close() {
        receiver = undefined;
        for (const { end } of sessions.values()) end("the broker is gone");
        sessions.clear();
      },
    },
    connectOf:
      (gateway) =>
      async ({ will, onMessage }) => {
        if (away.has(gateway) || !receiver) throw new Error("no route to host");
        const { promise: closed, resolve: end } = Promise.withResolvers<string>();
        const session = { will, onMessage, end };
        sessions.set(gateway, session);
        const isLive = () => sessions.get(gateway) === session;
        return {
          publish(topic, payload) {
            if (isLive()) toCloud({ topic, payload });
          },
          subscribe: () => Promise.resolve(),
          ping: async () => void (await taken),
          closed,
          async end() {
            if (isLive()) sessions.delete(gateway);
            end("ended");
          },
        };
      },
    cut(gateway) {
      away.add(gateway);
      const session = sessions.get(gateway);
      sessions.delete(gateway);
      session?.end("connection lost");
      void clock.sleep(1.5 * keepAliveMs, new AbortController().signal).then(() => session && toCloud(session.will));
    },
    mend: (gateway) => void away.delete(gateway),
    say: (topic, payload) => toCloud({ topic, payload }),
  };
}
