import { aboutOf } from "@weir/wire/about.ts";
import type { Clock } from "@weir/wire/clock.ts";
import type { Reply } from "@weir/wire/command.ts";
import { isControlName, names } from "@weir/wire/names.ts";
import { openRecord } from "@weir/wire/record.ts";
import { refusal } from "@weir/wire/refusal.ts";
import type { Sample } from "@weir/wire/sample.ts";
import { decodePayload } from "@weir/wire/sparkplug/decode.ts";
import { type HostEvent, hostSession, rebirthCommand } from "@weir/wire/sparkplug/host-session.ts";
import { parseTopic, type Topic } from "@weir/wire/topics.ts";
import type { Message } from "../broker/broker.ts";
import type { Outgoing } from "../host/replies.ts";
import type { LedgerBook } from "../ledger/book.ts";
import type { Point } from "../store/store.ts";
import type { Arrival } from "./batch.ts";
import { bdSeqOf, formersOf, heldOf } from "./birth.ts";
import type { DirectoryBook, KnownDevice } from "./directory-book.ts";
import type { Fault } from "./faults.ts";
import { inflated } from "./inflate.ts";
import type { LatestTable } from "./latest-table.ts";

export type IntakeOptions = {
  readonly clock: Clock;
  readonly directory: DirectoryBook;
  readonly latest: Pick<LatestTable, "died">;
  readonly add: (arrival: Arrival) => void;
  readonly ledger: Pick<LedgerBook, "holds" | "ended">;
  readonly send: (message: Outgoing) => void;
  readonly replied: (site: string, gateway: string, reply: Reply) => void;
  readonly fault: (fault: Fault) => void;
  /** How long a message that came before its turn waits for the ones before it; default 2 s. */
  readonly reorderMs?: number;
  /** Least time between two rebirth requests to one node; default 30 s. */
  readonly rebirthEveryMs?: number;
};

type Told = Extract<HostEvent, { readonly type: "birth" | "data" }>;

const maxTopics = 50_000;

/** Bytes → arrivals: topic, payload, session rules, readings. Never throws: what cannot be used is a fault of its gateway. */
export function openIntake(options: IntakeOptions) {
  const {
    clock,
    directory,
    latest,
    add,
    ledger,
    send,
    replied,
    fault,
    reorderMs = 2000,
    rebirthEveryMs = 30_000,
  } = options;
  const session = hostSession({ reorderMs, rebirthEveryMs });
  const topics = new Map<string, Topic>();

  function topicOf(text: string): Topic | undefined {
    const topic = topics.get(text) ?? parseTopic(text);
    if (topics.size >= maxTopics) topics.clear();
    if (topic) topics.set(text, topic);
    return topic;
  }

  function handle(event: HostEvent, bytes: number): void {
    const { group: site, node: gateway } = event;
    switch (event.type) {
      case "birth":
      case "data":
        if (event.unresolved > 0)
          fault({ kind: "metric", site, gateway, reason: `${event.unresolved} metrics that no birth explains` });
        if (event.type === "birth") handleBirth(event, bytes);
        else handleData(event, bytes);
        break;
      case "stale":
        if (event.device === undefined) directory.gatewayDied(site, gateway);
        else directory.deviceDied(site, gateway, event.device);
        latest.died(site, event.device ?? gateway);
        break;
      case "gap":
        fault({ kind: "gap", site, gateway, reason: `${event.missed} messages did not come`, times: event.missed });
        break;
      case "rebirth":
        send(rebirthCommand(site, gateway, clock.now()));
        fault({ kind: "session", site, gateway, reason: `asked for a rebirth: ${event.reason}` });
        break;
      case "ignored":
        fault({ kind: "session", site, gateway, reason: event.reason });
    }
  }

  /** Says whose the device is when it is another gateway's, and counts the attempt. */
  function refuses(site: string, gateway: string, device: string, historical: boolean): string | undefined {
    const owner = directory.claim(site, gateway, device, { historical });
    if (owner === undefined) return undefined;
    const reason = refusal("owner", { device, owner });
    fault({ kind: "device", site, gateway, reason });
    return reason;
  }

  function handleBirth({ group: site, node: gateway, device, payload }: Told, bytes: number): void {
    if (device === undefined) {
      directory.gatewayBorn(site, gateway, bdSeqOf(payload));
      const held = heldOf(payload);
      ledger.ended({ site, gateway }, formersOf(payload));
      if (held) ledger.holds({ site, gateway, epoch: held.epoch }, held.oldest);
    }
    if (refuses(site, gateway, device ?? gateway, false) !== undefined) return;
    const known = directory.device(site, gateway, device ?? gateway);
    directory.deviceBorn(known, device === undefined ? { ...aboutOf(payload), kind: "gateway" } : aboutOf(payload));
    for (const { name } of payload.metrics)
      if (name !== undefined && !isControlName(name)) directory.named(known, name);
    const own = payload.metrics.some(({ name }) => name === names.epoch);
    directory.heard(known, { own, clockMs: device === undefined ? payload.timestamp : undefined });
    // What our own gateways say at birth comes, or came, as a record too, and that one gets a receipt.
    if (own) return;
    const { samples } = openRecord(payload);
    gather(
      known,
      samples.filter(({ value }) => value !== null),
      bytes,
    );
  }

  function handleData({ group: site, node: gateway, device, payload }: Told, bytes: number): void {
    const record = openRecord(payload);
    const { epoch, offset } = record;
    const place = epoch === undefined || offset === undefined ? undefined : { site, gateway, epoch, offset };
    const held = device === undefined ? heldOf(payload) : undefined;
    if (held) ledger.holds({ site, gateway, epoch: held.epoch }, held.oldest);
    const refused = refuses(site, gateway, device ?? gateway, record.historical);
    if (refused !== undefined) {
      const arrivedAt = clock.monotonic();
      if (place)
        add({ device: directory.device(site, gateway, gateway), points: [], bytes, arrivedAt, place, refused });
      return;
    }
    const known = directory.device(site, gateway, device ?? gateway);
    if (device !== undefined && record.kind !== undefined) directory.kindOf(known, record.kind);
    for (const { metric, reason } of record.skipped)
      fault({ kind: "metric", site, gateway, reason: `${known.device}: ${metric}: ${reason}` });
    for (const reply of record.replies) replied(site, gateway, reply);
    if (!record.historical && !known.online && session.isAlive(site, gateway)) directory.alive(known);
    const clockMs = device === undefined && !record.historical ? payload.timestamp : undefined;
    directory.heard(known, { own: place !== undefined, clockMs });
    gather(known, record.samples, bytes, place);
  }

  function gather(device: KnownDevice, samples: readonly Sample[], bytes: number, place?: Arrival["place"]): void {
    const { site, device: name, kind } = device;
    const points: Point[] = [];
    for (const { metric, at, value, quality } of samples) {
      directory.named(device, metric);
      points.push({ site, device: name, kind, metric, at, value, quality });
    }
    if (points.length > 0 || place)
      add({ device, points, bytes, arrivedAt: clock.monotonic(), ...(place && { place }) });
  }

  return {
    take({ topic: text, payload: bytes }: Message): void {
      const topic = topicOf(text);
      if (!topic || topic.verb === "STATE") {
        fault({
          kind: "topic",
          site: "",
          gateway: "",
          reason: "not the topic of an edge node",
          topic: text.slice(0, 200),
        });
        return;
      }
      const told = decodePayload(bytes);
      const payload = "error" in told ? told : inflated(told);
      if ("error" in payload)
        fault({ kind: "payload", site: topic.group, gateway: topic.node, reason: payload.error, topic: text });
      else for (const event of session.received(topic, payload, clock.monotonic())) handle(event, bytes.length);
    },
    /** Gives up gaps whose time is over. */
    expire(): void {
      const now = clock.monotonic();
      const due = session.due();
      if (due !== undefined && due <= now) for (const event of session.expire(now)) handle(event, 0);
    },
    /** The broker was lost: nothing is known to be live. */
    lost(): void {
      for (const event of session.lost(clock.monotonic())) handle(event, 0);
    },
  };
}
