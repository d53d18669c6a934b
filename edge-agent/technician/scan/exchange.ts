import type { Clock } from "@weir/wire/clock.ts";
import type { Hearing, Introduction, Question } from "../../drivers/discover.ts";
import { type LineSettings, type Link, LinkError, type Reader } from "../../drivers/driver.ts";
import { withoutEcho } from "../../drivers/echo.ts";
import { msPerByte, waitOf } from "./estimate.ts";

/** Bytes that come so close together belong to one answer; USB adapters hand them over every 16 ms. */
const togetherMs = 40;
/** Longest babble that is waited for. */
const mostExtraMs = 500;

export type ExchangeContext = {
  readonly link: Link;
  readonly settings: LineSettings | undefined;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
};

/**
 * Asks one question and listens: until the one who was asked has answered, or the time-out is over and the line is quiet.
 * Rejects with a LinkError `closed` when the link is gone or the signal aborts.
 */
export async function ask(question: Question, context: ExchangeContext): Promise<Hearing> {
  const { frame, target, hear } = question;
  const heard = (bytes: Uint8Array) => hear(withoutEcho(bytes, frame));
  const isAnswered = ({ seen, broken }: Hearing) =>
    target !== undefined &&
    !broken &&
    seen.some(({ unit, address }) => unit === target.unit && address === target.address);
  const bytes = await exchange(question, context, (bytes) => isAnswered(heard(bytes)));
  return heard(bytes);
}

/** What an instrument says of itself; undefined when it says nothing that is understood. */
export async function introduce(introduction: Introduction, context: ExchangeContext) {
  const { frame, read } = introduction;
  const asked = { frame, longestAnswer: introduction.longestAnswer };
  const bytes = await exchange(asked, context, (bytes) => read(withoutEcho(bytes, frame)) !== undefined);
  return read(withoutEcho(bytes, frame));
}

async function exchange(
  question: Pick<Question, "frame" | "longestAnswer" | "timeoutMs">,
  { link, settings, timeoutMs, clock, signal }: ExchangeContext,
  isDone: (bytes: Uint8Array) => boolean,
): Promise<Uint8Array> {
  const byteMs = msPerByte(settings);
  const pause = link.lastByteAt() + 3.5 * byteMs - clock.monotonic();
  if (pause > 0) await clock.sleep(pause, signal);
  let bytes = new Uint8Array();
  const reader: Reader<undefined> = {
    find: (come) => {
      bytes = come.slice();
      return isDone(bytes) ? { value: undefined, end: come.length } : undefined;
    },
    fault: () => new LinkError("timeout", "nothing more came"),
  };
  if (question.frame.length > 0) link.send(question.frame);
  const ownMs = question.frame.length * byteMs;
  let waitMs = ownMs + waitOf(question as Question, timeoutMs);
  const latest = clock.monotonic() + waitMs + Math.max(mostExtraMs, question.longestAnswer * byteMs);
  while (waitMs > 0) {
    try {
      await link.receive(reader, { timeoutMs: waitMs, signal });
      return bytes;
    } catch (error) {
      if (!(error instanceof LinkError) || error.code !== "timeout") throw error;
    }
    const now = clock.monotonic();
    const quietSince = now - link.lastByteAt();
    waitMs = bytes.length > 0 && quietSince < togetherMs ? Math.min(togetherMs, latest - now) : 0;
  }
  link.discard();
  return bytes;
}
