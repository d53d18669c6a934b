import type { Clock } from "@weir/wire/clock.ts";
import { names } from "@weir/wire/names.ts";
import { sealRecord } from "@weir/wire/record.ts";
import { decodePayload } from "@weir/wire/sparkplug/decode.ts";
import type { Payload } from "@weir/wire/sparkplug/payload.ts";
import { formatTopic, parseTopic, type Verb } from "@weir/wire/topics.ts";
import type { OutboxRecord } from "../outbox/outbox.ts";
import { encodeDeviceBirth, encodeDeviceDeath, encodeNodeBirth, encodeNodeDeath, withSeq } from "./births.ts";
import type { Connection, Will } from "./connection.ts";
import type { Delivery } from "./delivery.ts";
import type { DeviceBook, DeviceChange } from "./devices.ts";
import { type HostState, newerState, parseHostState } from "./state.ts";

export type SessionContext = {
  readonly site: string;
  readonly gateway: string;
  readonly host: "weir" | "plain";
  readonly primary?: string;
  readonly bdSeq: number;
  /** The outbox's, at this moment. */
  readonly epoch: () => number;
  readonly devices: DeviceBook;
  readonly delivery: Delivery;
  readonly onCommand: (device: string | undefined, payload: Payload) => void;
  /** Births have gone out. */
  readonly onBorn: () => void;
  /** A message that is not what its topic says. */
  readonly onNonsense: () => void;
  /** The primary host went offline: the session has to end. */
  readonly onPrimaryGone: () => void;
  readonly clock: Clock;
};

/** Births that are asked for sooner after the last ones wait so long: a host in trouble must not make a storm. */
const rebirthMs = 5000;

/** The Sparkplug side of one MQTT session: births, deaths, sequence numbers, and who gets which message. */
export type Session = ReturnType<typeof createSession>;

export function createSession(context: SessionContext) {
  const { site, gateway, host, primary, bdSeq, devices, delivery, clock } = context;
  let connection: Connection | undefined;
  let primaryState: HostState | undefined;
  let seq = 0;
  let born = false;
  let bornAt = Number.NEGATIVE_INFINITY;
  let rebirthDue = false;
  let probing = false;

  const topic = (verb: Verb, device?: string) =>
    formatTopic({ verb, group: site, node: gateway, ...(device === undefined ? {} : { device }) });
  const publish = (verb: Verb, device: string | undefined, payload: Uint8Array) =>
    connection?.publish(topic(verb, device), payload);
  const publishData = (device: string | null, payload: Uint8Array) =>
    device === null ? publish("NDATA", undefined, payload) : publish("DDATA", device, payload);
  const death = () => encodeNodeDeath({ bdSeq, at: clock.now() });
  const nextSeq = () => {
    seq = (seq + 1) % 256;
    return seq;
  };

  function bear(): void {
    const [at, epoch] = [clock.now(), context.epoch()];
    [born, bornAt, rebirthDue, seq] = [true, clock.monotonic(), false, 0];
    publish("NBIRTH", undefined, encodeNodeBirth(devices.node(), { bdSeq, epoch, at }));
    for (const device of devices.devices()) {
      publish("DBIRTH", device.device, encodeDeviceBirth(device, { seq: nextSeq(), epoch, at }));
      if (!device.online) publish("DDEATH", device.device, encodeDeviceDeath({ seq: nextSeq(), at }));
    }
    context.onBorn();
    pump();
  }

  function rebirth(): void {
    rebirthDue = born;
    if (born && clock.monotonic() - bornAt >= rebirthMs) bear();
  }

  function pump(): void {
    if (!born) return;
    const { epoch, outgoing } = delivery.take();
    for (const { entry, historical } of outgoing)
      publishData(entry.device, sealRecord(entry.body, { epoch, offset: entry.offset, seq: nextSeq(), historical }));
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
      if (name === names.receipt) delivery.onReceipt(String(value));
      else if (name === names.rejected) delivery.onRejection(String(value));
      else if (name === names.rebirth) value === true && rebirth();
      else return true;
      return false;
    });
    if (others.length > 0) context.onCommand(undefined, { ...payload, metrics: others });
    pump();
  }

  function onPrimary(bytes: Uint8Array): void {
    const heard = parseHostState(bytes);
    if (!heard) {
      context.onNonsense();
      return;
    }
    primaryState = newerState(primaryState, heard);
    if (primaryState.online && !born) bear();
    if (!primaryState.online && born) context.onPrimaryGone();
  }

  return {
    will: (): Will => ({ topic: topic("NDEATH"), payload: death() }),

    /** Subscribes, then births, at once or as soon as the primary host is online. */
    async start(opened: Connection): Promise<void> {
      connection = opened;
      const state = primary === undefined ? [] : [formatTopic({ verb: "STATE", host: primary })];
      // [tck-id-message-flow-edge-node-ncmd-subscribe]
      await connection.subscribe([topic("NCMD"), `${topic("DCMD", "d").slice(0, -1)}+`, ...state]);
      if (primary === undefined) bear();
    },

    onMessage(name: string, bytes: Uint8Array): void {
      const about = parseTopic(name);
      if (about?.verb === "STATE") {
        if (about.host === primary) onPrimary(bytes);
        return;
      }
      const payload = decodePayload(bytes);
      if ("error" in payload) context.onNonsense();
      else if (about?.verb === "NCMD") onNodeCommand(payload);
      else if (about?.verb === "DCMD") context.onCommand(about.device, payload);
    },

    onDevice(changed: DeviceChange): void {
      if (!born) return;
      if (changed.change === "list") {
        bear();
        return;
      }
      const { device, change } = changed;
      const state = devices.devices().find((each) => each.device === device);
      const numbered = { seq: nextSeq(), epoch: context.epoch(), at: clock.now() };
      if (change === "offline") publish("DDEATH", device, encodeDeviceDeath(numbered));
      else if (state) publish("DBIRTH", device, encodeDeviceBirth(state, numbered));
    },

    /** A record that the disk would not take goes out as plain Sparkplug: better seen once than not at all. */
    onUnsaved({ device, body }: OutboxRecord): void {
      if (born) publishData(device, withSeq(body, nextSeq()));
    },

    pump,

    /** To be called about once a second. */
    tick(): void {
      if (rebirthDue) rebirth();
      if (born && host === "weir") delivery.expire();
      pump();
    },

    /** A planned end says so itself. [tck-id-operational-behavior-edge-node-intentional-disconnect-ndeath] */
    end(): void {
      if (born) publish("NDEATH", undefined, death());
      born = false;
    },
  };
}
