import type { Clock } from "@weir/wire/clock.ts";
import type { LinkError, Reader, Wait } from "../driver.ts";
import { pollingStopped } from "../faults.ts";

const limitBytes = 16_384;
/** Given as the reason, it spares the DOMException with its stack that abort() would make for each reply. */
const done = "done";

/** The receiving half of a link: bytes pushed in by the medium, taken out by one reader at a time. */
export type Inbox = {
  push(chunk: Uint8Array): void;
  receive<T>(reader: Reader<T>, wait: Wait): Promise<T>;
  discard(): void;
  /** See Link. */
  overhear(listener: (chunk: Uint8Array) => void): () => void;
  /** Fails the waiting reader and every later one. */
  end(why: LinkError): void;
};

/** Holds at most 16 KiB; beyond that nobody is reading them and the oldest go. */
export function createInbox(clock: Clock): Inbox {
  let bytes = new Uint8Array(512);
  let length = 0;
  let ended: LinkError | undefined;
  const listeners = new Set<(chunk: Uint8Array) => void>();
  let waiting: { look(): void; fail(why: LinkError): void } | undefined;

  function drop(count: number) {
    if (count < length) bytes.copyWithin(0, count, length);
    length -= Math.min(count, length);
  }

  function push(chunk: Uint8Array) {
    for (const listener of listeners) listener(chunk);
    const news = chunk.length > limitBytes ? chunk.subarray(chunk.length - limitBytes) : chunk;
    if (length + news.length > limitBytes) drop(length + news.length - limitBytes);
    if (length + news.length > bytes.length) {
      const larger = new Uint8Array(Math.min(limitBytes, 2 * (length + news.length)));
      larger.set(bytes.subarray(0, length));
      bytes = larger;
    }
    bytes.set(news, length);
    length += news.length;
    waiting?.look();
  }

  function receive<T>(reader: Reader<T>, { timeoutMs, quietMs, signal }: Wait): Promise<T> {
    if (ended) return Promise.reject(ended);
    return new Promise<T>((resolve, reject) => {
      const over = new AbortController();
      let quiet: AbortController | undefined;
      const finish = () => {
        waiting = undefined;
        over.abort(done);
        quiet?.abort(done);
        signal.removeEventListener("abort", stopped);
      };
      const fail = (why: LinkError) => {
        finish();
        reject(why);
      };
      const giveUp = () => {
        if (!over.signal.aborted) fail(reader.fault(bytes.subarray(0, length)));
      };
      const stopped = () => fail(pollingStopped());
      const look = () => {
        if (length === 0) return;
        try {
          const found = reader.find(bytes.subarray(0, length));
          if (found) {
            drop(found.end);
            finish();
            return resolve(found.value);
          }
        } catch (error) {
          return fail(error as LinkError);
        }
        quiet?.abort(done);
        if (quietMs === undefined || !reader.spoilt?.(bytes.subarray(0, length))) return;
        const silence = new AbortController();
        quiet = silence;
        void clock.sleep(quietMs, silence.signal).then(() => !silence.signal.aborted && giveUp());
      };
      waiting = { look, fail };
      if (signal.aborted) return stopped();
      signal.addEventListener("abort", stopped);
      look();
      if (!over.signal.aborted) void clock.sleep(timeoutMs, over.signal).then(giveUp);
    });
  }

  return {
    push,
    receive,
    discard: () => {
      length = 0;
    },
    overhear: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    end: (why) => {
      ended = why;
      waiting?.fail(why);
    },
  };
}
