import type { Clock } from "@weir/wire/clock.ts";
import { type Command, decodeCommand, type Reply } from "@weir/wire/command.ts";
import { commandReason } from "@weir/wire/command-reason.ts";
import { names } from "@weir/wire/names.ts";
import { encodeReplyRecord } from "@weir/wire/record.ts";
import type { Payload } from "@weir/wire/sparkplug/payload.ts";
import { type Log, type OutboxRecord, silentLog } from "../outbox/outbox.ts";

/** What to carry out, once its id and expiry have been checked. */
export type Order = { readonly id: string; readonly metric: string; readonly value: number };

export type ObeyOptions = {
  /** Carries out one order and reads back; refuses what it does not know. Should not reject. */
  readonly write: (device: string, order: Order) => Promise<Reply>;
  /** Accepts a firmware bundle for a node, or refuses it. Should not reject. */
  readonly install?: (device: string, order: { readonly id: string; readonly bundle: string }) => Promise<Reply>;
  readonly append: (record: OutboxRecord) => Promise<unknown>;
  readonly clock: Clock;
  readonly log?: Log;
};

export type Obedience = {
  /** For the uplink: a DCMD, or an NCMD (device undefined). Never throws. */
  onCommand(device: string | undefined, payload: Payload): void;
  status(): {
    readonly done: number;
    readonly refused: number;
    readonly failed: number;
    readonly expired: number;
    readonly repeated: number;
  };
};

/** Ids are remembered at least so long after their expiry, so that a command that is delivered twice runs once. */
const rememberMs = 3_600_000;
/** A command that is to stay valid for longer was not meant for a person who waits: it is refused. */
const longestLifeMs = 600_000;
const mostRemembered = 10_000;

/**
 * Carries out commands: at once or never. One that has expired or whose id has been seen is not run; nothing is kept for
 * later. Each id gets exactly one reply, as a record on the readings' own road. Commands to one device run one after the other,
 * and the expiry is looked at again when it is a command's turn.
 */
export function obey({ write, install, append, clock, log = silentLog }: ObeyOptions): Obedience {
  const seen = new Map<string, number>();
  const turns = new Map<string, Promise<void>>();
  const counts = { done: 0, refused: 0, failed: 0, expired: 0, repeated: 0 };

  function isNew(id: string, expiresAt: number): boolean {
    const now = clock.now();
    for (const [old, until] of seen) {
      if (until > now && seen.size <= mostRemembered) break;
      seen.delete(old);
    }
    if (seen.has(id)) return false;
    seen.set(id, Math.max(now, expiresAt) + rememberMs);
    return true;
  }

  async function reply(device: string | undefined, reply: Reply): Promise<void> {
    counts[reply.status] += 1;
    log.info({ device, ...reply }, "command answered");
    try {
      await append({ device: device ?? null, body: encodeReplyRecord(reply, clock.now()), samples: 0, urgent: true });
    } catch (error) {
      log.warn({ device, id: reply.id, why: (error as Error).message }, "the reply to a command could not be stored");
    }
  }

  async function carryOut(device: string, { expiresAt, ...order }: Command): Promise<Reply> {
    const { id } = order;
    if (clock.now() >= expiresAt) return { id, status: "expired" };
    try {
      if (!("bundle" in order)) return await write(device, order);
      return (await install?.(device, order)) ?? { id, status: "refused", why: commandReason("noFirmware", {}) };
    } catch (error) {
      return { id, status: "failed", why: (error as Error).message };
    }
  }

  return {
    onCommand(device, payload) {
      const command = decodeCommand(payload);
      if ("error" in command) {
        const id = payload.metrics.find(({ name }) => name === names.commandId)?.value;
        log.warn({ device, why: command.error }, "not a command");
        if (typeof id === "string" && id !== "" && isNew(id, clock.now()))
          void reply(device, { id, status: "refused", why: command.error });
        return;
      }
      const { id, expiresAt } = command;
      if (!isNew(id, expiresAt)) {
        counts.repeated += 1;
        return;
      }
      if (device === undefined) {
        void reply(device, {
          id,
          status: "refused",
          why: commandReason("ofGateway", { metric: "bundle" in command ? names.firmwareBundle : command.metric }),
        });
        return;
      }
      const now = clock.now();
      if (expiresAt - now > longestLifeMs) {
        void reply(device, {
          id,
          status: "refused",
          why: commandReason("longLife", {
            minutes: Math.round((expiresAt - now) / 60_000),
            most: longestLifeMs / 60_000,
          }),
        });
        return;
      }
      const before = turns.get(device) ?? Promise.resolve();
      const turn = before.then(async () => reply(device, await carryOut(device, command)));
      turns.set(device, turn);
      void turn.then(() => turns.get(device) === turn && turns.delete(device));
    },
    status: () => ({ ...counts }),
  };
}
