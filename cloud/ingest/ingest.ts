import type { Clock } from "@weir/wire/clock.ts";
import type { Logger } from "pino";
import type { Broker } from "../broker/broker.ts";
import type { CommandBook } from "../commands/book.ts";
import { isFact } from "../facts/names.ts";
import { repliesOf } from "../host/replies.ts";
import type { LedgerBook } from "../ledger/book.ts";
import type { DaysBook } from "../ledger/days-book.ts";
import { type Store, StoreUnavailable } from "../store/store.ts";
import { type Arrival, type BatchLimits, openBatcher } from "./batch.ts";
import type { DirectoryBook } from "./directory-book.ts";
import { faultLog } from "./faults.ts";
import { openIntake } from "./intake.ts";
import type { LatestTable } from "./latest-table.ts";

export type IngestOptions = {
  readonly broker: Broker;
  readonly store: Store;
  readonly ledger: LedgerBook;
  readonly days: Pick<DaysBook, "stored" | "refused" | "save">;
  readonly directory: DirectoryBook;
  readonly latest: LatestTable;
  readonly commands: Pick<CommandBook, "replied">;
  readonly limits?: Partial<BatchLimits>;
  readonly reorderMs?: number;
  readonly rebirthEveryMs?: number;
  readonly clock: Clock;
  /** 0 ≤ random() < 1, for the jitter of attempts at the store. */
  readonly random: () => number;
  readonly log: Logger;
};

export type Ingest = {
  stats(): IngestStats;
  /** Ends writing, after the write that is under way. What has no receipt stays with its gateway. Close the broker first. */
  close(): Promise<void>;
};

export type IngestStats = {
  readonly messages: number;
  /** Points the store has confirmed. */
  readonly points: number;
  readonly rejected: number;
  readonly batches: number;
  /** Time the store took for them, ms. */
  readonly writingMs: number;
  /** Arrived and not yet confirmed. */
  readonly pendingPoints: number;
  readonly pendingBytes: number;
  readonly store:
    | { readonly available: true }
    | { readonly available: false; readonly since: number; readonly reason: string };
};

/**
 * The cloud's end of the road: messages → session → points → store → ledger → receipts. Holds nothing that a gateway could not send
 * again: a receipt leaves only after the store has confirmed the write and the ledger is on disk.
 * Resolves when the broker receives. Rejects, with all of it stopped, when it cannot.
 */
export async function startIngest(options: IngestOptions): Promise<Ingest> {
  const { broker, store, ledger, days, directory, latest, commands, clock, log } = options;
  const stop = new AbortController();
  const counts = { messages: 0, points: 0, rejected: 0, batches: 0, writingMs: 0 };
  let storeState: IngestStats["store"] = { available: true };

  await fillLatest();
  const limits: BatchLimits = { points: 20_000, waitMs: 50, pendingBytes: 16 * 1024 * 1024, ...options.limits };
  const send = ({ topic, payload }: { topic: string; payload: Uint8Array }) => void broker.publish(topic, payload);

  const batcher = openBatcher({
    store,
    limits,
    clock,
    random: options.random,
    settle(arrivals, settlements, { rejected }) {
      ledger.settle(settlements);
      const at = clock.now();
      for (const settlement of settlements) for (const reply of repliesOf(settlement, at)) send(reply);
      const refused = new Set(rejected.map(({ index }) => index));
      latest.stored(confirmed(arrivals, refused));
      noteDays(days, arrivals, refused);
      counts.batches++;
      counts.rejected += rejected.length;
      counts.points += arrivals.reduce((sum, { points }) => sum + points.length, 0) - rejected.length;
      directory.announce();
    },
    onWritten(ms) {
      counts.writingMs += ms;
    },
    onStore(trouble) {
      storeState = trouble ? { available: false, since: clock.now(), reason: trouble.message } : { available: true };
      if (!trouble) log.info("the store takes readings again");
      else if (trouble instanceof StoreUnavailable)
        log.warn({ reason: trouble.message }, "the store does not take readings");
      else log.error({ err: trouble }, "writing failed");
    },
  });
  const intake = openIntake({
    ...options,
    add(arrival) {
      if (arrival.place) ledger.arrived(arrival.place, arrival.place.offset);
      batcher.add(arrival);
    },
    ledger,
    send,
    replied: commands.replied,
    fault: faultLog(log, clock, directory.fault),
  });

  const writing = batcher.run(stop.signal);
  const minding = mind(stop.signal);
  async function close(): Promise<void> {
    stop.abort();
    await Promise.all([writing, minding]);
    directory.save();
  }
  try {
    await broker.start({
      take(message) {
        counts.messages++;
        try {
          intake.take(message);
        } catch (error) {
          // Without a receipt its gateway keeps the record and sends it again.
          log.error({ err: error, topic: message.topic }, "message not taken");
        }
        return batcher.full();
      },
      up: () => undefined,
      down() {
        intake.lost();
        directory.announce();
      },
    });
  } catch (error) {
    await close();
    throw error;
  }

  /** What is due by time: gaps to give up, news to tell, the directory to save. */
  async function mind(signal: AbortSignal): Promise<void> {
    for (let turn = 0; !signal.aborted; turn++) {
      await clock.sleep(200, signal);
      try {
        intake.expire();
        directory.announce();
        if (turn % 25 === 24) directory.save();
        if (turn % 5 === 4) days.save(daysAtOnce);
      } catch (error) {
        log.error({ err: error }, "directory or days are not kept");
      }
    }
  }

  async function fillLatest(): Promise<void> {
    const gateways = new Map(directory.devices().map(({ site, gateway, device }) => [`${site}/${device}`, gateway]));
    try {
      const points = (await store.latest(stop.signal)).filter(
        (point) => !isFact(point) && (gateways.size === 0 || gateways.has(`${point.site}/${point.device}`)),
      );
      latest.fill(points, (site, device) => gateways.get(`${site}/${device}`) ?? "");
    } catch (error) {
      log.warn({ reason: (error as Error).message }, "the latest values of before are not known");
    }
  }

  return {
    stats() {
      const { bytes, points } = batcher.pending();
      return { ...counts, pendingBytes: bytes, pendingPoints: points, store: storeState };
    },
    close,
  };
}

/** So many days of devices are written each second: after midnight, or after an outage, all have changed. */
const daysAtOnce = 500;

function noteDays(days: IngestOptions["days"], arrivals: readonly Arrival[], refused: ReadonlySet<number>): void {
  let index = 0;
  for (const { device, points } of arrivals) {
    const from = index;
    index += points.length;
    if (refused.size === 0) days.stored(device, points);
    else {
      days.stored(
        device,
        points.filter((_, at) => !refused.has(from + at)),
      );
      for (const [at, point] of points.entries()) if (refused.has(from + at)) days.refused(device, point.at);
    }
  }
}

function* confirmed(arrivals: readonly Arrival[], refused: ReadonlySet<number>) {
  let index = 0;
  for (const { device, points } of arrivals)
    for (const point of points)
      if (!refused.has(index++)) yield { ...point, gateway: device.gateway, online: device.online };
}
