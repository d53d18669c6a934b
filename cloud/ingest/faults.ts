import type { Clock } from "@weir/wire/clock.ts";
import type { Logger } from "pino";

/** topic: not a Sparkplug topic; payload: cannot be decoded; metric: a metric that is no reading; session: against the session rules; device: a device that is another gateway's; gap: messages that never came, by the session's numbers. */
export const faultKinds = ["topic", "payload", "metric", "session", "device", "gap"] as const;
export type FaultKind = (typeof faultKinds)[number];

export type Fault = {
  readonly kind: FaultKind;
  /** Empty when the topic did not say. */
  readonly site: string;
  readonly gateway: string;
  readonly reason: string;
  readonly topic?: string;
  /** How many messages it stands for; 1 when left out. */
  readonly times?: number;
};

/** Counts what could not be used and logs it: each kind of each gateway at most once a minute, with how many there were. */
export function faultLog(
  log: Logger,
  clock: Clock,
  count: (site: string, gateway: string, kind: FaultKind, times: number) => void,
): (fault: Fault) => void {
  const quiet = new Map<string, { until: number; since: number }>();
  return (fault) => {
    const { kind, site, gateway, times = 1 } = fault;
    if (gateway !== "") count(site, gateway, kind, times);
    const key = `${kind} ${site}/${gateway}`;
    const entry = quiet.get(key) ?? { until: Number.NEGATIVE_INFINITY, since: 0 };
    entry.since++;
    quiet.set(key, entry);
    if (clock.monotonic() < entry.until) return;
    log.warn({ ...fault, count: entry.since }, "message not used");
    entry.until = clock.monotonic() + 60_000;
    entry.since = 0;
  };
}
