/**
 * A gateway as weir-edge runs it, whose outbox writes down what it is asked to keep and what it has promised:
 * `node oracle-gateway.ts <edge.yaml> [drain]`. The files are in `oracle` beside edge.yaml. With `drain` the outbox takes nothing new.
 * What `limit` beside edge.yaml says (JSON) its outbox goes by instead of edge.yaml, from its start on.
 * Its wall clock is off by the ms that stand in `skew` beside edge.yaml; while there is a file `no-time`, it is not known to be synchronised. While there is a file `no-names`, no host name is found.
 */
import dns from "node:dns";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { isIP } from "node:net";
import { dirname, join } from "node:path";
import { readConfig } from "@weir/edge-agent/config.ts";
import { openLog } from "@weir/edge-agent/log.ts";
import { runAgent } from "@weir/edge-agent/main.ts";
import { type OutboxOptions, openOutbox } from "@weir/edge-agent/outbox/open.ts";
import { OutboxError, type OutboxRecord } from "@weir/edge-agent/outbox/outbox.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { redate } from "@weir/wire/redate.ts";
import { formatBegun, formatPromised } from "./oracle.ts";

const [file, drain] = process.argv.slice(2) as [string, "drain"?];
const config = readConfig(file);
const folder = join(dirname(file), "oracle");
mkdirSync(folder, { recursive: true });
let appends = 0;

/** Many small files, so that a limit on the size of files, a full disk, meets the outbox and not the oracle. */
const mostFileBytes = 16_384;
const own = `${systemClock.now()}.${process.pid}`;
let [log, logBytes, logs] = [-1, Number.POSITIVE_INFINITY, 0];
function note(line: string): void {
  if (logBytes + line.length > mostFileBytes) {
    if (log >= 0) closeSync(log);
    log = openSync(join(folder, `${own}.${String(logs++).padStart(6, "0")}`), "ax");
    logBytes = 0;
  }
  writeSync(log, line);
  logBytes += line.length;
}

const skewFile = join(dirname(file), "skew");
const readSkew = () => (existsSync(skewFile) ? Number(readFileSync(skewFile, "utf8")) : 0);
let skew = readSkew();
const skewAtStart = skew;
setInterval(() => {
  skew = readSkew();
}, 50).unref();
const clock = { ...systemClock, now: () => systemClock.now() + skew };

const noNames = join(dirname(file), "no-names");
const lookup = dns.lookup;
dns.lookup = ((name: string, ...more: [...unknown[], (error: Error) => void]) => {
  const answer = more.at(-1) as (error: Error) => void;
  if (isIP(name) || !existsSync(noNames)) Reflect.apply(lookup, dns, [name, ...more]);
  else process.nextTick(answer, Object.assign(new Error(`getaddrinfo EAI_AGAIN ${name}`), { code: "EAI_AGAIN" }));
}) as unknown as typeof lookup;

/** As it is to be in the end: what is read before the clock is right goes by the clock that was there at the start. */
function rightly(record: OutboxRecord): OutboxRecord {
  return record.clock ? { ...record, body: redate(record.body, always, -skewAtStart) } : record;
}
const always = { from: 0, to: Number.MAX_SAFE_INTEGER };

const noTime = join(dirname(file), "no-time");
async function askTime(signal: AbortSignal): Promise<boolean> {
  while (existsSync(noTime) && !signal.aborted) await systemClock.sleep(50, signal);
  skew = readSkew();
  return !signal.aborted;
}

const limitFile = join(dirname(file), "limit");
const limit = existsSync(limitFile) ? (JSON.parse(readFileSync(limitFile, "utf8")) as Limit) : {};
type Limit = Partial<Pick<OutboxOptions, "limitBytes" | "whenFull">>;

const watchedOutbox: typeof openOutbox = async (options) => {
  const outbox = await openOutbox({ ...options, ...limit });
  const append = async (record: OutboxRecord) => {
    if (drain === "drain") throw new OutboxError("full", "nothing new is taken while the outbox drains");
    const n = appends++;
    note(formatBegun(n, rightly(record)));
    const offset = await outbox.append(record);
    note(formatPromised(n, outbox.epoch, offset));
    return offset;
  };
  return Object.create(outbox, { append: { value: append } }) as typeof outbox;
};

const stop = new AbortController();
for (const signal of ["SIGTERM", "disconnect"] as const) process.once(signal, () => stop.abort());
process.channel?.unref();
// Back-off drawn short, so that thirty outages fit into a minute.
const surroundings = { clock, random: () => Math.random() / 100, log: openLog(config.log) };
const agent = await runAgent(config, { ...surroundings, askTime, openOutbox: watchedOutbox }, stop.signal);
await agent.finished;
