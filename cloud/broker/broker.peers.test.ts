/** The broker seam against programs that we did not write: Mosquitto as the external broker, its clients at ours, certificates by OpenSSL. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, connect as dial } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@weir/wire/clock.ts";
import { connectAsync } from "mqtt";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { openBroker } from "./aedes.ts";
import { formatCredential, parseCredentials } from "./credentials.ts";
import { connectBroker } from "./mqtt.ts";

const log = pino({ level: "silent" });

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "weir-broker-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function start(program: string, args: readonly string[]): { child: ChildProcess; ended: Promise<number | null> } {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  child.once("error", (error) => {
    throw new Error(`${program} (Debian packages mosquitto, mosquitto-clients) is needed: ${error.message}`);
  });
  onTestFinished(async () => {
    child.kill();
    await ended;
  });
  return { child, ended };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listens(port: number): Promise<void> {
  for (let up = false; !up; )
    up = await new Promise<boolean>((resolve) => {
      const socket = dial(port, "127.0.0.1", () => {
        socket.destroy();
        resolve(true);
      });
      socket.on("error", () => setTimeout(resolve, 50, false));
    });
}

test("Mosquitto as the broker: messages are taken, commands go out, and its will says offline when the cloud is cut off", async () => {
  const port = await freePort();
  const conf = join(folder(), "mosquitto.conf");
  writeFileSync(conf, `listener ${port} 127.0.0.1\nallow_anonymous true\n`);
  start("mosquitto", ["-c", conf]);
  await listens(port);
  const url = `mqtt://127.0.0.1:${port}`;
  const client = connectBroker({ url, hostId: "weir", clock: systemClock, random: () => 0, log });
  onTestFinished(() => client.close());
  const up = Promise.withResolvers<void>();
  const taken = Promise.withResolvers<string>();
  await client.start({
    take: ({ topic }) => {
      taken.resolve(topic);
      return undefined;
    },
    up: () => up.resolve(),
    down: () => undefined,
  });
  await up.promise;

  const node = await connectAsync(url, { clientId: "node" });
  onTestFinished(() => void node.end(true));
  const seen: string[] = [];
  const command = Promise.withResolvers<void>();
  const offline = Promise.withResolvers<void>();
  node.on("message", (topic, message) => {
    seen.push(topic);
    if (topic.includes("NCMD")) command.resolve();
    if (message.toString().includes('"online":false')) offline.resolve();
  });
  await node.subscribeAsync(["spBv1.0/east/NCMD/gw-1", "spBv1.0/STATE/weir"], { qos: 1 });
  node.publish("spBv1.0/east/NDATA/gw-1", "x");
  expect(await taken.promise).toBe("spBv1.0/east/NDATA/gw-1");
  await client.publish("spBv1.0/east/NCMD/gw-1", Buffer.from("x"));
  await command.promise;
  const usurper = await connectAsync(url, { clientId: "weir" });
  await offline.promise;
  await usurper.endAsync(true);
  expect(seen.filter((topic) => topic.includes("STATE")).length).toBeGreaterThanOrEqual(2);
});

test("mosquitto_pub and mosquitto_sub speak with our broker over TLS, with certificates, and only under their own name", async () => {
  const path = folder();
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: path, stdio: "ignore" });
  const subject = (name: string) => [
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
    "-subj",
    `/CN=${name}`,
  ];
  openssl("req", "-x509", ...subject("weir test authority"), "-keyout", "ca.key", "-out", "ca.crt", "-days", "2");
  writeFileSync(join(path, "san"), "subjectAltName=IP:127.0.0.1");
  for (const name of ["server", "gw-1", "gw-2"]) {
    openssl("req", ...subject(name), "-keyout", `${name}.key`, "-out", `${name}.csr`);
    openssl(
      "x509",
      "-req",
      "-in",
      `${name}.csr`,
      "-CA",
      "ca.crt",
      "-CAkey",
      "ca.key",
      "-CAcreateserial",
      "-out",
      `${name}.crt`,
      "-days",
      "2",
      "-extfile",
      "san",
    );
  }
  const read = (name: string) => readFileSync(join(path, name), "utf8");
  const credentials = parseCredentials(
    [await formatCredential("gateway", "east/gw-1", "p"), await formatCredential("reader", "wall", "p")].join("\n"),
    "c",
  );
  const tls = { cert: read("server.crt"), key: read("server.key"), ca: read("ca.crt"), requireClientCertificate: true };
  const broker = await openBroker({
    host: "0.0.0.0",
    port: 0,
    hostId: "weir",
    credentials,
    tls,
    clock: systemClock,
    log,
  });
  onTestFinished(() => broker.close());
  const taken: string[] = [];
  await broker.start({
    take: ({ topic }) => {
      taken.push(topic);
      return undefined;
    },
    up: () => undefined,
    down: () => undefined,
  });
  const as = (certificate: string, user: string, id: string) => [
    "-h",
    "127.0.0.1",
    "-p",
    `${broker.port()}`,
    "--cafile",
    join(path, "ca.crt"),
    "-u",
    user,
    "-P",
    "p",
    "-i",
    id,
    "--cert",
    join(path, `${certificate}.crt`),
    "--key",
    join(path, `${certificate}.key`),
  ];
  const publish = (certificate: string, topic: string) =>
    start("mosquitto_pub", [...as(certificate, "east/gw-1", "gw-1"), "-q", "1", "-t", topic, "-m", "x"]).ended;
  const reader = start("mosquitto_sub", [...as("gw-1", "wall", "wall"), "-t", "spBv1.0/#", "-C", "2", "-F", "%t"]);
  let heard = "";
  const state = Promise.withResolvers<void>();
  reader.child.stdout?.on("data", (text) => {
    heard += text;
    state.resolve();
  });
  await state.promise;
  expect(await publish("gw-1", "spBv1.0/east/NDATA/gw-1")).toBe(0);
  await reader.ended;
  expect(heard).toBe("spBv1.0/STATE/weir\nspBv1.0/east/NDATA/gw-1\n");
  expect(await publish("gw-2", "spBv1.0/east/NDATA/gw-1")).not.toBe(0);
  expect(taken).toEqual(["spBv1.0/east/NDATA/gw-1"]);
  await expect(
    connectAsync(`mqtts://127.0.0.1:${broker.port()}`, {
      ca: tls.ca,
      username: "east/gw-1",
      password: "p",
      clientId: "gw-1",
      reconnectPeriod: 0,
    }),
  ).rejects.toThrow();
});
