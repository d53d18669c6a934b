import { existsSync } from "node:fs";
import { type Terminal, UsageError } from "@weir/config/command-line.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { openOutbox } from "../../outbox/open.ts";
import { placeOrder } from "../../outbox/orders.ts";
import { OutboxError } from "../../outbox/outbox.ts";
import type { Language } from "../language.ts";
import { words } from "./words.ts";

export type Wish = {
  readonly path: string;
  readonly limit: number;
  readonly offsets: readonly number[] | undefined;
  readonly all: boolean | undefined;
  readonly language: Language;
};

const patienceMs = 15_000;

/**
 * Sends quarantined records again, or deletes them for good: through the agent where one runs on this outbox, else itself.
 * 1 when not all that were named could be found, or the agent has not done it yet.
 */
export async function changeQuarantine(
  verb: "retry" | "delete",
  { path, limit, offsets, all = false, language }: Wish,
  { out, err }: Terminal,
): Promise<number> {
  if ((offsets === undefined) !== all) throw new UsageError(`quarantine ${verb} takes offsets, or --all`);
  if (!existsSync(path)) throw new Error(`${path}: no such file; expected the outbox of an agent`);
  const say = words[language];
  const order = verb === "retry" ? "retry" : "discard";
  const done =
    (await byItself(order, { path, limit, offsets })) ??
    (await placeOrder(path, { verb: order, offsets }, { clock: systemClock, withinMs: patienceMs }));
  if (done === undefined) {
    err(say.notYet(path, patienceMs / 1000));
    return 1;
  }
  out(verb === "retry" ? say.toBeSent(done) : say.deleted(done));
  if (offsets === undefined || done === offsets.length) return 0;
  err(say.notFound(offsets.length - done, offsets.length));
  return 1;
}

/** undefined while an agent holds the outbox. */
async function byItself(
  verb: "retry" | "discard",
  { path, limit, offsets }: Omit<Wish, "all" | "language">,
): Promise<number | undefined> {
  try {
    const outbox = await openOutbox({
      file: path,
      limitBytes: limit,
      whenFull: "refuse",
      clock: systemClock,
      random: Math.random,
    });
    try {
      return await outbox[verb](offsets);
    } finally {
      await outbox.close();
    }
  } catch (error) {
    if (error instanceof OutboxError && error.code === "in-use") return undefined;
    throw error;
  }
}
