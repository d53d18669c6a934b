import type { Clock } from "@weir/wire/clock.ts";
import type { Logger } from "pino";
import type { Directory } from "../ingest/directory.ts";
import type { IngestStats } from "../ingest/ingest.ts";
import type { Latest } from "../ingest/latest.ts";
import type { DaysBook } from "../ledger/days-book.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Point, Store } from "../store/store.ts";
import { type CloudLook, cloudFacts, dayFacts, deviceFacts, gatewayFacts } from "./facts.ts";

export type FactsOptions = {
  readonly host: string;
  readonly store: Pick<Store, "write">;
  readonly directory: Pick<Directory, "gateways" | "devices">;
  readonly latest: Pick<Latest, "ofDevice">;
  readonly ledger: Ledger;
  readonly days: Pick<DaysBook, "devices" | "takeChanged">;
  readonly stats: () => IngestStats;
  readonly process: Pick<NodeJS.Process, "memoryUsage" | "uptime">;
  readonly clock: Clock;
  readonly log: Logger;
};

export type Facts = {
  /** Minutes of which nothing or only a part was stored, because the store was away. */
  lost(): number;
  /** Ends after the write that is under way has ended or been given up. */
  close(): Promise<void>;
};

const everyMs = 60_000;
const patienceMs = 20_000;
/** After a start gateways need a moment to connect; until then "offline" would be a guess. */
const settlingMs = 30_000;
const pointsAtOnce = 5000;

/**
 * Writes what the cloud knows as points, at each full minute of the wall clock, and with each full hour the rates of the days that have changed,
 * today's so far among them. Nothing is kept for later: a minute whose points the
 * store does not take within 20 s is lost and counted, so that what the cloud says about others never weighs on it. The rates of days wait for the next hour.
 */
export function startFacts(options: FactsOptions): Facts {
  const { host, store, directory, latest, ledger, days, stats, clock, log } = options;
  const stop = new AbortController();
  let lost = 0;
  let before: CloudLook | undefined;
  /** Days whose rates are still to be written; at most one for each device and kept day. */
  const due = new Map<string, ReturnType<typeof days.takeChanged>[number]>();

  function gather(at: number): readonly Point[] {
    const look = lookAt(stats(), options.process);
    const [gateways, devices] = [directory.gateways(), directory.devices()];
    const points = [
      ...cloudFacts(host, look, before, { gateways, devices, lost }, at),
      ...gatewayFacts(gateways, ledger.gateways(), at),
      ...deviceFacts(devices, latest, at),
    ];
    before = look;
    return points;
  }

  async function write(points: readonly Point[], signal: AbortSignal): Promise<void> {
    for (let from = 0; from < points.length; from += pointsAtOnce) {
      const { rejected } = await store.write(points.slice(from, from + pointsAtOnce), signal);
      if (rejected[0]) throw new Error(`${rejected.length} refused: ${rejected[0].reason}`);
    }
  }

  /** The rates of days that have changed, once an hour. What the store does not take now is written an hour later. */
  async function writeDays(signal: AbortSignal): Promise<void> {
    for (const each of days.takeChanged()) due.set(`${each.site}/${each.device}/${each.date}`, each);
    const taken = [...due.values()];
    await write(dayFacts(days, taken), signal);
    for (const each of taken) due.delete(`${each.site}/${each.device}/${each.date}`);
  }

  async function minutely(): Promise<void> {
    await clock.sleep(settlingMs, stop.signal);
    while (!stop.signal.aborted) {
      await clock.sleep(everyMs - (clock.now() % everyMs), stop.signal);
      if (stop.signal.aborted) return;
      const patience = new AbortController();
      const signal = AbortSignal.any([stop.signal, patience.signal]);
      const wrote = new AbortController();
      const began = clock.monotonic();
      void clock.sleep(patienceMs, wrote.signal).then(() => patience.abort(new Error("no answer within 20 s")));
      try {
        const at = clock.now() - (clock.now() % everyMs);
        await write(gather(at), signal);
        if (at % 3_600_000 === 0) await writeDays(signal);
      } catch (error) {
        if (stop.signal.aborted) return;
        lost++;
        log.debug({ reason: (error as Error).message, lost }, "the facts of a minute are lost");
      } finally {
        wrote.abort();
        lost += Math.floor((clock.monotonic() - began) / everyMs);
      }
    }
  }

  const writing = minutely();
  return {
    lost: () => lost,
    async close() {
      stop.abort();
      await writing;
    },
  };
}

function lookAt(stats: IngestStats, { memoryUsage, uptime }: FactsOptions["process"]): CloudLook {
  return { stats, rssBytes: memoryUsage().rss, uptimeSeconds: uptime() };
}
