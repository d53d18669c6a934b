import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "@weir/wire/clock.ts";
import { encodeCommand, type Reply } from "@weir/wire/command.ts";
import { commandReason } from "@weir/wire/command-reason.ts";
import { formatTopic, validName } from "@weir/wire/topics.ts";
import type { CommandRow, Commands, Order } from "./commands.ts";

export type CommandBook = Commands & {
  /** A gateway has answered. Answers to what was not asked of it are ignored. */
  replied(site: string, gateway: string, reply: Reply): void;
  close(): void;
};

export type CommandOptions = {
  readonly file: string;
  readonly clock: Clock;
  readonly publish: (topic: string, payload: Uint8Array) => Promise<void>;
  readonly isOnline: (site: string, gateway: string) => boolean;
};

/** How long after a command expired its answer may still be on its way. */
const graceMs = 5000;
const maxExpiryMs = 24 * 3_600_000;
const keptRows = 10_000;

/** Opens the list of commands in a SQLite file of the cloud, or creates it; those still open are waited for again. */
export function openCommands({ file, clock, publish, isOnline }: CommandOptions): CommandBook {
  const db = openFile(file);
  const insert = db.prepare(
    "INSERT OR REPLACE INTO command (id, sent_at, site, gateway, device, row) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const find = db.prepare("SELECT row FROM command WHERE id = ?");
  const select = db.prepare(
    `SELECT row FROM command WHERE site = ifnull(?, site) AND gateway = ifnull(?, gateway) AND device = ifnull(?, device)
     ORDER BY sent_at DESC, rowid DESC LIMIT ?`,
  );
  const forget = db.prepare("DELETE FROM command WHERE rowid <= (SELECT max(rowid) FROM command) - ?");
  const listeners = new Set<(row: CommandRow) => void>();
  const stop = new AbortController();

  function save(row: CommandRow): CommandRow {
    insert.run(row.id, row.sentAt, row.site, row.gateway, row.device, JSON.stringify(row));
    forget.run(keptRows);
    for (const listener of listeners) listener(row);
    return row;
  }

  function rowOf(id: string): CommandRow | undefined {
    const found = find.get(id) as { row: string } | undefined;
    return found && (JSON.parse(found.row) as CommandRow);
  }

  const waiting = new Map<string, (row: CommandRow) => void>();

  /** Resolves with the answered row, or with the expired one when its time and the grace are over. */
  async function outcomeOf(sent: CommandRow): Promise<CommandRow> {
    const answered = new Promise<CommandRow>((resolve) => waiting.set(sent.id, resolve));
    const patience = new AbortController();
    const over = clock.sleep(sent.expiresAt + graceMs - clock.now(), AbortSignal.any([stop.signal, patience.signal]));
    const row = await Promise.race([answered, over]);
    patience.abort();
    waiting.delete(sent.id);
    if (row) return row;
    if (stop.signal.aborted) throw new Error("the cloud is closing; the list will show what became of the command");
    return save({
      ...sent,
      state: "expired",
      answeredAt: clock.now(),
      why: commandReason("noAnswer", {}),
    });
  }

  for (const { row } of db.prepare("SELECT row FROM command WHERE row ->> 'state' = 'sent'").all())
    void outcomeOf(JSON.parse(row as string) as CommandRow).catch(() => undefined);

  return {
    async send(order) {
      checkOrder(order);
      const sentAt = clock.now();
      const { bundle, ...wanted } = order;
      const row: CommandRow = {
        ...wanted,
        ...(bundle && { firmware: bundle.what }),
        id: randomUUID(),
        state: "sent",
        sentAt,
        expiresAt: sentAt + order.expiresInMs,
      };
      const { site, gateway, device, id, expiresAt, metric, value } = row;
      if (!isOnline(site, gateway))
        return save({
          ...row,
          state: "refused",
          answeredAt: sentAt,
          why: commandReason("notConnected", { gateway: `${site}/${gateway}` }),
        });
      save(row);
      const outcome = outcomeOf(row);
      const topic = formatTopic({ verb: "DCMD", group: site, node: gateway, device });
      const command = bundle ? { id, expiresAt, bundle: bundle.text } : { id, expiresAt, metric, value };
      await publish(topic, encodeCommand(command, sentAt));
      return outcome;
    },
    replied(site, gateway, reply) {
      const row = rowOf(reply.id);
      if (!row || row.site !== site || row.gateway !== gateway) return;
      if (row.state !== "sent" && row.state !== "expired") return;
      const { id: _, status: state, ...rest } = reply;
      const { why: __, ...asked } = row;
      const why = state === "expired" ? { why: commandReason("tooLate", {}) } : {};
      const answered = save({ ...asked, ...rest, ...why, state, answeredAt: clock.now() });
      waiting.get(reply.id)?.(answered);
    },
    list({ site, gateway, device, limit = 100 } = {}) {
      const rows = select.all(site ?? null, gateway ?? null, device ?? null, Math.max(0, Math.trunc(limit)));
      return rows.map(({ row }) => JSON.parse(row as string) as CommandRow);
    },
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      if (stop.signal.aborted) return;
      stop.abort();
      db.close();
    },
  };
}

function checkOrder({ site, gateway, device, metric, value, expiresInMs }: Order): void {
  for (const [what, name] of Object.entries({ site, gateway, device }))
    if (!validName(name)) throw new RangeError(`${what}: ${JSON.stringify(name)} cannot be part of a topic`);
  if (metric === "") throw new RangeError("metric: name the point to write");
  if (!Number.isFinite(value)) throw new RangeError(`value: ${value} is not a number that can be written`);
  if (!Number.isInteger(expiresInMs) || expiresInMs < 1 || expiresInMs > maxExpiryMs)
    throw new RangeError(`expiresInMs: ${expiresInMs} must be a whole number from 1 to ${maxExpiryMs} (24 h)`);
}

function openFile(file: string): DatabaseSync {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const db = new DatabaseSync(file);
    db.exec("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    db.exec(`CREATE TABLE IF NOT EXISTS command (
      id TEXT NOT NULL UNIQUE, sent_at INTEGER NOT NULL,
      site TEXT NOT NULL, gateway TEXT NOT NULL, device TEXT NOT NULL, row TEXT NOT NULL)`);
    return db;
  } catch (error) {
    throw new Error(`${file}: cannot be used for commands: ${(error as Error).message}`, { cause: error });
  }
}
