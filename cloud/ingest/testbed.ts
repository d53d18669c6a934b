/** For tests: ingest over a broker that a test speaks through, with a memory store and a virtual clock. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { aboutMetric, type Title } from "@weir/wire/about.ts";
import { virtualClock } from "@weir/wire/clock.ts";
import type { Reply } from "@weir/wire/command.ts";
import { names } from "@weir/wire/names.ts";
import { encodeRecord, sealRecord } from "@weir/wire/record.ts";
import type { Sample } from "@weir/wire/sample.ts";
import { decodePayload } from "@weir/wire/sparkplug/decode.ts";
import { encodePayload } from "@weir/wire/sparkplug/encode.ts";
import { DataType, type Metric } from "@weir/wire/sparkplug/payload.ts";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import type { Broker, Receiver } from "../broker/broker.ts";
import { openLedger } from "../ledger/book.ts";
import { openDays } from "../ledger/days-book.ts";
import { openMemoryStore } from "../store/memory.ts";
import { openDirectory } from "./directory-book.ts";
import { type IngestOptions, startIngest } from "./ingest.ts";
import { latestTable } from "./latest-table.ts";

export const t0 = 1_790_000_000_000;

export type Heard = { readonly topic: string; readonly name: string; readonly value: unknown };

/** A cloud whose disk is `folder`, so that a second one is a restart of the first. */
export async function testbed({
  folder = newFolder(),
  store = openMemoryStore(),
  limits = {},
}: {
  folder?: string;
  store?: ReturnType<typeof openMemoryStore>;
  limits?: IngestOptions["limits"];
} = {}) {
  const clock = virtualClock(t0);
  const heard: Heard[] = [];
  const logged: Record<string, unknown>[] = [];
  const replies: Reply[] = [];
  let receiver: Receiver | undefined;
  const broker: Broker = {
    async start(to) {
      receiver = to;
      to.up();
    },
    async publish(topic, payload) {
      const decoded = decodePayload(payload);
      if ("error" in decoded) throw new Error(decoded.error);
      for (const { name = "", value } of decoded.metrics) heard.push({ topic, name, value });
    },
    close: () => Promise.resolve(),
  };
  const file = join(folder, "cloud.db");
  const ledger = openLedger({ file, clock });
  const directory = openDirectory({ file, clock });
  const days = openDays({ file, timeZone: "Asia/Shanghai", registered: directory.devices, clock });
  const latest = latestTable(clock);
  const ingest = await startIngest({
    broker,
    store,
    ledger,
    days,
    directory,
    latest,
    clock,
    commands: { replied: (_site, _gateway, reply) => void replies.push(reply) },
    random: () => 0.5,
    log: pino({ level: "info" }, { write: (line) => void logged.push(JSON.parse(line)) }),
    limits: limits ?? {},
  });
  let ended = false;
  const end = async () => {
    if (ended) return;
    ended = true;
    await ingest.close();
    directory.close();
    days.close();
    ledger.close();
  };
  onTestFinished(end);
  const say = (topic: string, payload: Uint8Array) => receiver!.take({ topic, payload });
  return {
    folder,
    store,
    clock,
    heard,
    logged,
    replies,
    ledger,
    days,
    directory,
    latest,
    ingest,
    say,
    end,
    receiver: receiver!,
  };
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "weir-ingest-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function sample(metric: string, value: number | null, at = t0): Sample {
  return { metric, at, value, quality: value === null ? "bad" : "good" };
}

type Told = { readonly historical: boolean; readonly kind: string; readonly oldest: number };

/** One of our own gateways, as far as a test needs it: what it would publish, in order. */
export function ownGateway(site = "east", gateway = "gw-1", epoch = 7) {
  let seq = 0;
  const next = () => seq++ % 256;
  const marks: Metric[] = [
    { name: names.epoch, datatype: DataType.UInt64, timestamp: t0, value: BigInt(epoch), isTransient: true },
  ];
  return {
    birth(bdSeq = 0, title?: Title): [topic: string, payload: Uint8Array] {
      seq = 0;
      const about = aboutMetric({ kind: "gateway", ...(title && { title }) });
      const session = { name: names.bdSeq, datatype: DataType.Int64, timestamp: t0, value: BigInt(bdSeq) };
      const metrics = [session, about, ...marks];
      return [`spBv1.0/${site}/NBIRTH/${gateway}`, encodePayload({ timestamp: t0, seq: next(), metrics })];
    },
    death(bdSeq = 0): [topic: string, payload: Uint8Array] {
      const metrics = [{ name: names.bdSeq, datatype: DataType.Int64, timestamp: t0, value: BigInt(bdSeq) }];
      return [`spBv1.0/${site}/NDEATH/${gateway}`, encodePayload({ timestamp: t0, metrics })];
    },
    deviceBirth(
      device: string,
      kind: string,
      metrics: readonly Metric[] = [],
      title?: Title,
    ): [topic: string, payload: Uint8Array] {
      const about = aboutMetric({ kind, model: "X1", profile: "acme-x1", ...(title && { title }) });
      const payload = { timestamp: t0, seq: next(), metrics: [about, ...marks, ...metrics] };
      return [`spBv1.0/${site}/DBIRTH/${gateway}/${device}`, encodePayload(payload)];
    },
    deviceDeath(device: string): [topic: string, payload: Uint8Array] {
      return [
        `spBv1.0/${site}/DDEATH/${gateway}/${device}`,
        encodePayload({ timestamp: t0, seq: next(), metrics: [] }),
      ];
    },
    record(
      offset: number,
      device: string | null,
      samples: readonly Sample[],
      { historical = false, kind = "water-quality", oldest }: Partial<Told> = {},
    ): [topic: string, payload: Uint8Array] {
      const body = encodeRecord(samples, { kind });
      return this.sealed(offset, device, body, { historical, ...(oldest !== undefined && { oldest }) });
    },
    sealed(
      offset: number,
      device: string | null,
      body: Uint8Array,
      { historical = false, oldest }: Partial<Told> = {},
    ): [topic: string, payload: Uint8Array] {
      const topic = device === null ? `spBv1.0/${site}/NDATA/${gateway}` : `spBv1.0/${site}/DDATA/${gateway}/${device}`;
      return [
        topic,
        sealRecord(body, { epoch, offset, seq: next(), historical, ...(oldest !== undefined && { oldest }) }),
      ];
    },
    skipSeq: next,
  };
}
