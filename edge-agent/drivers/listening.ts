import { placeOf } from "@weir/device-profiles/place.ts";
import type { TextAddress } from "@weir/device-profiles/schema.ts";
import type { Dialect, Message } from "@weir/device-profiles/text/dialect.ts";
import { endOfLines, longestLine, wholeLines } from "@weir/device-profiles/text/lines.ts";
import { type Connection, type Line, LinkError, type LinkErrorCode, type Result, type Turn } from "./driver.ts";
import { listeningStopped } from "./faults.ts";

export type ListeningOptions<At extends TextAddress> = {
  readonly line: Line;
  readonly dialect: Dialect<At>;
  readonly ends: string | undefined;
  readonly timeoutMs: number;
  readonly misfit: (message: Message<At>, at: At) => string;
  /** In words, of a message that did not come while others did. */
  readonly absent: (place: string) => string;
  readonly fault: (code: LinkErrorCode) => LinkError;
  readonly noWriting: string;
};

/** One message that is listened for. */
type Ear<At> = {
  readonly at: At;
  /** The last one that was heard. */
  last?: { readonly message: Message<At>; readonly at: number };
  /** How often it was heard; how often when a read, and when a probe, ended last. */
  heard: number;
  taken: number;
  probed: number;
  damaged: number;
  /** A whole time-out went by without it while others came twice. */
  isMissing: boolean;
};

/**
 * An instrument that speaks by itself. Its lines are overheard from the first read on, also while others use the link, so it
 * may share its line with talkers and, where the wires allow it, with instruments that are asked. A read takes what each
 * message said last since the read before, stamped when it arrived, and waits up to the time-out for those that have not come,
 * without holding the line. Those that came are good; the others time out alone.
 */
export function connectByListening<At extends TextAddress>(options: ListeningOptions<At>): Connection<At> {
  const { line, dialect, ends, timeoutMs, misfit, absent, fault, noWriting } = options;
  const { clock } = line;
  const ears = new Map<string, Ear<At>>();
  const earsOf = new WeakMap<readonly At[], readonly Ear<At>[]>();
  const waiting = new Set<() => void>();
  let tap: { stop(): void; isGone: boolean } | undefined;
  let rest: Uint8Array = new Uint8Array();
  let closed = false;
  let requests = 0;
  let replies = 0;
  let lastReplyAt: number | undefined;
  let lastError: string | undefined;

  function earsFor(addresses: readonly At[]): readonly Ear<At>[] {
    const found =
      earsOf.get(addresses) ??
      addresses.map((at) => {
        const ear = ears.get(placeOf(at)) ?? { at, heard: 0, taken: 0, probed: 0, damaged: 0, isMissing: false };
        ears.set(placeOf(at), ear);
        return ear;
      });
    earsOf.set(addresses, found);
    return found;
  }

  function hear(chunk: Uint8Array): void {
    const bytes = Buffer.concat([rest, chunk]);
    for (const { text } of wholeLines(bytes, ends)) for (const ear of ears.values()) consider(ear, text);
    rest = bytes.subarray(endOfLines(bytes, ends)).slice(-longestLine - 2);
    wake();
  }

  function wake(): void {
    for (const look of waiting) look();
  }

  function consider(ear: Ear<At>, text: string): void {
    const message = dialect.take(text, ear.at);
    if (message === "damaged") ear.damaged++;
    if (typeof message !== "object") return;
    ear.last = { message, at: clock.now() };
    ear.heard++;
    ear.isMissing = false;
    lastReplyAt = clock.now();
  }

  /** Begins to overhear the link unless it does already. Rejects with why there is none. */
  async function attach(turn: Turn): Promise<void> {
    if (tap && !tap.isGone) return;
    await line.exchange(turn, async (link) => {
      tap?.stop();
      rest = new Uint8Array();
      const own = { stop: link.overhear(hear), isGone: closed };
      tap = own;
      if (closed) own.stop();
      void link.closed.then(() => {
        own.isGone = true;
        wake();
      });
    });
  }

  /** Waits until `enough` or the time is over; `closed` when the link goes away or the turn is called off. */
  async function waitFor(enough: () => boolean, { signal }: Turn): Promise<"closed" | undefined> {
    const own = tap;
    const over = new AbortController();
    const end = () => over.abort("done");
    const look = () => {
      if (enough() || own?.isGone) end();
    };
    signal.addEventListener("abort", end);
    waiting.add(look);
    look();
    if (!signal.aborted) await clock.sleep(timeoutMs, over.signal);
    waiting.delete(look);
    signal.removeEventListener("abort", end);
    return (own?.isGone || signal.aborted) && !enough() ? "closed" : undefined;
  }

  function fail(code: LinkErrorCode): LinkError {
    const why = fault(code);
    lastError = why.message;
    return why;
  }

  /** Tells the bus that nothing was heard, as of a request without a reply: it opens a dead link anew. */
  async function tellSilence(turn: Turn): Promise<void> {
    await line.exchange(turn, () => Promise.reject(fail("timeout"))).catch(() => {});
  }

  function take(ear: Ear<At>, at: At): Result {
    const { message, at: arrivedAt } = ear.last!;
    const raw = message.rawAt(at);
    if (raw !== undefined) return { raw, at: arrivedAt };
    lastError = misfit(message, at);
    return { error: "mismatch" };
  }

  async function read(addresses: readonly At[], turn: Turn): Promise<readonly Result[]> {
    if (closed) return addresses.map(() => ({ error: "closed" }));
    const wanted = earsFor(addresses);
    requests++;
    lastError = undefined;
    try {
      const before = new Map(wanted.map((ear) => [ear, { ...ear }]));
      const isNew = (ear: Ear<At>) => ear.heard > before.get(ear)!.taken;
      await attach(turn);
      const over = await waitFor(() => wanted.every((ear) => isNew(ear) || ear.isMissing), turn);
      if (wanted.some(isNew)) replies++;
      else if (!over) await tellSilence(turn);
      const others = Math.max(...wanted.map((ear) => ear.heard - before.get(ear)!.heard));
      for (const ear of wanted) if (!isNew(ear) && !over && others > 1) ear.isMissing = true;
      const results = addresses.map((at, i): Result => {
        const ear = wanted[i]!;
        if (isNew(ear)) return take(ear, at);
        if (over) return { error: over };
        if (ear.damaged > before.get(ear)!.damaged) return { error: fail("crc").code };
        lastError ??= absent(placeOf(at));
        return { error: ear.isMissing ? "unsupported" : "timeout" };
      });
      for (const ear of wanted) ear.taken = ear.heard;
      return results;
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      lastError = error.message;
      const { code } = error;
      return addresses.map(() => ({ error: code }));
    }
  }

  return {
    read,
    write: async () => {
      throw new LinkError("refused", noWriting);
    },
    probe: async (addresses, turn) => {
      const wanted = earsFor(addresses);
      requests++;
      await attach(turn);
      const isNew = () => wanted.some(({ heard, taken, probed }) => heard > Math.max(taken, probed));
      const over = await waitFor(isNew, turn);
      const isThere = isNew();
      for (const ear of wanted) ear.probed = ear.heard;
      if (isThere) return;
      if (over) throw listeningStopped();
      await tellSilence(turn);
      throw fail("timeout");
    },
    stats: () => ({
      ...{ requests, replies, lastReplyAt, lastError },
      replyDelayMs: 0,
      unsupported: [...ears].filter(([, { isMissing }]) => isMissing).map(([place]) => place),
    }),
    close: () => {
      closed = true;
      tap?.stop();
    },
  };
}
