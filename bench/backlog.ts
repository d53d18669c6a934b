/**
 * How fast a gateway of 15,000 points/s gets rid of what has waited, and what new readings feel of it: first against a host that gives
 * receipts after a set time and does nothing else (the gateway's own limit), then against a weir-cloud on sqlite in a process of its own.
 * usage: node bench/backlog.ts [--minutes 3]   minutes of backlog at 15,000 points/s
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatCredential } from "@weir/cloud/broker/credentials.ts";
import { inflated } from "@weir/cloud/ingest/inflate.ts";
import { openOutbox } from "@weir/edge-agent/outbox/open.ts";
import type { Outbox } from "@weir/edge-agent/outbox/outbox.ts";
import { type Connect, connectMqtt } from "@weir/edge-agent/uplink/connection.ts";
import { createDeviceBook } from "@weir/edge-agent/uplink/devices.ts";
import { runUplink } from "@weir/edge-agent/uplink/uplink.ts";
import { systemClock as clock } from "@weir/wire/clock.ts";
import { names } from "@weir/wire/names.ts";
import { addRange, type OffsetSet } from "@weir/wire/ranges.ts";
import { formatReceipt } from "@weir/wire/receipt.ts";
import { encodeRecord, openRecord } from "@weir/wire/record.ts";
import { compressedOf } from "@weir/wire/sparkplug/compressed.ts";
import { decodePayload } from "@weir/wire/sparkplug/decode.ts";
import { encodePayload } from "@weir/wire/sparkplug/encode.ts";
import { DataType } from "@weir/wire/sparkplug/payload.ts";
import { stringify } from "yaml";
import { freePorts, startProgram } from "./program.ts";

const { values } = parseArgs({ options: { minutes: { type: "string", default: "3" } } });
const [perSecond, samplesPerRecord, devices] = [15_000, 30, 500];
const records = Math.round((Number(values.minutes) * 60 * perSecond) / samplesPerRecord);
const [site, gateway, password] = ["bench", "gw-bench", "bench"];
const metrics = ["ph", "turbidity", "water_temperature", "conductivity", "dissolved_oxygen", "water_level"];
const folder = mkdtempSync(join(tmpdir(), "weir-bench-backlog-"));
const never = new AbortController().signal;
const sleep = (ms: number) => clock.sleep(ms, never);

function record(n: number, at: number) {
  const samples = Array.from({ length: samplesPerRecord }, (_, m) => ({
    metric: `${metrics[m % metrics.length]}/${1 + Math.floor(m / metrics.length)}`,
    at,
    value: Math.round(1000 * (10 + 5 * Math.sin((n + m) / 50) + Math.random() / 10)) / 1000,
    quality: "good" as const,
  }));
  return { device: `device-${n % devices}`, body: encodeRecord(samples, { kind: "sonde" }), samples: samplesPerRecord };
}

async function filled(count: number): Promise<Outbox> {
  const file = join(folder, `${Math.random()}.db`);
  const outbox = await openOutbox({ file, clock, random: Math.random, packAfterMs: 200 });
  const from = Date.now() - (1000 * count) / devices;
  for (let n = 0; n < count; n += 500) {
    for (let m = n; m < n + 500 && m < count; m++) void outbox.append(record(m, from + (1000 * m) / devices));
    await sleep(0);
  }
  for (let bytes = Number.NaN; count > 0 && bytes !== outbox.stats().bytes; await sleep(1000))
    ({ bytes } = outbox.stats());
  return outbox;
}

/** A host in this process that gives receipts for what it gets, some time after, and opens what is compressed when it says so. */
function swiftHost(receiptMs: number, deflates: boolean) {
  const counts = { bytes: 0, messages: 0 };
  const connect: Connect = async ({ onMessage }) => {
    let offsets: number[] = [];
    let epoch = 0;
    const closed = Promise.withResolvers<string>();
    const text = (name: string, value: string) => ({ name, timestamp: 1, datatype: DataType.String, value });
    const answer = () => {
      const stored = offsets.reduce<OffsetSet>((set, offset) => addRange(set, [offset, offset]), []);
      offsets = [];
      const told = [
        text(names.receipt, formatReceipt(epoch, stored)),
        ...(deflates ? [text(names.accepts, "DEFLATE")] : []),
      ];
      const payload = encodePayload({ timestamp: 1, metrics: told });
      setTimeout(() => onMessage(`spBv1.0/${site}/NCMD/${gateway}`, payload), receiptMs);
    };
    return {
      publish(topic, bytes) {
        counts.bytes += bytes.length;
        if (!topic.includes("DATA/")) return;
        counts.messages += 1;
        const opened = decodePayload(bytes);
        if ("error" in opened) throw new Error(opened.error);
        const payload = compressedOf(opened) ? inflated(opened) : opened;
        if ("error" in payload) throw new Error(payload.error);
        const { offset, epoch: of } = openRecord(payload);
        if (offsets.length === 0) setTimeout(answer, 20);
        offsets.push(offset!);
        epoch = of!;
      },
      subscribe: async () => {},
      ping: async () => {},
      closed: closed.promise,
      end: async () => closed.resolve("ended"),
    };
  };
  return { connect, counts };
}

/** Drains while new readings come at full rate; resolves when the backlog is gone, or after so long when there is none. */
async function drain(
  outbox: Outbox,
  { connect, port = 1, thrifty = false, forMs }: { connect: Connect; port?: number; thrifty?: boolean; forMs?: number },
) {
  const stop = new AbortController();
  const appendedAt = new Map<number, number>();
  const late: number[] = [];
  const confirm = outbox.confirm;
  const last = outbox.next() - 1;
  const watched: Outbox = Object.create(outbox, {
    confirm: {
      value: (ranges: readonly (readonly [number, number])[]) => {
        for (const [first, final] of ranges)
          for (let offset = Math.max(first, last + 1); offset <= final; offset++)
            if (appendedAt.has(offset)) late.push(performance.now() - appendedAt.get(offset)!);
        return confirm(ranges);
      },
    },
  });
  const uplink = runUplink(
    {
      ...{ site, gateway, host: "weir", clock, random: Math.random, outbox: watched, connect },
      limits: { windowBytes: 2 ** 18, mostBytes: 2 ** 22, ...(thrifty && { backlogBytesPerS: 1e9 }) },
      connection: {
        ...{ url: `mqtt://127.0.0.1:${port}`, clientId: gateway, username: `${site}/${gateway}`, password },
        ...{ keepAliveMs: 30_000, connectTimeoutMs: 5000 },
      },
      devices: createDeviceBook(
        { device: gateway, kind: "gateway", metrics: [] },
        Array.from({ length: devices }, (_, n) => ({ device: `device-${n}`, kind: "sonde", metrics: [] })),
      ),
      nextBdSeq: () => 0,
      onCommand: () => {},
    },
    stop.signal,
  );
  while (uplink.status().state !== "online") await sleep(10);
  const from = performance.now();
  const cpu = process.cpuUsage();
  let n = 0;
  const done = () =>
    forMs === undefined ? (outbox.stats().oldest?.offset ?? last + 1) > last : performance.now() - from > forMs;
  while (!done()) {
    const due = ((performance.now() - from) / 1000) * devices;
    for (; n < due; n++) {
      const at = performance.now();
      void outbox.append(record(n, Date.now())).then((offset) => appendedAt.set(offset, at));
    }
    await sleep(20);
  }
  const seconds = (performance.now() - from) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const { windowBytes, receiptMs } = uplink.status();
  stop.abort();
  await uplink.finished;
  late.sort((a, b) => a - b);
  const at = (share: number) => `${Math.round(late[Math.floor(share * (late.length - 1))] ?? Number.NaN)} ms`;
  return { seconds, at, cpu: (user + system) / 1e6, windowBytes, receiptMs };
}

const rate = (seconds: number) => {
  const drained = (records * samplesPerRecord) / seconds;
  return `${Math.round(drained).toLocaleString("en")} samples/s = ${(drained / perSecond).toFixed(1)} x real time`;
};

async function startCloud() {
  const [broker, api] = (await freePorts(2)) as [number, number];
  mkdirSync(join(folder, "cloud"));
  writeFileSync(join(folder, "cloud/credentials"), await formatCredential("gateway", `${site}/${gateway}`, password));
  const file = join(folder, "cloud/cloud.yaml");
  writeFileSync(file, stringify({ broker: { listen: `127.0.0.1:${broker}` }, api: { listen: `127.0.0.1:${api}` } }));
  const cloud = startProgram([join(import.meta.dirname, "../cloud/cli.js"), "run", file]);
  await cloud.says('"weir-cloud runs"');
  return { cloud, broker };
}

try {
  console.log(
    `${Number(values.minutes)} min of backlog, ${(records * samplesPerRecord).toLocaleString("en")} samples, while 15,000 new ones come each second`,
  );
  for (const [receiptMs, deflates] of [
    [5, false],
    [5, true],
    [600, false],
  ] as const) {
    const outbox = await filled(records);
    const { connect, counts } = swiftHost(receiptMs, deflates);
    const { seconds, at, windowBytes, cpu } = await drain(outbox, { connect, thrifty: deflates });
    const { confirmed } = outbox.stats();
    await outbox.close();
    const perSample = counts.bytes / (Math.max(1, confirmed) * samplesPerRecord);
    console.log(
      `receipts after ${String(receiptMs + 20).padStart(3)} ms${deflates ? ", compressed" : ""}: ${rate(seconds)}; ${perSample.toFixed(0)} bytes/sample sent; ${(cpu / ((confirmed * samplesPerRecord) / 1e6)).toFixed(1)} CPU s per million with the host in it; window ${Math.round(windowBytes / 1024)} KiB; new readings receipted p50 ${at(0.5)}, p99 ${at(0.99)}`,
    );
  }
  const { cloud, broker } = await startCloud();
  try {
    const idle = await filled(0);
    const alone = await drain(idle, { connect: connectMqtt, port: broker, forMs: 10_000 });
    await idle.close();
    const outbox = await filled(records);
    const { seconds, at, cpu, windowBytes, receiptMs } = await drain(outbox, { connect: connectMqtt, port: broker });
    await outbox.close();
    console.log(
      `weir-cloud on sqlite: ${rate(seconds)}; the gateway ${((100 * cpu) / seconds).toFixed(0)} % of a core; window ${Math.round(windowBytes / 1024)} KiB, receipt after ${Math.round(receiptMs ?? 0)} ms`,
    );
    console.log(
      `  new readings receipted: p50 ${at(0.5)}, p99 ${at(0.99)}; without a backlog p50 ${alone.at(0.5)}, p99 ${alone.at(0.99)}`,
    );
  } finally {
    await cloud.stop();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
