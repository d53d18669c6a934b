import { stopSignal } from "@weir/config/stop-signal.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { readConfigApart } from "../config-apart.ts";
import { openLog } from "../log.ts";
import { runAgent } from "../main.ts";

/** Runs the agent until it is stopped. SIGHUP takes the changed file over; a faulty one changes nothing. */
export async function runUntilStopped(file: string): Promise<number> {
  const config = await readConfigApart(file);
  const log = openLog(config.log);
  const agent = await runAgent(config, { clock: systemClock, random: Math.random, log }, stopSignal());
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
