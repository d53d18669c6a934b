import type { Port } from "../tool/port.ts";
import { ProgrammingError } from "../tool/stk500.ts";
import { createAdapter } from "./adapter.ts";
import type { Board } from "./board.ts";
import type { Timeline } from "./timeline.ts";
import type { Wire } from "./wire.ts";

/** The far end of a cable: two wires of their own, or one line; `reset` is what DTR does there. */
export type Cable = { readonly rx: Wire; readonly tx: Wire; readonly reset: () => void };

/** A board's own serial port in this process, as if at the end of a USB cable: see createWirePort. */
export function createSimPort(name: string, timeline: Timeline, board: Board, pulled?: () => boolean): Port {
  return createWirePort(name, timeline, { rx: board.tx, tx: board.rx, reset: () => board.reset("pin") }, pulled);
}

/**
 * A serial port on simulated wires. Waiting for bytes lets virtual time pass and none of the wall clock's, so whatever uses it is fast and
 * repeatable. `pulled` is asked before each wait: true is a cable pulled.
 */
export function createWirePort(
  name: string,
  timeline: Timeline,
  { rx, tx, reset }: Cable,
  pulled: () => boolean = () => false,
): Port {
  const adapter = createAdapter(timeline, { rx, tx }, { baud: 115200 });
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
      reset();
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
