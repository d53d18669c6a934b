/** One event as one line of JSON: level, time (epoch ms), msg and what belongs to it. */
export type Log = (level: "info" | "warn" | "error", msg: string, about?: Readonly<Record<string, unknown>>) => void;

const levels = { info: 30, warn: 40, error: 50 } as const;

/** Lines in the shape that pino's readers know. */
export function lineLog(write: (line: string) => void, now: () => number): Log {
  return (level, msg, about) => write(JSON.stringify({ level: levels[level], time: now(), ...about, msg }));
}
