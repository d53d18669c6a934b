/**
 * A gateway as weir-edge runs it, whose outbox writes down what it is asked to keep and what it has promised:
 * `node oracle-gateway.ts <edge.yaml> [drain]`. The files are in `oracle` beside edge.yaml. With `drain` the outbox takes nothing new.
 */
import { mkdirSync, openSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { readConfig } from "@weir/edge-agent/config.ts";
import { openLog } from "@weir/edge-agent/log.ts";
import { runAgent } from "@weir/edge-agent/main.ts";
import { openOutbox } from "@weir/edge-agent/outbox/open.ts";
import { OutboxError, type OutboxRecord } from "@weir/edge-agent/outbox/outbox.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { formatBegun, formatPromised } from "./oracle.ts";

const [file, drain] = process.argv.slice(2) as [string, "drain"?];
const config = readConfig(file);
const folder = join(dirname(file), "oracle");
mkdirSync(folder, { recursive: true });
const log = openSync(join(folder, `${systemClock.now()}.${process.pid}`), "ax");
let appends = 0;

const watchedOutbox: typeof openOutbox = async (options) => {
  const outbox = await openOutbox(options);
  const append = async (record: OutboxRecord) => {
    if (drain === "drain") throw new OutboxError("full", "nothing new is taken while the outbox drains");
    const n = appends++;
    writeSync(log, formatBegun(n, record));
    const offset = await outbox.append(record);
    writeSync(log, formatPromised(n, outbox.epoch, offset));
    return offset;
  };
  return Object.create(outbox, { append: { value: append } }) as typeof outbox;
};

const stop = new AbortController();
for (const signal of ["SIGTERM", "disconnect"] as const) process.once(signal, () => stop.abort());
process.channel?.unref();
// Back-off drawn short, so that thirty outages fit into a minute.
const surroundings = { clock: systemClock, random: () => Math.random() / 100, log: openLog(config.log) };
const agent = await runAgent(config, { ...surroundings, openOutbox: watchedOutbox }, stop.signal);
await agent.finished;
