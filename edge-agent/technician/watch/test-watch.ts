import { type VirtualClock, virtualClock } from "@weir/wire/clock.ts";
import { LinkError } from "../../drivers/driver.ts";
import { createTestLink } from "../../drivers/test-link.ts";
import { testProfile } from "../../drivers/test-profile.ts";
import { answerTcp, createSlave, type Slave } from "../../drivers/test-slave.ts";
import { device } from "../../poll/test-field.ts";
import { type Board, type Change, createBoard } from "./board.ts";
import { watchInstruments } from "./from-instruments.ts";
import type { Window } from "./screen.ts";

const states = { 0: { value: 0, en: "off", zh: "关灯" }, 1: { value: 1, en: "on", zh: "开灯" } };

/** For tests: a lamp controller whose registers can be set; it takes 40 ms to answer. */
export const lamp = testProfile([
  { quantity: "voltage", at: { table: "holding", register: 0, type: "u16" }, scale: 0.1 },
  { quantity: "lamp_state", at: { table: "holding", register: 1, type: "u16" }, states },
]);

export type WatchedLamp = {
  readonly clock: VirtualClock;
  readonly slave: Slave;
  readonly board: Board;
  readonly changes: readonly Change[];
  /** Hands over every further change, too. */
  readonly listen: (listener: (change: Change) => void) => void;
  readonly stop: AbortController;
  readonly source: (signal: AbortSignal) => Promise<void>;
  /** Why its port cannot be opened; undefined: it can. */
  refusal: string | undefined;
};

/** For tests: the lamp as `lamp-1`, watched directly on a virtual clock that starts at noon. */
export function watchLamp(everyMs?: number): WatchedLamp {
  const clock = virtualClock(Date.parse("2026-07-01T12:00:00Z"));
  const slave = createSlave(1, { 0: 2302, 1: 1 });
  const forever = new AbortController().signal;
  const changes: Change[] = [];
  let tell = (_: Change) => {};
  const devices = [device("lamp-1", lamp, { everyMs: 5000 })];
  const titles = new Map([["lamp-1", { en: "Harbour road 1", zh: "港口路 1 号" }]]);
  const watched: WatchedLamp = {
    ...{ clock, slave, changes, stop: new AbortController(), refusal: undefined },
    listen: (listener) => {
      tell = listener;
    },
    board: createBoard({
      devices,
      titles,
      onChange: (change) => {
        changes.push(change);
        tell(change);
      },
    }),
    source: (signal) =>
      watchInstruments(
        {
          buses: [{ name: "line-1", transport: { kind: "tcp", host: "line-1", port: 502 }, connectTimeoutMs: 1000 }],
          ...{ devices, clock, everyMs, random: () => 0 },
          openLink: async () => {
            if (watched.refusal !== undefined) throw new LinkError("refused", watched.refusal);
            const link = createTestLink(clock, (bytes) => {
              const reply = answerTcp([slave], bytes);
              if (reply) void clock.sleep(40, forever).then(() => link.push(reply));
            });
            return link;
          },
        },
        watched.board,
        signal,
      ),
  };
  return watched;
}

const steering = new RegExp(`${"\x1b"}\\[[?\\d;]*[A-Za-z]`, "g");

/** For tests: a terminal that remembers. */
export function fakeWindow(columns: number, rows: number) {
  const listeners = { key: (_: string) => {}, resize: () => {} };
  const size = { columns, rows };
  let written = "";
  const window: Window = {
    write: (text) => {
      written += text;
    },
    columns: () => size.columns,
    rows: () => size.rows,
    onKey: (listener) => {
      listeners.key = listener;
      return () => {};
    },
    onResize: (listener) => {
      listeners.resize = listener;
      return () => {};
    },
  };
  return {
    window,
    written: () => written,
    /** The lines of the last drawing, without what steers the terminal. */
    lines: () => written.slice(written.lastIndexOf("\x1b[H")).replaceAll(steering, "").split("\r\n"),
    press: (key: string) => listeners.key(key),
    resize: (to: { columns: number; rows: number }) => {
      Object.assign(size, to);
      listeners.resize();
    },
  };
}
