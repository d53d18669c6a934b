import pino from "pino";
import type { Log } from "./outbox/outbox.ts";

/** JSON lines on standard output, one an event. */
export function openLog(level: "debug" | "info" | "warn" | "error"): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ sync: true }));
}
