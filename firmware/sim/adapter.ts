import { hertz } from "./board.ts";
import { cyclesPerMs, type Timeline } from "./timeline.ts";
import { character, cyclesOf, type Format, receive, type Wire } from "./wire.ts";

export type AdapterSettings = {
  readonly baud: number;
  readonly dataBits?: number;
  readonly parity?: "none" | "even" | "odd";
  readonly stopBits?: number;
};

/** A computer's serial port on two wires, or an RS-485 adapter where both are one: what it sends itself it does not hear. */
export type Adapter = {
  /** From the next byte on, both ways. */
  set(settings: AdapterSettings): void;
  /** Sends behind what is still to be sent, without gaps. */
  send(bytes: Uint8Array): void;
  /** Hands over each byte as its stop bit is sampled; one with a frame or parity error as the computer's driver does: as it came. */
  onByte: (byte: number) => void;
  /** What has come since the last call. */
  take(): Uint8Array;
  /**
   * Sends, and runs the timeline until a pause of quietMs follows what came, or timeoutMs have passed since the last byte was sent. Gives
   * what came. For tests, without a wall clock.
   */
  ask(bytes: Uint8Array, wait?: { readonly timeoutMs?: number; readonly quietMs?: number }): Uint8Array;
};

export function formatOf({ baud, dataBits = 8, parity = "none", stopBits = 1 }: AdapterSettings): Format {
  return { bit: hertz / baud, dataBits, parity, stopBits };
}

const constant = (settings: AdapterSettings) => {
  const format = formatOf(settings);
  return () => format;
};

/** With a function for its settings it has those that this gives at each moment: a port that follows what is at its other end. */
export function createAdapter(
  timeline: Timeline,
  { rx, tx }: { readonly rx: Wire; readonly tx: Wire },
  settings: AdapterSettings | (() => Format),
): Adapter {
  const talker = {};
  let format = typeof settings === "function" ? settings : constant(settings);
  let sentUntil = 0;
  let heardAt = 0;
  let heard: number[] = [];

  receive(rx, {
    format: () => format(),
    deaf: () => rx === tx && timeline.now() < sentUntil,
    at: timeline.at,
    hear: ({ byte }) => {
      heardAt = timeline.now();
      heard.push(byte);
      adapter.onByte(byte);
    },
  });

  const adapter: Adapter = {
    set: (settings) => {
      format = constant(settings);
    },
    send: (bytes) => {
      const now = format();
      for (const byte of bytes) {
        const start = Math.max(sentUntil, timeline.now());
        sentUntil = start + cyclesOf(now);
        const out = character(byte, now, start, talker);
        timeline.at(start, () => tx.talk(out));
      }
    },
    onByte: () => {},
    take: () => {
      const bytes = Uint8Array.from(heard);
      heard = [];
      return bytes;
    },
    ask: (bytes, { timeoutMs = 200, quietMs = 5 } = {}) => {
      adapter.take();
      adapter.send(bytes);
      const end = sentUntil + timeoutMs * cyclesPerMs;
      const left = () => (end - timeline.now()) / cyclesPerMs;
      timeline.runUntil(() => heard.length > 0, left());
      while (heard.length > 0 && timeline.now() < heardAt + quietMs * cyclesPerMs)
        timeline.run((heardAt + quietMs * cyclesPerMs - timeline.now()) / cyclesPerMs);
      return adapter.take();
    },
  };
  return adapter;
}
