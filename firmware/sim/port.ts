import type { Port } from "../tool/port.ts";
import { ProgrammingError } from "../tool/stk500.ts";
import { createAdapter } from "./adapter.ts";
import type { Board } from "./board.ts";
import type { Timeline } from "./timeline.ts";

/**
 * A board's own serial port in this process, as if at the end of a USB cable. Waiting for bytes lets the board's time pass and none of the
 * wall clock's, so whatever uses it is fast and repeatable. `pulled` is asked before each wait: true is a cable pulled.
 */
export function createSimPort(
  name: string,
  timeline: Timeline,
  board: Board,
  pulled: () => boolean = () => false,
): Port {
  const adapter = createAdapter(timeline, { rx: board.tx, tx: board.rx }, { baud: 115200 });
  let waiting: number[] = [];
  adapter.onByte = (byte) => void waiting.push(byte);
  const check = (signal?: AbortSignal) => {
    signal?.throwIfAborted();
    if (pulled()) throw new ProgrammingError("closed", `${name} went away`);
  };
  return {
    name,
    set: async (settings) => adapter.set(settings),
    write: async (bytes) => {
      check();
      adapter.send(bytes);
    },
    read: async (count, timeoutMs, signal) => {
      check(signal);
      timeline.runUntil(() => waiting.length >= count, timeoutMs);
      return Uint8Array.from(waiting.splice(0, count));
    },
    discard: async () => {
      waiting = [];
    },
    resetBoard: async () => {
      check();
      board.reset("pin");
      waiting = [];
      timeline.run(5);
    },
    wait: async (ms, signal) => {
      check(signal);
      timeline.run(ms);
    },
    close: async () => {},
  };
}
