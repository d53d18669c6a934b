import { systemClock } from "@weir/wire/clock.ts";
import type { Wait } from "../../drivers/driver.ts";
import type { Session } from "../../drivers/opcua/session.ts";
import type { CommandOptions } from "../command.ts";
import { serverAt } from "./where.ts";

/** Opens a session for one job; Ctrl-C ends it. Rejects with what went wrong, in words. */
export async function withSession<T>(
  where: string,
  options: CommandOptions,
  job: (session: Session, wait: Wait) => Promise<T>,
): Promise<T> {
  const { server, timeoutMs } = serverAt(where, options);
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  const { openSession } = await import("../../drivers/opcua/open-session.ts");
  const session = await openSession({ ...server, reading: "poll" }, { timeoutMs, clock: systemClock }, stop.signal);
  try {
    return await job(session, { timeoutMs, signal: stop.signal });
  } finally {
    await session.close();
  }
}
