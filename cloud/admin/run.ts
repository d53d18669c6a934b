import { once } from "node:events";
import { stopSignal } from "@weir/config/stop-signal.ts";
import { systemClock } from "@weir/wire/clock.ts";
import pino from "pino";
import { readConfig, readCredentials } from "../config.ts";
import { runCloud } from "../main.ts";

/** Runs the cloud until it is stopped. SIGHUP reads the credentials anew; faulty ones change nothing. */
export async function runUntilStopped(file: string): Promise<number> {
  const config = readConfig(file);
  const log = pino(
    { level: config.log, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ sync: true }),
  );
  const stop = stopSignal();
  const cloud = await runCloud(config, { clock: systemClock, random: Math.random, log });
  process.on("SIGHUP", () => {
    if (config.broker.kind !== "own") return;
    try {
      cloud.replaceCredentials?.(readCredentials(config.broker.credentialsFile));
      log.info({ file: config.broker.credentialsFile }, "credentials read anew");
    } catch (error) {
      log.warn({ faults: (error as Error).message.split("\n") }, "the changed credentials are not taken over");
    }
  });
  if (!stop.aborted) await once(stop, "abort");
  await cloud.close();
  return 0;
}
