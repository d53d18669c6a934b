import { names } from "../names.ts";
import { formatTopic, type Topic, type Verb } from "../topics.ts";
import { decodePayload } from "./decode.ts";
import { encodePayload } from "./encode.ts";
import { DataType, type Metric, type Payload } from "./payload.ts";
import { decodeState, type HostState } from "./state.ts";

export type EdgeOptions = {
  readonly group: string;
  readonly node: string;
  /** Births wait until this host says that it is online, and the session ends when it goes offline. */
  readonly primaryHost?: string;
  /** What the births shall say now: every metric that will ever be sent, with name, datatype and its value or isNull. */
  births(): Births;
};

export type Births = {
  readonly node: readonly Metric[];
  readonly devices: Iterable<DeviceBirth>;
};

/** alive false: the device is born, so that its backlog may go out, and at once declared dead. */
export type DeviceBirth = { readonly device: string; readonly metrics: readonly Metric[]; readonly alive: boolean };

export type Message = {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
  readonly retain: false;
};

export type EdgeAction =
  | ({ readonly type: "publish" } & Message)
  /** An NCMD or DCMD for this node, as it came; a rebirth in it has its own action. */
  | { readonly type: "command"; readonly device: string | undefined; readonly payload: Payload }
  /** The host asks for all births again: call rebirth, now or soon. */
  | { readonly type: "rebirth" }
  /** End the connection; open the next one with the next bdSeq. */
  | { readonly type: "disconnect"; readonly reason: string }
  | { readonly type: "fault"; readonly error: string };

/** closed: no connection. connecting: the will is made. waiting: for the primary host. live: born, data may go out. */
export type EdgePhase = "closed" | "connecting" | "waiting" | "live";

/** The bdSeq of the CONNECT after the one with `previous`. [tck-id-topics-nbirth-bdseq-increment] */
export function nextBdSeq(previous: number | undefined): number {
  return previous === undefined ? 0 : (previous + 1) % 256;
}

/**
 * The session rules of an edge node (Sparkplug 3.0 §5), without I/O or clock: calls are what happened, the answers what to do, in order.
 * `at` is epoch ms. Topics in the comments are tck ids of the specification.
 */
export function edgeSession({ group, node, primaryHost, births }: EdgeOptions) {
  let phase: EdgePhase = "closed";
  let bdSeq = 0;
  let seq = 0;
  let host: HostState | undefined;
  /** Devices with a DBIRTH in this session, and those of them without a DDEATH since. */
  const born = new Set<string>();
  const alive = new Set<string>();

  const takeSeq = () => {
    const taken = seq;
    seq = (seq + 1) % 256;
    return taken;
  };

  const publish = (verb: Verb, payload: Payload, device?: string): EdgeAction => ({
    type: "publish",
    topic: formatTopic(device === undefined ? { verb, group, node } : { verb, group, node, device }),
    payload: encodePayload(payload),
    qos: 0,
    retain: false,
  });

  const bdSeqMetric = (): Metric => ({ name: names.bdSeq, datatype: DataType.Int64, value: BigInt(bdSeq) });

  /** [payloads-ndeath-will-message] */
  const death = (at: number): Message => ({
    topic: formatTopic({ verb: "NDEATH", group, node }),
    payload: encodePayload({ timestamp: at, metrics: [bdSeqMetric()] }),
    qos: 1,
    retain: false,
  });

  function deviceBirth(device: string, metrics: readonly Metric[], at: number): EdgeAction {
    born.add(device);
    alive.add(device);
    return publish("DBIRTH", { timestamp: at, metrics: stamped(metrics, at), seq: takeSeq() }, device);
  }

  /** [operational-behavior-device-ddeath] */
  function deviceDeath(device: string, at: number): EdgeAction[] {
    return alive.delete(device) ? [publish("DDEATH", { timestamp: at, metrics: [], seq: takeSeq() }, device)] : [];
  }

  /** [topics-nbirth-seq-num, -bdseq-included, -rebirth-metric; message-flow-device-birth-publish-nbirth-wait] */
  function beBorn(at: number): EdgeAction[] {
    phase = "live";
    seq = 0;
    born.clear();
    alive.clear();
    const { node: metrics, devices } = births();
    const rebirth: Metric = { name: names.rebirth, datatype: DataType.Boolean, value: false };
    const nodeMetrics = stamped([bdSeqMetric(), rebirth, ...metrics], at);
    const actions = [publish("NBIRTH", { timestamp: at, metrics: nodeMetrics, seq: takeSeq() })];
    for (const birth of devices) {
      actions.push(deviceBirth(birth.device, birth.metrics, at));
      if (!birth.alive) actions.push(...deviceDeath(birth.device, at));
    }
    return actions;
  }

  function die(at: number, reason: string): EdgeAction[] {
    const wasLive = phase === "live";
    phase = "closed";
    const last: EdgeAction[] = wasLive ? [{ type: "publish", ...death(at) }] : [];
    return [...last, { type: "disconnect", reason }];
  }

  function hostSaid(bytes: Uint8Array, at: number): EdgeAction[] {
    const state = decodeState(bytes);
    if ("error" in state) return [{ type: "fault", error: state.error }];
    // [message-flow-edge-node-birth-publish-phid-timestamp, -phid-offline]
    if (host && state.timestamp < host.timestamp) return [];
    host = state;
    if (state.online) return phase === "waiting" ? beBorn(at) : [];
    return phase === "live" ? die(at, `primary host ${primaryHost} is offline`) : [];
  }

  function commanded(device: string | undefined, bytes: Uint8Array): EdgeAction[] {
    const payload = decodePayload(bytes);
    if ("error" in payload) return [{ type: "fault", error: `command: ${payload.error}` }];
    const command: EdgeAction = { type: "command", device, payload };
    const wantsRebirth = phase === "live" && device === undefined && payload.metrics.some(isRebirth);
    return wantsRebirth ? [command, { type: "rebirth" }] : [command];
  }

  return {
    phase: () => phase,

    /** Before CONNECT, with the bdSeq that the caller has made durable: the will to connect with. */
    open(nextSession: number, at: number): Message {
      phase = "connecting";
      bdSeq = nextSession;
      host = undefined;
      return death(at);
    },

    /** Subscribe to these at QoS 1 once connected, and wait for the SUBACK before `subscribed`. [message-flow-edge-node-ncmd-subscribe] */
    subscriptions(): readonly string[] {
      const own = [
        formatTopic({ verb: "NCMD", group, node }),
        `${formatTopic({ verb: "DCMD", group, node, device: "x" }).slice(0, -1)}+`,
      ];
      return primaryHost === undefined ? own : [...own, formatTopic({ verb: "STATE", host: primaryHost })];
    },

    subscribed(at: number): readonly EdgeAction[] {
      if (phase !== "connecting") return [];
      phase = "waiting";
      return primaryHost === undefined || host?.online ? beBorn(at) : [];
    },

    /** All births again, as soon as the host may have them. [operational-behavior-data-commands-rebirth-action-1..3]: same bdSeq, nothing between */
    rebirth(at: number): readonly EdgeAction[] {
      return phase === "live" ? beBorn(at) : [];
    },

    received(topic: Topic, bytes: Uint8Array, at: number): readonly EdgeAction[] {
      if (phase === "closed") return [];
      if (topic.verb === "STATE") return topic.host === primaryHost ? hostSaid(bytes, at) : [];
      if (topic.group !== group || topic.node !== node) return [];
      if (topic.verb === "NCMD" || topic.verb === "DCMD") return commanded(topic.device, bytes);
      return [];
    },

    /** A device that appeared, or whose metrics changed. Nothing while not live: the births to come will say it. */
    deviceBorn(device: string, metrics: readonly Metric[], at: number): readonly EdgeAction[] {
      return phase === "live" ? [deviceBirth(device, metrics, at)] : [];
    },

    deviceDied(device: string, at: number): readonly EdgeAction[] {
      return phase === "live" ? deviceDeath(device, at) : [];
    },

    /** The device, null for the node itself, has had its birth in this session. */
    isBorn: (device: string | null): boolean => phase === "live" && (device === null || born.has(device)),

    /**
     * The seq for a data message about the device, null for the node itself; it must be published next. undefined while no data may go out:
     * not live, or no DBIRTH of the device in this session yet. History, which explains itself, needs no DBIRTH: so the backlog of a device
     * that is dead, or gone, is delivered too.
     */
    dataSeq(device: string | null, historical = false): number | undefined {
      return phase === "live" && (historical || device === null || born.has(device)) ? takeSeq() : undefined;
    },

    /** A planned end. [operational-behavior-edge-node-intentional-disconnect-ndeath] */
    stop(at: number): readonly EdgeAction[] {
      return phase === "closed" ? [] : die(at, "stopped");
    },

    /** The connection is gone; the broker publishes the will. */
    disconnected(): void {
      phase = "closed";
    },
  };
}

function isRebirth({ name, value }: Metric): boolean {
  return name === names.rebirth && value === true;
}

/** [payloads-name-birth-data-requirement]: a timestamp on every metric. */
function stamped(metrics: readonly Metric[], at: number): Metric[] {
  return metrics.map((metric) => (metric.timestamp === undefined ? { ...metric, timestamp: at } : metric));
}
