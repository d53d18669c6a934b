import { systemClock } from "@weir/wire/clock.ts";
import { readConfigApart } from "../config-apart.ts";
import { openLog } from "../log.ts";
import { runAgent } from "../main.ts";

/** Runs the agent until SIGTERM, SIGINT or the end of a supervising parent. SIGHUP takes the changed file over; a faulty one changes nothing. */
export async function runUntilStopped(file: string): Promise<number> {
  const config = await readConfigApart(file);
  const log = openLog(config.log);
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT", "disconnect"] as const) process.once(signal, () => stop.abort());
  process.channel?.unref(); // a supervisor's channel must not keep a stopped program from ending
  if (process.connected === false) stop.abort(); // it has gone while this program was loading
  const agent = await runAgent(config, { clock: systemClock, random: Math.random, log }, stop.signal);
  process.on("SIGHUP", () => {
    readConfigApart(file)
      .then(agent.apply)
      .catch((error: Error) =>
        log.warn({ file, faults: error.message.split("\n") }, "the changed configuration is not taken over"),
      );
  });
  await agent.finished;
  return 0;
}
