import type { Clock } from "@weir/wire/clock.ts";
import { type Sentence, say } from "@weir/wire/sentences.ts";

/** Watches that a server goes on talking. */
export type Watchdog = {
  /** It has told something, be it that nothing has changed. */
  heard(): void;
  /** It has told some change. */
  told(): void;
  /** It has told of a change that happens all the time. */
  ticked(): void;
  /** Such a change is to be told so often. Counts from the third on: servers differ in what they do. */
  expectTicks(everyMs: number): void;
};

/** Silence of so many intervals is too long. */
const intervals = 3;
const ticksToBelieve = 3;
const checksPerInterval = 4;

/**
 * Calls `onSilent` once with the reason, when nothing has been heard for three intervals, or changes have stopped while the rest
 * goes on. A busy server tells thousands of values late and one after the other: as long as any comes, it is not stuck. Time in which this process itself did not run does not count. Ends with the signal.
 */
export function startWatchdog(
  { clock, intervalMs, signal }: { readonly clock: Clock; readonly intervalMs: number; readonly signal: AbortSignal },
  onSilent: (why: string) => void,
): Watchdog {
  let heardAt = clock.monotonic();
  let ticks = 0;
  let tickedAt = heardAt;
  let toldAt = heardAt;
  let tickMs: number | undefined;

  void (async () => {
    const checkMs = intervalMs / checksPerInterval;
    for (let wakeAt = clock.monotonic() + checkMs; !signal.aborted; wakeAt = clock.monotonic() + checkMs) {
      await clock.sleep(checkMs, signal);
      if (signal.aborted) return;
      const now = clock.monotonic();
      const late = now - wakeAt;
      if (late > intervalMs) {
        heardAt += late;
        tickedAt += late;
        toldAt += late;
      }
      if (now - heardAt >= intervals * intervalMs) return onSilent(say(silent, { ms: Math.round(now - heardAt) }));
      if (tickMs !== undefined && ticks >= ticksToBelieve && now - toldAt >= intervals * Math.max(tickMs, intervalMs))
        return onSilent(say(stuck, { ms: Math.round(now - toldAt) }));
    }
  })();

  return {
    heard: () => {
      heardAt = clock.monotonic();
    },
    told: () => {
      toldAt = clock.monotonic();
    },
    ticked: () => {
      const now = clock.monotonic();
      toldAt = now;
      const isOnTime = tickMs !== undefined && now - tickedAt < 2 * Math.max(tickMs, intervalMs);
      if (ticks < ticksToBelieve) ticks = isOnTime || ticks === 0 ? ticks + 1 : 1;
      tickedAt = now;
    },
    expectTicks: (everyMs) => {
      tickMs = everyMs;
    },
  };
}

const silent = {
  en: "the server has told nothing for {ms} ms; check server and network",
  zh: "服务器已 {ms} 毫秒没有任何消息；请检查服务器和网络",
} as const;
const stuck = {
  en: "the server lives and has told no change for {ms} ms; its subscription is stuck",
  zh: "服务器在线，但已 {ms} 毫秒没有报告变化；其订阅已卡住",
} as const;
export const sentences: readonly Sentence[] = [silent, stuck];
