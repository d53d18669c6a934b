import { names } from "../names.ts";
import { formatTopic, type Topic } from "../topics.ts";
import { type BirthTable, birthTable, explainsItself, resolvePayload } from "./births.ts";
import { encodePayload } from "./encode.ts";
import { DataType, type Payload } from "./payload.ts";

export type HostOptions = {
  /** How long a message that came before its turn waits for the ones before it. [operational-behavior-host-reordering-param] */
  readonly reorderMs: number;
  /** Least time between two rebirth requests to one node. */
  readonly rebirthEveryMs: number;
};

export type HostEvent = BirthEvent | DataEvent | StaleEvent | RebirthEvent | GapEvent | IgnoredEvent;

type OfNode = { readonly group: string; readonly node: string };
type Told = OfNode & {
  readonly device: string | undefined;
  /** Every metric with name and datatype. */
  readonly payload: Payload;
  /** Metrics left out, because no birth explains them. */
  readonly unresolved: number;
  /** The message came after its turn was given up, or is a duplicate. */
  readonly late: boolean;
};
/** What NBIRTH or DBIRTH said, values included. */
export type BirthEvent = Told & { readonly type: "birth" };
/** NDATA or DDATA. */
export type DataEvent = Told & { readonly type: "data" };
/** All metrics of the device, or of the node itself, are stale from now on. A dead node's devices each get their own event. */
export type StaleEvent = OfNode & {
  readonly type: "stale";
  readonly device: string | undefined;
  readonly reason: string;
};
/** So many messages of this node did not come: their numbers were passed over. Two hundred and fifty-six in a row do not show. */
export type GapEvent = OfNode & { readonly type: "gap"; readonly missed: number };
/** Send rebirthCommand to this node. */
export type RebirthEvent = OfNode & { readonly type: "rebirth"; readonly reason: string };
export type IgnoredEvent = OfNode & { readonly type: "ignored"; readonly topic: Topic; readonly reason: string };

/** Messages ahead of their turn that a node may have waiting; one more and the gap is given up at once. */
const mostWaiting = 64;

type Session = {
  readonly group: string;
  readonly node: string;
  /** undefined: no birth seen, or dead. */
  live:
    | {
        readonly bdSeq: bigint | undefined;
        expected: number;
        own: BirthTable;
        readonly devices: Map<string, BirthTable>;
      }
    | undefined;
  waiting: Waiting[];
  giveUpAt: number | undefined;
  rebirthAt: number;
};
type EdgeTopic = Exclude<Topic, { verb: "STATE" }>;
type Waiting = { readonly topic: EdgeTopic; readonly payload: Payload; readonly seq: number };

/**
 * The session rules of a host that watches many edge nodes (Sparkplug 3.0 §5), without I/O or clock: calls are what happened, the answers
 * what to do, in order. `now` is ms of one monotonic clock. No data message is ever held back for good: what a birth would have to explain
 * is counted as unresolved, everything else is delivered, in the order of seq where that can be had within reorderMs.
 */
export function hostSession({ reorderMs, rebirthEveryMs }: HostOptions) {
  const sessions = new Map<string, Session>();
  const waitingSessions = new Set<Session>();

  function sessionOf({ group, node }: EdgeTopic): Session {
    const key = `${group}/${node}`;
    const known = sessions.get(key);
    if (known) return known;
    const session: Session = { group, node, live: undefined, waiting: [], giveUpAt: undefined, rebirthAt: -Infinity };
    sessions.set(key, session);
    return session;
  }

  function askRebirth(session: Session, now: number, reason: string): HostEvent[] {
    if (now - session.rebirthAt < rebirthEveryMs) return [];
    session.rebirthAt = now;
    return [{ type: "rebirth", group: session.group, node: session.node, reason }];
  }

  function takeTurn(session: Session, message: Waiting, now: number): HostEvent[] {
    const { live } = session;
    if (!live) return withoutBirth(session, message, now, "data before birth");
    const ahead = (message.seq - live.expected + 256) % 256;
    if (ahead === 0) {
      live.expected = (live.expected + 1) % 256;
      return [...deliver(session, message, now, false), ...takeWaiting(session, now)];
    }
    if (ahead >= 128)
      return [
        ...deliver(session, message, now, true),
        ...askRebirth(session, now, `seq ${message.seq} came late or twice`),
      ];
    session.waiting.push(message);
    session.giveUpAt ??= now + reorderMs;
    waitingSessions.add(session);
    return session.waiting.length > mostWaiting ? giveUpGap(session, now) : [];
  }

  /** Delivers those waiting whose turn has come. */
  function takeWaiting(session: Session, now: number): HostEvent[] {
    const events: HostEvent[] = [];
    while (session.live) {
      const { expected } = session.live;
      const next = session.waiting.find(({ seq }) => seq === expected);
      if (!next) break;
      session.waiting = session.waiting.filter((message) => message !== next);
      session.live.expected = (expected + 1) % 256;
      events.push(...deliver(session, next, now, false));
    }
    if (session.waiting.length > 0) session.giveUpAt = now + reorderMs;
    else stopWaiting(session);
    return events;
  }

  function stopWaiting(session: Session): void {
    session.giveUpAt = undefined;
    waitingSessions.delete(session);
  }

  /** [operational-behavior-host-reordering-rebirth] */
  function giveUpGap(session: Session, now: number): HostEvent[] {
    const { expected } = session.live ?? {};
    return [...giveUp(session, now), ...askRebirth(session, now, `seq ${expected} did not come`)];
  }

  /** Delivers all that wait, in the order of seq, and goes on behind them. */
  function giveUp(session: Session, now: number): HostEvent[] {
    const expected = session.live?.expected ?? 0;
    const turn = ({ seq }: Waiting) => (seq - expected + 256) % 256;
    const waiting = session.waiting.toSorted((a, b) => turn(a) - turn(b));
    session.waiting = [];
    stopWaiting(session);
    const last = waiting[waiting.length - 1];
    const missed = last ? turn(last) + 1 - waiting.length : 0;
    if (last && session.live) session.live.expected = (last.seq + 1) % 256;
    const { group, node } = session;
    return [
      ...(missed > 0 ? [{ type: "gap", group, node, missed } as const] : []),
      ...waiting.flatMap((message) => deliver(session, message, now, false)),
    ];
  }

  function deliver(session: Session, { topic, payload }: Waiting, now: number, late: boolean): HostEvent[] {
    const { group, node } = session;
    const { device } = topic;
    const { live } = session;
    if (!live) return withoutBirth(session, { topic, payload, seq: 0 }, now, "data before birth");
    if (topic.verb === "DBIRTH" && device !== undefined) {
      live.devices.set(device, birthTable(payload.metrics));
      return [{ type: "birth", group, node, device, ...resolvePayload(payload, []), late }];
    }
    if (topic.verb === "DDEATH") {
      live.devices.delete(device ?? "");
      return [{ type: "stale", group, node, device, reason: "DDEATH" }];
    }
    const own = device === undefined ? live.own : live.devices.get(device);
    if (!own) return withoutBirth(session, { topic, payload, seq: 0 }, now, `data of ${device} before its birth`);
    // Aliases are unique in a node [payloads-alias-uniqueness], so a device may use what the NBIRTH defined.
    const resolved = resolvePayload(payload, [own, live.own]);
    const events: HostEvent[] = [{ type: "data", group, node, device, ...resolved, late }];
    if (resolved.unresolved > 0) events.push(...askRebirth(session, now, "metrics that no birth explains"));
    return events;
  }

  function withoutBirth(session: Session, { topic, payload }: Waiting, now: number, reason: string): HostEvent[] {
    const { group, node } = session;
    const { device } = topic;
    // The backlog of a device that has died or is gone needs no birth.
    const asked = isHistory(payload) ? [] : askRebirth(session, now, reason);
    if (topic.verb === "DDEATH") return [{ type: "stale", group, node, device, reason: "DDEATH" }, ...asked];
    const type = topic.verb === "DBIRTH" ? "birth" : "data";
    return [{ type, group, node, device, ...resolvePayload(payload, []), late: false }, ...asked];
  }

  function nodeBorn(session: Session, payload: Payload, now: number): HostEvent[] {
    const { group, node } = session;
    const before = giveUp(session, now);
    const isRebirth = session.live?.bdSeq === bdSeqOf(payload);
    if (!isRebirth) before.push(...goStale(session, "a new session began"));
    const own = birthTable(payload.metrics);
    session.live = { bdSeq: bdSeqOf(payload), expected: ((payload.seq ?? 0) + 1) % 256, own, devices: new Map() };
    return [...before, { type: "birth", group, node, device: undefined, ...resolvePayload(payload, []), late: false }];
  }

  function nodeDied(session: Session, topic: EdgeTopic, payload: Payload, now: number): HostEvent[] {
    const { group, node, live } = session;
    const bdSeq = bdSeqOf(payload);
    // [operational-behavior-edge-node-termination-host-action-ndeath-node-offline]: only the death of the session that lives
    if (!live || live.bdSeq !== bdSeq) {
      const reason = live ? `bdSeq ${bdSeq} is not that of the live session, ${live.bdSeq}` : "the node is not alive";
      return [{ type: "ignored", group, node, topic, reason }];
    }
    return [...giveUp(session, now), ...goStale(session, "NDEATH")];
  }

  /** [operational-behavior-edge-node-termination-host-action-ndeath-node-tags-stale, -devices-tags-stale] */
  function goStale(session: Session, reason: string): HostEvent[] {
    const { group, node, live } = session;
    session.live = undefined;
    if (!live) return [];
    const devices = [undefined, ...live.devices.keys()];
    return devices.map((device) => ({ type: "stale", group, node, device, reason }));
  }

  return {
    /** A message of an edge node. Commands and host states are ignored. */
    received(topic: Topic, payload: Payload, now: number): readonly HostEvent[] {
      if (topic.verb === "STATE" || topic.verb === "NCMD" || topic.verb === "DCMD") return [];
      const session = sessionOf(topic);
      if (topic.verb === "NBIRTH") return nodeBorn(session, payload, now);
      if (topic.verb === "NDEATH") return nodeDied(session, topic, payload, now);
      const { seq } = payload;
      if (seq !== undefined && seq < 256) return takeTurn(session, { topic, payload, seq }, now);
      const { group, node } = session;
      const reason = `seq ${seq} is not a number from 0 to 255`;
      if (!explainsItself(payload)) return [{ type: "ignored", group, node, topic, reason }];
      return deliver(session, { topic, payload, seq: 0 }, now, true);
    },

    /** When `expire` is due next; undefined while nothing waits. */
    due(): number | undefined {
      let first: number | undefined;
      for (const { giveUpAt } of waitingSessions)
        if (giveUpAt !== undefined && (first === undefined || giveUpAt < first)) first = giveUpAt;
      return first;
    },

    /** Gives up the gaps whose time is over: delivers what waited, then asks for a rebirth. */
    expire(now: number): readonly HostEvent[] {
      const over = [...waitingSessions].filter(({ giveUpAt }) => giveUpAt !== undefined && giveUpAt <= now);
      return over.flatMap((session) => giveUpGap(session, now));
    },

    /** The host's own connection is lost: what waited is delivered, everything is stale, and births must come again. */
    lost(now: number): readonly HostEvent[] {
      return [...sessions.values()].flatMap((session) => [
        ...giveUp(session, now),
        ...goStale(session, "the host lost its connection"),
      ]);
    },

    /** True between a node's birth and its death. */
    isAlive(group: string, node: string): boolean {
      return sessions.get(`${group}/${node}`)?.live !== undefined;
    },
  };
}

/** The NCMD that asks a node for all its births, sent at epoch ms `at`; QoS 0, not retained. */
export function rebirthCommand(group: string, node: string, at: number): { topic: string; payload: Uint8Array } {
  const metrics = [{ name: names.rebirth, timestamp: at, datatype: DataType.Boolean, value: true }];
  return { topic: formatTopic({ verb: "NCMD", group, node }), payload: encodePayload({ timestamp: at, metrics }) };
}

function isHistory(payload: Payload): boolean {
  return (
    explainsItself(payload) && payload.metrics.every(({ isHistorical, isTransient }) => isHistorical || isTransient)
  );
}

function bdSeqOf(payload: Payload): bigint | undefined {
  const value = payload.metrics.find(({ name }) => name === names.bdSeq)?.value;
  return typeof value === "bigint" || Number.isSafeInteger(value) ? BigInt(value as bigint | number) : undefined;
}
