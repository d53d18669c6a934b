/** The cloud's whole end of the road over a real broker, real sockets and a real file, with a gateway that keeps what has no receipt. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock as clock } from "@weir/wire/clock.ts";
import { names } from "@weir/wire/names.ts";
import { parseReceipt } from "@weir/wire/receipt.ts";
import { decodePayload } from "@weir/wire/sparkplug/decode.ts";
import { connectAsync } from "mqtt";
import { pino } from "pino";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { openBroker } from "../broker/aedes.ts";
import { type Credentials, formatCredential, parseCredentials } from "../broker/credentials.ts";
import { openLedger } from "../ledger/book.ts";
import { openDays } from "../ledger/days-book.ts";
import { openSqliteStore } from "../store/sqlite.ts";
import { openDirectory } from "./directory-book.ts";
import { startIngest } from "./ingest.ts";
import { latestTable } from "./latest-table.ts";
import { ownGateway, sample, t0 } from "./testbed.ts";

const never = new AbortController().signal;
let credentials: Credentials;
beforeAll(async () => {
  credentials = parseCredentials(await formatCredential("gateway", "east/gw-1", "p"), "c");
});

async function openCloud(folder: string) {
  const log = pino({ level: "silent" });
  const broker = await openBroker({ host: "127.0.0.1", port: 0, hostId: "weir", credentials, clock, log });
  const store = await openSqliteStore({ file: join(folder, "readings.db"), clock });
  const file = join(folder, "cloud.db");
  const ledger = openLedger({ file, clock });
  const directory = openDirectory({ file, clock });
  const days = openDays({ file, timeZone: "Asia/Shanghai", registered: directory.devices, clock });
  const latest = latestTable(clock);
  const commands = { replied: () => undefined };
  const ingest = await startIngest({
    broker,
    store,
    ledger,
    days,
    directory,
    latest,
    commands,
    clock,
    random: Math.random,
    log,
  });
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    await broker.close();
    await ingest.close();
    days.close();
    directory.close();
    ledger.close();
    await store.close();
  };
  onTestFinished(close);
  return { port: broker.port(), store, ledger, latest, close };
}

/** Sends every record without a receipt, waits until all but `left` have one, and parts: of the rest it hears no receipt, stored or not. */
async function deliver(port: number, kept: Set<number>, bdSeq: number, left: number): Promise<void> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
    clientId: "gw-1",
    username: "east/gw-1",
    password: "p",
    reconnectPeriod: 0,
  });
  await client.subscribeAsync("spBv1.0/east/NCMD/gw-1");
  const done = Promise.withResolvers<void>();
  client.on("close", () => done.reject(new Error("the broker has ended the connection")));
  client.on("message", (_, payload) => {
    const decoded = decodePayload(payload);
    const [metric] = "error" in decoded ? [] : decoded.metrics;
    const receipt = parseReceipt(metric?.name === names.receipt ? String(metric.value) : "");
    if ("error" in receipt) return;
    for (const [first, last] of receipt.ranges)
      for (let offset = first; offset <= last && kept.size > left; offset++) kept.delete(offset);
    if (kept.size === left) done.resolve();
  });
  const gateway = ownGateway();
  const publish = ([topic, payload]: [string, Uint8Array]) => void client.publish(topic, payload as Buffer);
  publish(gateway.birth(bdSeq));
  publish(gateway.deviceBirth("sonde", "water-quality"));
  for (const offset of kept)
    publish(
      gateway.record(offset, "sonde", [sample("ph", offset, t0 + offset), sample("turbidity", offset, t0 + offset)]),
    );
  await done.promise;
  await client.endAsync(true);
}

test("every record is in the store exactly once, though cloud and gateway part ways half-way and the cloud begins anew", async () => {
  const folder = mkdtempSync(join(tmpdir(), "weir-road-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const offsets = Array.from({ length: 3000 }, (_, n) => n + 1);
  const kept = new Set(offsets);

  const first = await openCloud(folder);
  await deliver(first.port, kept, 0, 1500);
  await first.close();

  const second = await openCloud(folder);
  expect(second.ledger.gateways()[0]?.stored).toBeGreaterThanOrEqual(1500);
  await deliver(second.port, kept, 1, 0);
  expect(kept.size).toBe(0);
  const range = { site: "east", device: "sonde", from: t0, to: t0 + 10_000, limit: 10_000 };
  for (const metric of ["ph", "turbidity"])
    expect((await second.store.raw({ ...range, metric }, never)).map(({ value }) => value)).toEqual(offsets);
  expect(second.ledger.gateways()).toMatchObject([
    { stored: 3000, storedRanges: [[1, 3000]], missing: 0, rejected: 0 },
  ]);
  expect(second.latest.ofDevice("east", "sonde")).toMatchObject([{ value: 3000 }, { value: 3000 }]);
});
