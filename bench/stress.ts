/**
 * The cloud pressed through real sockets, its memory beside the bound that is promised: 1,000 gateways that come back within 10 s, gateways that
 * flood while the database is away, and a subscriber that never reads. Gateways run in a process of their own.
 * usage: node bench/stress.ts
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBroker } from "@weir/cloud/broker/aedes.ts";
import { formatCredential, parseCredentials } from "@weir/cloud/broker/credentials.ts";
import { openDirectory } from "@weir/cloud/ingest/directory-book.ts";
import { startIngest } from "@weir/cloud/ingest/ingest.ts";
import { latestTable } from "@weir/cloud/ingest/latest-table.ts";
import { openLedger } from "@weir/cloud/ledger/book.ts";
import { openDays } from "@weir/cloud/ledger/days-book.ts";
import { openSqliteStore } from "@weir/cloud/store/sqlite.ts";
import { StoreUnavailable } from "@weir/cloud/store/store.ts";
import { systemClock as clock } from "@weir/wire/clock.ts";
import { connectAsync } from "mqtt";
import { pino } from "pino";

/** What the gateways' process is told: how many come within how long, and whether they then send without end. */
export type StressTask = {
  readonly port: number;
  readonly names: readonly string[];
  readonly withinMs: number;
  readonly flood: boolean;
};

const never = new AbortController().signal;
const mib = 1048576;
const pendingBytes = 16 * mib;
const names = Array.from({ length: 1000 }, (_, n) => `gw-${n}`);
const folder = mkdtempSync(join(tmpdir(), "weir-stress-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

const line = await formatCredential("gateway", "stress/gw", "p");
const lines = names.map((name) => line.replace("stress/gw", `stress/${name}`));
const credentials = parseCredentials([...lines, await formatCredential("reader", "wall", "p")].join("\n"), "stress");
const log = pino({ level: "silent" });
// One address stands for a thousand here: the limit of connections of an address is not what is measured.
const limits = { connections: { perSecond: 1000, burst: 2000 } };
const broker = await openBroker({ host: "127.0.0.1", port: 0, hostId: "stress", credentials, clock, log, limits });
const real = await openSqliteStore({ file: join(folder, "readings.db"), clock });
let away = false;
const store: typeof real = {
  ...real,
  write: (points, signal) => (away ? Promise.reject(new StoreUnavailable("away")) : real.write(points, signal)),
};
const file = join(folder, "cloud.db");
const ledger = openLedger({ file, clock });
const directory = openDirectory({ file, clock });
const days = openDays({ file, timeZone: "Asia/Shanghai", registered: directory.devices, clock });
const latest = latestTable(clock);
const commands = { replied: () => undefined };
const base = { broker, store, ledger, days, directory, latest, commands, clock, random: Math.random, log };
const ingest = await startIngest({ ...base, limits: { pendingBytes } });
const rss = () => process.memoryUsage.rss() / mib;

console.log(`idle                                 RSS ${rss().toFixed(0)} MiB, node ${process.version}`);
await storm("come after a restart");
await storm("come again");
await flood();
await deafReader();
await broker.close();
await ingest.close();
days.close();
directory.close();
ledger.close();
await real.close();

/** All connect within 10 s: from the first attempt to all of them born and their first records stored. After a restart each password is hashed. */
async function storm(how: string): Promise<void> {
  const [from, known] = [clock.monotonic(), ingest.stats().points];
  const child = await start({ port: broker.port(), names, withinMs: 10_000, flood: false });
  let most = rss();
  const bornBy = () => directory.gateways().filter(({ online }) => online).length;
  const stored = () => (ingest.stats().points - known) / 5;
  while ((bornBy() < names.length || stored() < names.length) && clock.monotonic() - from < 150_000) {
    await clock.sleep(100, never);
    most = Math.max(most, rss());
  }
  const seconds = (clock.monotonic() - from) / 1000;
  console.log(
    `${bornBy()} gateways ${how.padEnd(22)} ${stored()} stored and receipted after ${seconds.toFixed(1)} s   RSS at most ${most.toFixed(0)} MiB`,
  );
  await end(child);
}

/** Twenty gateways that obey no window, for ten seconds of a database that is away. */
async function flood(): Promise<void> {
  away = true;
  const before = rss();
  const child = await start({ port: broker.port(), names: names.slice(0, 20), withinMs: 100, flood: true });
  let [most, mostPending] = [rss(), 0];
  for (let n = 0; n < 100; n++) {
    await clock.sleep(100, never);
    most = Math.max(most, rss());
    mostPending = Math.max(mostPending, ingest.stats().pendingBytes);
  }
  console.log(
    `20 flood, the database away 10 s     waiting at most ${(mostPending / mib).toFixed(1)} MiB, bound ${pendingBytes / mib} MiB and a message a gateway   RSS ${before.toFixed(0)} -> at most ${most.toFixed(0)} MiB`,
  );
  await end(child);
  away = false;
  const from = clock.monotonic();
  while (ingest.stats().pendingBytes > 0 && clock.monotonic() - from < 60_000) await clock.sleep(50, never);
  console.log(
    `… the database back                  all that waited is stored after ${((clock.monotonic() - from) / 1000).toFixed(1)} s   RSS ${rss().toFixed(0)} MiB`,
  );
}

/** A reader subscribes to everything and reads nothing while twenty gateways press for five seconds; beside it the same without the reader. */
async function deafReader(): Promise<void> {
  const alone = await press();
  const reader = await connectAsync(`mqtt://127.0.0.1:${broker.port()}`, { username: "wall", password: "p" });
  await reader.subscribeAsync("spBv1.0/#");
  reader.stream.pause();
  const beside = await press();
  await reader.endAsync(true);
  const text = ({ rate, most }: typeof alone) =>
    `${rate.toLocaleString("en")} points/s are stored meanwhile, RSS at most ${most.toFixed(0)} MiB`;
  console.log(`20 press                             ${text(alone)}`);
  console.log(
    `… and a subscriber never reads       ${text(beside)}; it loses ${broker.stats().dropped.toLocaleString("en")} messages`,
  );
}

/** Twenty gateways press for five seconds: points/s that are stored, and the most resident memory, MiB. */
async function press(): Promise<{ readonly rate: number; readonly most: number }> {
  const child = await start({ port: broker.port(), names: names.slice(0, 20), withinMs: 100, flood: true });
  const points = ingest.stats().points;
  let most = 0;
  for (let n = 0; n < 50; n++) {
    await clock.sleep(100, never);
    most = Math.max(most, rss());
  }
  const rate = Math.round((ingest.stats().points - points) / 5);
  await end(child);
  return { rate, most };
}

async function start(task: StressTask) {
  const child = fork(new URL("./stress-gateways.ts", import.meta.url), { stdio: "inherit" });
  child.send(task);
  return child;
}

async function end(child: Awaited<ReturnType<typeof start>>): Promise<void> {
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
  await clock.sleep(500, never);
}
