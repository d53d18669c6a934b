/** How a serial line behind a converter takes its time. */
export type LineTiming = {
  readonly baud: number;
  /** ms from the end of the request to the start of the reply. */
  readonly turnaroundMs: number;
};

/** A half-duplex line: from the first bit of a request to the last bit of its reply it belongs to that exchange. */
export type Line = {
  /** True, and the line is taken, when it was free; a request that finds it taken collides and is lost. */
  seize(now: number, requestBytes: number): boolean;
  /** The ms after which the reply has wholly arrived, when the device thinks for thinkMs longer than usual. */
  answer(now: number, replyBytes: number, thinkMs: number): number;
  /** The ms that so many bytes take. */
  duration(bytes: number): number;
  /** The reply has gone out: the line is free, even if a timer fired a little early. */
  release(): void;
};

/** 11 bits a character: start, eight of data, parity or a second stop bit, stop. */
export function createLine({ baud, turnaroundMs }: LineTiming): Line {
  const charMs = 11_000 / baud;
  let takenUntil = Number.NEGATIVE_INFINITY;
  return {
    seize(now, requestBytes) {
      if (now < takenUntil) return false;
      takenUntil = now + requestBytes * charMs;
      return true;
    },
    answer(now, replyBytes, thinkMs) {
      takenUntil += turnaroundMs + thinkMs + replyBytes * charMs;
      return takenUntil - now;
    },
    duration: (bytes) => bytes * charMs,
    release() {
      takenUntil = Number.NEGATIVE_INFINITY;
    },
  };
}
