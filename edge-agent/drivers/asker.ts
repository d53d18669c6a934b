import { type Line, type Link, LinkError, lineSettings, type Reader, type Turn } from "./driver.ts";
import { msPerByteAt, silenceMs } from "./line-timing.ts";

/** Longest pause after a whole but damaged answer; USB adapters hand bytes over every 16 ms. */
const quietAfterMs = 50;
const delayWeight = 0.2;
const firstDelayMs = 100;

export type AskerStats = {
  readonly requests: number;
  readonly replies: number;
  readonly lastReplyAt: number | undefined;
  readonly replyDelayMs: number;
  readonly lastError: string | undefined;
};

export type AskerOptions = {
  readonly timeoutMs: number;
  readonly gapMs: number;
  /** Sent before each request, to wake the instrument up. */
  readonly lead?: Uint8Array;
  /** Longest answer, in bytes: on a serial line its own time is added to the timeout. */
  readonly longestAnswer: number;
};

/** A request and how to know its answer. */
export type Exchange<T> = {
  /** Left out: nothing is sent; the instrument is waited for to speak by itself. */
  readonly frame?: Uint8Array;
  readonly reader: Reader<T>;
  /** What else to wait for, still alone on the line, once the answer is there. Whether it comes or not, the answer counts. */
  readonly linger?: (found: T) => Lingering | undefined;
};
export type Lingering = { readonly reader: Reader<unknown>; readonly timeoutMs: number };

export type Asker = {
  /** What the reader finds. Rejects with a LinkError. Stale bytes are thrown away before the request goes out. */
  ask<T>(exchange: Exchange<T>, turn: Turn): Promise<T>;
  stats(): AskerStats;
};

/** One instrument's requests on its line: wake-up, pauses, one request at a time. A read is asked again when the link was lost. */
export function createAsker(options: AskerOptions, line: Line): Asker {
  const { timeoutMs, gapMs, lead = new Uint8Array(), longestAnswer } = options;
  const { transport, clock } = line;
  const settings = lineSettings(transport);
  const msPerByte = settings ? msPerByteAt(settings.baud) : 0;
  const silence = settings ? silenceMs(settings.baud) : 0;
  let requests = 0;
  let replies = 0;
  let lastReplyAt: number | undefined;
  let replyDelayMs = firstDelayMs;
  let lastError: string | undefined;
  let freeAt = 0;

  async function ask<T>(exchange: Exchange<T>, turn: Turn): Promise<T> {
    const pause = freeAt - clock.monotonic();
    if (pause > 0) await clock.sleep(pause, turn.signal);
    const job = (link: Link) => transact(link, exchange, turn.signal);
    try {
      return await line.exchange(turn, job);
    } catch (error) {
      if (!(error instanceof LinkError) || error.code !== "closed" || turn.signal.aborted) throw error;
      return await line.exchange(turn, job);
    }
  }

  async function transact<T>(link: Link, { frame, reader, linger }: Exchange<T>, signal: AbortSignal): Promise<T> {
    const pause = Math.max(freeAt, frame ? link.lastByteAt() + silence : 0) - clock.monotonic();
    if (pause > 0) await clock.sleep(pause, signal);
    const sentAt = clock.monotonic();
    const bytes = frame ? Uint8Array.from([...lead, ...frame]) : new Uint8Array();
    const ownMs = (bytes.length + longestAnswer) * msPerByte;
    requests++;
    link.discard();
    if (frame) link.send(bytes);
    try {
      const found = await link.receive(reader, {
        timeoutMs: timeoutMs + ownMs,
        signal,
        ...(settings && { quietMs: quietAfterMs + silence }),
      });
      replied(link.lastHeardAt() - sentAt);
      const more = linger?.(found);
      if (more) await link.receive(more.reader, { timeoutMs: more.timeoutMs, signal }).catch(throwIfGone);
      return found;
    } catch (error) {
      if (error instanceof LinkError && error.code.startsWith("exception-")) replied(link.lastHeardAt() - sentAt);
      lastError = error instanceof Error ? error.message : String(error);
      throw error;
    } finally {
      freeAt = clock.monotonic() + gapMs;
    }
  }

  function replied(delayMs: number): void {
    replies++;
    lastReplyAt = clock.now();
    replyDelayMs += delayWeight * (Math.max(0, delayMs) - replyDelayMs);
  }

  return { ask, stats: () => ({ requests, replies, lastReplyAt, replyDelayMs, lastError }) };
}

function throwIfGone(error: unknown): void {
  if (!(error instanceof LinkError) || error.code === "closed") throw error;
}
