import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Clock } from "@weir/wire/clock.ts";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { openAlarms } from "./alarms/book.ts";
import { tellStore } from "./alarms/tell.ts";
import { buildApi } from "./api/api.ts";
import type { Broker } from "./broker/broker.ts";
import { openCommands } from "./commands/book.ts";
import type { CloudConfig } from "./config.ts";
import { deriver } from "./derived/derive.ts";
import { withJudged } from "./derived/directory.ts";
import { startFacts } from "./facts/write.ts";
import { openDirectory } from "./ingest/directory-book.ts";
import { startIngest } from "./ingest/ingest.ts";
import { latestTable } from "./ingest/latest-table.ts";
import { openLedger } from "./ledger/book.ts";
import { openDays } from "./ledger/days-book.ts";
import { measure, troublesOf } from "./measure.ts";
import { openRollUpBook } from "./rollup/book.ts";
import { startRollUps } from "./rollup/job.ts";
import { markedStore } from "./rollup/marked.ts";
import { seriesReader, shortestWindow } from "./rollup/read.ts";
import { nameOf, openStore } from "./store/open.ts";

export type Surroundings = {
  readonly clock: Clock;
  /** 0 ≤ n < 1. */
  readonly random: () => number;
  readonly log: Logger;
};

export type Cloud = {
  /** Where the API and the console answer. */
  readonly url: string;
  /** Who may log in from now on; undefined with an external broker. */
  readonly replaceCredentials:
    | ((credentials: Extract<CloudConfig["broker"], { kind: "own" }>["credentials"]) => void)
    | undefined;
  /** Offline first, then what is under way is finished, then everything is closed. What has no receipt stays with its gateway. */
  close(): Promise<void>;
};

/** broker → ingest → store → ledger → receipt, and what people see of it. Rejects with the reason when a part cannot start; then nothing is left open. */
export async function runCloud(config: CloudConfig, { clock, random, log }: Surroundings): Promise<Cloud> {
  const { hostId, cloudFile: file } = config;
  mkdirSync(dirname(file), { recursive: true });
  const opened: (() => unknown)[] = [];
  const close = async () => {
    for (const step of opened.splice(0).reverse()) await step();
  };
  try {
    const bare = await openStore(config.store, clock);
    opened.push(() => bare.close());
    const book = openRollUpBook({ file, clock });
    opened.push(() => book.close());
    const store = markedStore(bare, book);
    const ledger = openLedger({ file, clock });
    opened.push(() => ledger.close());
    const directory = openDirectory({ file, clock });
    opened.push(() => directory.close());
    const days = openDays({ file, timeZone: config.timeZone, registered: directory.devices, clock });
    opened.push(() => days.close());
    const latest = latestTable(clock);
    const shown = withJudged(directory, config, latest);
    const { broker, replaceCredentials } = await openBrokerOf(config.broker, { hostId, clock, random, log });
    const commands = openCommands({ file, clock, publish: broker.publish, isOnline: directory.isOnline });
    opened.push(() => commands.close());
    const alarms = openAlarms({ file, clock });
    opened.push(() => alarms.close());

    const ingest = await startIngest({
      broker,
      store,
      ledger,
      days,
      directory: shown,
      latest,
      commands,
      clock,
      random,
      log,
    });
    opened.push(() => ingest.close());
    opened.push(() => broker.close());
    const facts = startFacts({
      host: hostId,
      store,
      directory,
      latest,
      ledger,
      days,
      stats: ingest.stats,
      process,
      clock,
      log,
    });
    opened.push(() => facts.close());

    const { keepMs } = config.store;
    const rollUps = startRollUps({
      store: bare,
      book,
      storeName: nameOf(config.store),
      keepMs,
      derive: deriver({ ...config, store: bare, marking: store, directory, latest, clock }),
      clock,
      log,
    });
    opened.push(() => rollUps.close());

    const untold = new AbortController();
    const telling = tellStore({ book: alarms, store, clock, warn: (message) => log.warn(message) }, untold.signal);
    opened.push(() => {
      untold.abort();
      return telling;
    });

    const { listen, tokens, webhookSecret } = config.api;
    const api = await buildApi({
      clock,
      directory: shown,
      latest,
      ledger,
      days,
      forget(site, name) {
        const gone = directory.forget(site, name);
        for (const { device } of gone) {
          latest.forget(site, device);
          days.forget(site, device);
        }
        directory.announce();
        return gone.length;
      },
      commands,
      alarms,
      ...(webhookSecret !== undefined && { webhookSecret }),
      store: {
        raw: store.raw,
        series: seriesReader({ store, book, rollUps, keepMs, clock }),
        shortestWindow: (at) => shortestWindow(config.store, clock.now() - at),
      },
      profiles: config.profiles,
      tokens,
      metrics: () => measure(ingest.stats(), facts.lost(), rollUps.stats(), process),
      troubles: () => troublesOf(ingest.stats(), rollUps.stats()),
      log,
      consoleFolder: join(import.meta.dirname, "console", "dist"),
    });
    opened.push(() => api.close());
    const url = await listenOn(api, listen);
    log.info({ host: hostId, url, store: config.store.kind, broker: describe(config.broker) }, "weir-cloud runs");
    return { url, replaceCredentials, close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Around = Surroundings & { readonly hostId: string };

/** Loads only the client that the configuration asks for. */
async function openBrokerOf(
  config: CloudConfig["broker"],
  around: Around,
): Promise<{ broker: Broker; replaceCredentials: Cloud["replaceCredentials"] }> {
  if (config.kind === "external")
    return {
      broker: (await import("./broker/mqtt.ts")).connectBroker({ ...config, ...around }),
      replaceCredentials: undefined,
    };
  const broker = await (await import("./broker/aedes.ts")).openBroker({ ...config, ...around });
  return { broker, replaceCredentials: broker.replaceCredentials };
}

async function listenOn(
  api: FastifyInstance,
  listen: { readonly host: string; readonly port: number },
): Promise<string> {
  try {
    return await api.listen(listen);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new Error(
      `api.listen: ${listen.host}:${listen.port} is in use; stop what listens there or choose another port`,
      { cause: error },
    );
  }
}

function describe(broker: CloudConfig["broker"]): string {
  return broker.kind === "external" ? broker.url : `${broker.host}:${broker.port}`;
}
