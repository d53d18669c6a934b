import { deflateSync } from "node:zlib";
import type { Clock } from "@weir/wire/clock.ts";
import { type Former, formatFormers } from "@weir/wire/former.ts";
import { names } from "@weir/wire/names.ts";
import { sealRecord } from "@weir/wire/record.ts";
import { encodeCompressed } from "@weir/wire/sparkplug/compressed.ts";
import { type EdgeAction, edgeSession } from "@weir/wire/sparkplug/edge-session.ts";
import type { Payload } from "@weir/wire/sparkplug/payload.ts";
import { formatTopic, parseTopic } from "@weir/wire/topics.ts";
import type { OutboxRecord } from "../outbox/outbox.ts";
import { sizedFor } from "../outbox/pack.ts";
import { birthMetrics, birthsOf, withSeq } from "./births.ts";
import type { Connection, Will } from "./connection.ts";
import type { Delivery } from "./delivery.ts";
import type { DeviceBook, DeviceChange } from "./devices.ts";

export type SessionContext = {
  readonly site: string;
  readonly gateway: string;
  readonly host: "weir" | "plain";
  readonly primary?: string;
  readonly bdSeq: number;
  /** The outbox's, at this moment. */
  readonly epoch: () => number;
  /** The oldest offset that the outbox still holds; the next one when it holds none. */
  readonly oldest: () => number;
  /** Outboxes, or stretches of this one, that are no more. */
  readonly formers: () => readonly Former[];
  /** Bytes on the way are dearer than time: backlog is compressed for a host that opens that. */
  readonly thrifty: boolean;
  readonly devices: DeviceBook;
  readonly delivery: Delivery;
  /** Whether records may go out yet. */
  readonly mayDeliver: () => boolean;
  readonly onCommand: (device: string | undefined, payload: Payload) => void;
  /** Births go out. */
  readonly onBorn: () => void;
  /** A message that is not what its topic says. */
  readonly onNonsense: () => void;
  /** The session is over: end the connection. */
  readonly onEnd: (why: string) => void;
  readonly clock: Clock;
};

/** Births that are asked for sooner after the last ones wait so long: a host in trouble must not make a storm. */
const rebirthMs = 5000;

/** Shorter messages do not repay it. */
const worthDeflating = 300;

/** The message compressed, where that makes it smaller. */
function squeezed(sealed: Uint8Array, about: { readonly timestamp: number; readonly seq: number }): Uint8Array {
  if (sealed.length < worthDeflating) return sealed;
  const message = encodeCompressed({ algorithm: "DEFLATE", body: deflateSync(sealed, sizedFor(sealed.length)) }, about);
  return message.length < sealed.length ? message : sealed;
}

/** One MQTT session: the rules of wire's edge session, with what is known of the devices as births and the outbox as data. */
export type Session = ReturnType<typeof createSession>;

export function createSession(context: SessionContext) {
  const { site, gateway, host, primary, devices, delivery, clock } = context;
  let connection: Connection | undefined;
  let bornAt = Number.NEGATIVE_INFINITY;
  /** What the last births said of former outboxes. */
  let toldFormers = "";
  let rebirthDue = false;
  let probing = false;
  /** The host has said that it opens what is compressed. */
  let deflates = false;

  const about = () => ({ epoch: context.epoch(), at: clock.now() });
  const edge = edgeSession({
    group: site,
    node: gateway,
    ...(primary !== undefined && { primaryHost: primary }),
    births() {
      [bornAt, toldFormers, rebirthDue] = [clock.monotonic(), formatFormers(context.formers()), false];
      context.onBorn();
      return birthsOf(devices, { ...about(), oldest: context.oldest(), formers: context.formers() });
    },
  });

  function perform(actions: readonly EdgeAction[]): void {
    for (const action of actions) {
      if (action.type === "publish") connection?.publish(action.topic, action.payload, action.qos);
      else if (action.type === "rebirth") rebirth();
      else if (action.type === "disconnect") context.onEnd(action.reason);
      else if (action.type === "fault") context.onNonsense();
      else if (action.device !== undefined) context.onCommand(action.device, action.payload);
      else onNodeCommand(action.payload);
    }
    pump();
  }

  function rebirth(): void {
    rebirthDue = clock.monotonic() - bornAt < rebirthMs;
    if (!rebirthDue) perform(edge.rebirth(clock.now()));
  }

  function publishData(device: string | null, payload: Uint8Array): void {
    const node = { group: site, node: gateway };
    connection?.publish(
      formatTopic(device === null ? { verb: "NDATA", ...node } : { verb: "DDATA", ...node, device }),
      payload,
    );
  }

  function pump(): void {
    if (edge.phase() !== "live" || !context.mayDeliver()) return;
    const { epoch, outgoing } = delivery.take();
    for (const { entry, historical: isLate } of outgoing) {
      const { device, body, offset } = entry;
      const historical = isLate || !edge.isBorn(device);
      const seq = edge.dataSeq(device, historical)!;
      const held = device === null ? { oldest: context.oldest() } : {};
      const sealed = sealRecord(body, { epoch, offset, seq, historical, ...held });
      const message =
        isLate && deflates && context.thrifty ? squeezed(sealed, { timestamp: clock.now(), seq }) : sealed;
      if (isLate) delivery.sentAs(entry, message.length);
      publishData(device, message);
    }
    if (host === "plain") void probe();
  }

  /** Plain hosts: what is in flight when a ping goes out has reached the broker when the answer comes. */
  async function probe(): Promise<void> {
    const arrived = probing ? undefined : delivery.checkpoint();
    if (!arrived || !connection) return;
    probing = true;
    await connection.ping();
    probing = false;
    arrived();
    pump();
  }

  function onNodeCommand(payload: Payload): void {
    const others = payload.metrics.filter(({ name, value }) => {
      if (name === names.receipt) {
        // Whoever is said to give no receipts is not believed one.
        if (host === "weir") delivery.onReceipt(String(value));
      } else if (name === names.accepts) deflates = String(value).split(" ").includes("DEFLATE");
      else if (name === names.rejected) delivery.onRejection(String(value));
      else return name !== names.rebirth;
      return false;
    });
    if (others.length > 0) context.onCommand(undefined, { ...payload, metrics: others });
  }

  return {
    will: (): Will => edge.open(context.bdSeq, clock.now()),

    /** Subscribes, then births, at once or as soon as the primary host is online. */
    async start(opened: Connection): Promise<void> {
      connection = opened;
      void opened.closed.then(edge.disconnected);
      await opened.subscribe(edge.subscriptions());
      perform(edge.subscribed(clock.now()));
    },

    onMessage(name: string, bytes: Uint8Array): void {
      const topic = parseTopic(name);
      if (topic) perform(edge.received(topic, bytes, clock.now()));
      else context.onNonsense();
    },

    onDevice(changed: DeviceChange): void {
      const at = clock.now();
      if (changed.change === "list") perform(edge.rebirth(at));
      else if (changed.change === "offline") perform(edge.deviceDied(changed.state.device, at));
      else perform(edge.deviceBorn(changed.state.device, birthMetrics(changed.state, about()), at));
    },

    /** A record that the disk would not take goes out as plain Sparkplug: better seen once than not at all. */
    onUnsaved({ device, body }: OutboxRecord): void {
      if (!context.mayDeliver()) return;
      const seq = edge.dataSeq(device);
      if (seq !== undefined) publishData(device, withSeq(body, seq));
    },

    pump,

    /** To be called about once a second. */
    tick(): void {
      const isNews = edge.phase() === "live" && formatFormers(context.formers()) !== toldFormers;
      if (rebirthDue || isNews) rebirth();
      if (edge.phase() === "live" && host === "weir") delivery.expire();
      pump();
    },

    /** A planned end says so itself. */
    end: (): void => perform(edge.stop(clock.now())),
  };
}
