import type { Clock } from "@weir/wire/clock.ts";
import type { Payload } from "@weir/wire/sparkplug/payload.ts";
import { type Log, type Outbox, silentLog } from "../outbox/outbox.ts";
import { createBackoff } from "./backoff.ts";
import { type Connect, type Connection, type ConnectionSettings, connectMqtt, Unreachable } from "./connection.ts";
import { createDelivery, type DeliveryStatus, type WindowLimits } from "./delivery.ts";
import type { DeviceBook } from "./devices.ts";
import { createSession } from "./session.ts";

export type UplinkOptions = {
  readonly site: string;
  readonly gateway: string;
  /**
   * weir: a record is done when its receipt came. plain: a Sparkplug host without receipts; a record is done when it was
   * written to a connection on which the broker has answered a ping since: what the broker or the host loses, is lost.
   */
  readonly host: "weir" | "plain";
  /** Sparkplug primary host id: births wait until this host is online, and the session ends when it goes. */
  readonly primary?: string;
  /** See window.ts; 256 KiB when left out. */
  readonly limits?: WindowLimits;
  readonly connection: ConnectionSettings;
  readonly outbox: Outbox;
  readonly devices: DeviceBook;
  /** Whether records may go out yet; births always do. Yes when left out. */
  readonly mayDeliver?: () => boolean;
  /** See bdseq.ts. */
  readonly nextBdSeq: () => number;
  /** An NCMD (device undefined) or DCMD that is about neither receipts nor rebirth. Must not throw. */
  readonly onCommand: (device: string | undefined, payload: Payload) => void;
  readonly clock: Clock;
  /** 0 ≤ n < 1. */
  readonly random: () => number;
  readonly log?: Log;
  readonly connect?: Connect;
};

export type UplinkStatus = DeliveryStatus & {
  /** offline: no connection; waiting: connected, the primary host is not online; online: born and sending. */
  readonly state: "offline" | "waiting" | "online";
  /** Epoch ms since when it is in this state. */
  readonly since: number;
  /** Why the last connection ended or did not come up; undefined while there is one. */
  readonly why: string | undefined;
  readonly connects: number;
  readonly births: number;
};

export type Uplink = {
  status(): UplinkStatus;
  /** Resolves once stopped by the signal, with NDEATH and DISCONNECT sent if there was a connection. Never rejects. */
  readonly finished: Promise<void>;
};

/** How a connection ended: how long it was up, and whether nobody was reached at all. */
type Ended = { readonly livedMs: number; readonly why: string; readonly unreachable: boolean };

const tickMs = 1000;

/** Keeps one Sparkplug B edge-node session to the broker and delivers the outbox over it, until the signal aborts. */
export function runUplink(options: UplinkOptions, signal: AbortSignal): Uplink {
  const { mayDeliver = () => true } = options;
  const { outbox, devices, clock, random, log = silentLog, connection: settings, connect = connectMqtt } = options;
  const delivery = createDelivery({ outbox, limits: options.limits ?? { windowBytes: 256 * 1024 }, clock, log });
  const backoff = createBackoff({ random });
  const counts = { connects: 0, births: 0, nonsense: 0 };
  let shown: Pick<UplinkStatus, "state" | "since" | "why"> = { state: "offline", since: clock.now(), why: undefined };

  function show(state: UplinkStatus["state"], why?: string): void {
    shown = { state, why, since: state === shown.state ? shown.since : clock.now() };
  }

  /** One connection, from CONNECT to its end. */
  async function live(): Promise<Ended> {
    const ending = new AbortController();
    const alive = AbortSignal.any([signal, ending.signal]);
    const bdSeq = options.nextBdSeq();
    const session = createSession({
      ...options,
      bdSeq,
      thrifty: options.limits?.backlogBytesPerS !== undefined,
      delivery,
      epoch: () => outbox.epoch,
      oldest: () => outbox.stats().oldest?.offset ?? outbox.next(),
      formers: () => outbox.damage().map(({ former }) => former),
      onBorn: () => {
        counts.births += 1;
        show("online");
      },
      mayDeliver,
      onNonsense: () => {
        counts.nonsense += 1;
      },
      onEnd: (why) => ending.abort(why),
    });
    const stops: (() => void)[] = [];
    let connection: Connection | undefined;
    let upAt = 0;
    try {
      connection = await connect({ settings, will: session.will(), onMessage: session.onMessage, clock }, signal);
      upAt = clock.monotonic();
      counts.connects += 1;
      show("waiting");
      log.info({ url: settings.url, bdSeq }, "connected to the broker");
      const closed = connection.closed.then((why) => ending.abort(why));
      delivery.restart();
      stops.push(
        outbox.onAppended((_, entries) => {
          if (!mayDeliver()) return;
          delivery.appended(entries);
          session.pump();
        }),
        outbox.onUnsaved(session.onUnsaved),
        devices.onChange(session.onDevice),
      );
      await Promise.race([session.start(connection), closed]);
      while (!alive.aborted) {
        const wasHeld = !mayDeliver();
        await clock.sleep(tickMs, alive);
        if (alive.aborted) break;
        if (wasHeld && mayDeliver()) delivery.restart(); // what was appended meanwhile is backlog
        session.tick();
      }
      session.end();
      await connection.end();
      const why = String(ending.signal.reason ?? "stopped");
      return { livedMs: clock.monotonic() - upAt, why, unreachable: false };
    } catch (error) {
      await connection?.end();
      return { livedMs: 0, why: (error as Error).message, unreachable: error instanceof Unreachable };
    } finally {
      for (const stop of stops) stop();
    }
  }

  async function run(): Promise<void> {
    let told: string | undefined;
    while (!signal.aborted) {
      const { livedMs, why, unreachable } = await live();
      show("offline", why);
      if (signal.aborted) return;
      const waitMs = Math.round(backoff.next(livedMs, unreachable));
      if (livedMs > 0 || why !== told) log.warn({ url: settings.url, why, waitMs }, "no connection to the broker");
      told = why;
      await clock.sleep(waitMs, signal);
    }
  }

  const status = (): UplinkStatus => {
    const { ignored, ...rest } = delivery.status();
    const { connects, births, nonsense } = counts;
    return { ...shown, ...rest, connects, births, ignored: ignored + nonsense };
  };
  return { status, finished: run() };
}
