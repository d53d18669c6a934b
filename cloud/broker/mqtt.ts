import type { Clock } from "@weir/wire/clock.ts";
import { decodeState, encodeState } from "@weir/wire/sparkplug/state.ts";
import { formatTopic, namespace } from "@weir/wire/topics.ts";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import type { Logger } from "pino";
import type { Broker, Receiver } from "./broker.ts";

export type ExternalBrokerOptions = {
  /** `mqtt://host:1883`, `mqtts://host:8883`, ws, wss. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** PEM of the authority that signed the broker's certificate, where the system does not know it. */
  readonly ca?: string;
  /** Sparkplug host id, and the MQTT client id: two processes must not share it. */
  readonly hostId: string;
  /** Take only these sites, so that several clouds can share a broker; default all. */
  readonly sites?: readonly string[];
  readonly clock: Clock;
  /** 0 ≤ random() < 1, for the jitter of reconnections. */
  readonly random: () => number;
  readonly log: Logger;
};

const verbs = ["NBIRTH/+", "NDATA/+", "NDEATH/+", "DBIRTH/+/+", "DDATA/+/+", "DDEATH/+/+"];

/**
 * A client of an existing MQTT broker, with the session of a Sparkplug host (3.0 §5.1): clean session, STATE as will and birth with one
 * timestamp a session, own STATE put right when somebody else says offline. Reconnects for ever, 1 s doubling to 30 s, with jitter.
 * A message is taken before the next is read, so a full receiver slows the broker down.
 */
export function connectBroker(options: ExternalBrokerOptions): Broker {
  const { url, hostId, clock, random, log } = options;
  const state = formatTopic({ verb: "STATE", host: hostId });
  const filters = (options.sites ?? ["+"]).flatMap((site) => verbs.map((verb) => [namespace, site, verb].join("/")));
  const stop = new AbortController();
  let client: MqttClient | undefined;
  let session = 0;
  let running: Promise<void> | undefined;

  /** One connection from CONNECT to its end. Resolves with whether it ever was up. */
  function connect(receiver: Receiver): Promise<boolean> {
    session = clock.now();
    const will = {
      topic: state,
      payload: Buffer.from(encodeState({ online: false, timestamp: session })),
      qos: 1,
      retain: true,
    } as const;
    const { username, password, ca } = options;
    const connectOptions: IClientOptions = {
      clientId: hostId,
      clean: true,
      keepalive: 30,
      connectTimeout: 10_000,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      will,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(ca === undefined ? {} : { ca }),
    };
    const current = mqtt.connect(url, connectOptions);
    client = current;
    let isUp = false;
    current.handleMessage = (packet, done) => {
      const payload = packet.payload as Buffer;
      if (packet.topic === state) {
        const said = decodeState(payload);
        if ("online" in said && !said.online) sayOnline(current);
        return done();
      }
      const full = receiver.take({ topic: packet.topic, payload });
      if (full) void full.then(() => done());
      else done();
    };
    return new Promise((resolve) => {
      const refuse = (error: Error) => {
        log.warn({ url, reason: error.message }, "broker is not usable");
        current.end(true);
      };
      current.on("error", refuse);
      current.once("connect", () => {
        current.subscribe([state, ...filters], { qos: 1 }, (error, granted) => {
          const denied = granted?.find(({ qos }) => qos > 2);
          if (error || denied) return refuse(error ?? new Error(`it refuses the subscription ${denied?.topic}`));
          isUp = true;
          log.info({ url }, "broker connected");
          sayOnline(current);
          receiver.up();
        });
      });
      current.once("close", () => {
        current.end(true);
        if (isUp) receiver.down();
        resolve(isUp);
      });
    });
  }

  function sayOnline(current: MqttClient): void {
    current.publish(state, Buffer.from(encodeState({ online: true, timestamp: session })), { qos: 1, retain: true });
  }

  async function run(receiver: Receiver): Promise<void> {
    let delayMs = 1000;
    while (!stop.signal.aborted) {
      if (await connect(receiver)) delayMs = 1000;
      await clock.sleep(delayMs * (0.5 + random() / 2), stop.signal);
      delayMs = Math.min(30_000, delayMs * 2);
    }
  }

  return {
    start(receiver) {
      running = run(receiver);
      return Promise.resolve();
    },
    async publish(topic, payload, { qos = 0, retain = false } = {}) {
      const current = client;
      if (!current?.connected) return;
      await new Promise<void>((resolve) =>
        current.publish(topic, Buffer.from(payload), { qos, retain }, () => resolve()),
      );
    },
    async close() {
      if (stop.signal.aborted) return running;
      stop.abort();
      const current = client;
      if (current?.connected) {
        const offline = Buffer.from(encodeState({ online: false, timestamp: clock.now() }));
        const said = current.publishAsync(state, offline, { qos: 1, retain: true });
        const patience = new AbortController();
        await Promise.race([said.catch(() => undefined), clock.sleep(2000, patience.signal)]);
        patience.abort();
      }
      current?.end(true);
      await running;
    },
  };
}
