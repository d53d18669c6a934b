import { DatabaseSync } from "node:sqlite";
import type { Clock } from "@weir/wire/clock.ts";

/** What a person wants done with the quarantine: all of it when no offsets are named. */
export type Order = {
  readonly id: number;
  readonly verb: "retry" | "discard";
  readonly offsets: readonly number[] | undefined;
};

/** An order waits in the outbox file until the agent that holds the lock has done it and said how many records it was about. */
export const ordersSchema =
  "CREATE TABLE orders (id INTEGER PRIMARY KEY AUTOINCREMENT, verb TEXT NOT NULL, offsets TEXT, done INTEGER);";

/** A row of the table; what cannot be read is about no record. */
export function readOrder({ id, verb, offsets }: Record<string, unknown>): Order {
  const about = () => {
    try {
      return JSON.parse(offsets as string) as readonly number[];
    } catch {
      return [];
    }
  };
  return {
    id: id as number,
    verb: verb === "discard" ? "discard" : "retry",
    offsets: offsets === null ? undefined : about(),
  };
}

const lookEveryMs = 100;
const never = new AbortController().signal;

/**
 * Leaves an order for the agent that is running on this outbox, and resolves with how many records it was about; with undefined when
 * the agent has not done it within the time. The order then stays, and is done when the agent can.
 */
export async function placeOrder(
  file: string,
  { verb, offsets }: Omit<Order, "id">,
  { clock, withinMs }: { readonly clock: Clock; readonly withinMs: number },
): Promise<number | undefined> {
  const sqlite = new DatabaseSync(file, { timeout: 5000 });
  try {
    const { lastInsertRowid: id } = sqlite
      .prepare("INSERT INTO orders (verb, offsets) VALUES (?, ?)")
      .run(verb, offsets === undefined ? null : JSON.stringify(offsets));
    const look = sqlite.prepare("SELECT done FROM orders WHERE id = ?");
    for (let waited = 0; waited < withinMs; waited += lookEveryMs) {
      await clock.sleep(lookEveryMs, never);
      const done = look.get(id)?.done;
      if (done === null || done === undefined) continue;
      sqlite.prepare("DELETE FROM orders WHERE id = ?").run(id);
      return done as number;
    }
    return undefined;
  } finally {
    sqlite.close();
  }
}
