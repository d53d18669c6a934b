import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@weir/wire/clock.ts";
import { names } from "@weir/wire/names.ts";
import { formatReceipt } from "@weir/wire/receipt.ts";
import { encodeRecord, openRecord } from "@weir/wire/record.ts";
import { decodePayload } from "@weir/wire/sparkplug/decode.ts";
import { encodePayload } from "@weir/wire/sparkplug/encode.ts";
import { DataType, type Payload } from "@weir/wire/sparkplug/payload.ts";
import mqtt from "mqtt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openOutbox } from "../outbox/open.ts";
import { openBdSeq } from "./bdseq.ts";
import { createDeviceBook } from "./devices.ts";
import { runUplink, type UplinkOptions } from "./uplink.ts";

const folder = mkdtempSync(join(tmpdir(), "weir-mosquitto-"));
let broker: ChildProcess;
let port: number;

beforeAll(async () => {
  port = await freePort();
  broker = await startMosquitto();
});
afterAll(async () => {
  await stopped(broker);
  rmSync(folder, { recursive: true });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

/** Debian's mosquitto on a loopback port; resolves when it says that it runs. */
function startMosquitto(): Promise<ChildProcess> {
  const config = join(folder, "mosquitto.conf");
  writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\n`);
  const child = spawn("/usr/sbin/mosquitto", ["-c", config], { stdio: ["ignore", "ignore", "pipe"] });
  return new Promise((resolve, reject) => {
    let said = "";
    child.stderr!.on("data", (chunk) => {
      said += chunk;
      if (said.includes("running")) resolve(child);
    });
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`mosquitto ended with ${code}: ${said}`)));
  });
}

function stopped(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.on("exit", () => resolve());
    child.kill();
  });
}

type Heard = { readonly topic: string; readonly retained: boolean; readonly qos: number; readonly payload: Payload };

/** What mosquitto_sub, a program that is not ours, hears of the site. */
async function listen(site: string) {
  const heard: Heard[] = [];
  const waiting = new Set<() => void>();
  const subscriber = [
    "mosquitto_sub",
    "-p",
    String(port),
    "-d",
    "-q",
    "1",
    "-t",
    `spBv1.0/${site}/#`,
    "-F",
    "message: %t %r %q %x",
  ];
  const child = spawn("stdbuf", ["-oL", ...subscriber]);
  let rest = "";
  let granted = () => {};
  const ready = new Promise<void>((resolve) => {
    granted = resolve;
  });
  child.stdout.on("data", (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      if (line.includes("Subscribed")) granted();
      if (!line.startsWith("message: ")) continue;
      const [topic, retained, qos, hex] = line.slice("message: ".length).split(" ") as [string, string, string, string];
      const payload = decodePayload(Buffer.from(hex, "hex"));
      if ("error" in payload) throw new Error(`${topic}: ${payload.error}`);
      heard.push({ topic, retained: retained === "1", qos: Number(qos), payload });
    }
    for (const look of waiting) look();
  });
  await ready;
  return {
    heard,
    /** Resolves once what has been heard passes. */
    until: (passes: () => boolean) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (!passes()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    stop: () => stopped(child),
  };
}

async function startGateway(site: string, options: Partial<UplinkOptions> = {}) {
  const outbox = await openOutbox({
    file: join(folder, `${site}.db`),
    clock: systemClock,
    random: Math.random,
    groupMs: 5,
  });
  const devices = createDeviceBook({ device: "gw-1", kind: "gateway", metrics: ["cpu_load"] }, [
    { device: "tank", kind: "level", metrics: ["ph"] },
  ]);
  const stop = new AbortController();
  const uplink = runUplink(
    {
      site,
      gateway: "gw-1",
      host: "weir",
      connection: {
        url: `mqtt://127.0.0.1:${port}`,
        clientId: `${site}-gw-1`,
        keepAliveMs: 5000,
        connectTimeoutMs: 5000,
      },
      outbox,
      devices,
      nextBdSeq: openBdSeq(join(folder, `${site}.bdseq`)),
      onCommand: () => {},
      clock: systemClock,
      random: Math.random,
      ...options,
    },
    stop.signal,
  );
  const append = (at: number) =>
    outbox.append({
      device: "tank",
      body: encodeRecord([{ metric: "ph", at, value: 7.1, quality: "good" }], { kind: "level" }),
      samples: 1,
    });
  const end = async () => {
    stop.abort();
    await uplink.finished;
    await outbox.close();
  };
  return { outbox, uplink, append, end };
}

const verb = ({ topic }: Heard) => topic.split("/")[2];

test("mosquitto_sub hears births, data and the death, numbered and self-explaining, none retained", async () => {
  const sub = await listen("north");
  const gateway = await startGateway("north");
  await sub.until(() => sub.heard.some((message) => verb(message) === "DBIRTH"));
  await gateway.append(1000);
  await gateway.append(2000);
  await sub.until(() => sub.heard.filter((message) => verb(message) === "DDATA").length === 2);
  await gateway.end();
  await sub.until(() => sub.heard.some((message) => verb(message) === "NDEATH"));
  await sub.stop();

  expect(sub.heard.map(verb)).toEqual(["NBIRTH", "DBIRTH", "DDATA", "DDATA", "NDEATH"]);
  expect(sub.heard.map(({ payload }) => payload.seq)).toEqual([0, 1, 2, 3, undefined]);
  expect(sub.heard.every(({ retained }) => !retained)).toBe(true);
  expect(sub.heard.slice(0, 4).every(({ qos }) => qos === 0)).toBe(true);
  expect(openRecord(sub.heard[2]!.payload)).toMatchObject({
    offset: 1,
    kind: "level",
    samples: [{ metric: "ph", at: 1000, value: 7.1 }],
  });
  const bdSeq = (message: Heard) => message.payload.metrics.find(({ name }) => name === names.bdSeq)?.value;
  expect(bdSeq(sub.heard[0]!)).toEqual(bdSeq(sub.heard[4]!));
});

test("receipts that come through mosquitto free the outbox", async () => {
  const gateway = await startGateway("south");
  const host = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`);
  const settled = new Promise<void>((resolve) => {
    host.on("message", async (topic, bytes) => {
      const payload = decodePayload(bytes);
      if (!topic.includes("DDATA") || "error" in payload) return;
      const { epoch, offset } = openRecord(payload);
      const receipt = {
        name: names.receipt,
        datatype: DataType.String,
        value: formatReceipt(epoch!, [[offset!, offset!]]),
      };
      await host.publishAsync(
        "spBv1.0/south/NCMD/gw-1",
        Buffer.from(encodePayload({ timestamp: 1, metrics: [receipt] })),
      );
      if (offset === 50) resolve();
    });
  });
  await host.subscribeAsync("spBv1.0/south/#");
  for (let n = 1; n <= 50; n++) void gateway.append(n);
  await settled;
  const empty = new Promise<void>((resolve) => {
    const look = () => (gateway.outbox.stats().records === 0 ? resolve() : setImmediate(look));
    look();
  });
  await empty;
  expect(gateway.outbox.stats()).toMatchObject({ records: 0, confirmed: 50, appended: 50 });
  expect(gateway.uplink.status()).toMatchObject({ receipts: 50, inFlight: 0, ignored: 0 });
  await host.endAsync();
  await gateway.end();
});

test("to a plain host, records are done once mosquitto has answered a ping after them", async () => {
  const gateway = await startGateway("west", { host: "plain" });
  for (let n = 1; n <= 20; n++) void gateway.append(n);
  await new Promise<void>((resolve) => {
    const look = () => (gateway.outbox.stats().confirmed === 20 ? resolve() : setImmediate(look));
    look();
  });
  expect(gateway.outbox.stats().records).toBe(0);
  await gateway.end();
});

test("when the gateway dies without a word, mosquitto sends its will: NDEATH with the bdSeq of the birth", async () => {
  const sub = await listen("east");
  const child = spawn(process.execPath, [join(import.meta.dirname, "session-child.ts"), String(port), "east"], {
    stdio: "ignore",
  });
  await sub.until(() => sub.heard.some((message) => verb(message) === "NBIRTH"));
  child.kill("SIGKILL");
  await sub.until(() => sub.heard.some((message) => verb(message) === "NDEATH"));
  await sub.stop();
  const [birth, death] = ["NBIRTH", "NDEATH"].map((name) => sub.heard.find((message) => verb(message) === name)!);
  expect(death!.payload.metrics[0]!.value).toEqual(birth!.payload.metrics[0]!.value);
  expect(death!.qos).toBe(1);
});
