import { cut } from "@weir/config/table.ts";
import type { Clock } from "@weir/wire/clock.ts";
import { formatAge } from "../../health/words.ts";
import type { Board } from "./board.ts";
import { tableLines } from "./table.ts";
import type { View } from "./view.ts";
import { type Mark, marks, sayWhy, words } from "./words.ts";

/** A terminal that is drawn on. */
export type Window = {
  /** Bytes for the terminal as they are. */
  write(text: string): void;
  columns(): number;
  rows(): number;
  /** Calls back with each key, as the terminal sends it. Returns a function that stops it. */
  onKey(listener: (key: string) => void): () => void;
  onResize(listener: () => void): () => void;
};

export type ScreenOptions = {
  readonly window: Window;
  readonly board: Board;
  readonly clock: Clock;
  readonly language: "en" | "zh";
  readonly source: "agent" | "instruments";
  readonly colour: boolean;
  /** The key that ends it was pressed. */
  readonly onQuit: () => void;
};

const enter = "\x1b[?1049h\x1b[?25l";
const leave = "\x1b[?25h\x1b[?1049l";
const colours: Readonly<Record<Mark | "strong", string>> = {
  good: "32",
  uncertain: "33",
  bad: "31",
  none: "2",
  strong: "1",
};
const steps: Readonly<Record<string, number>> = { "\x1b[A": -1, k: -1, "\x1b[B": 1, j: 1 };
const pages: Readonly<Record<string, number>> = { "\x1b[5~": -1, "\x1b[6~": 1, " ": 1 };
const ends = ["q", "Q", "\x03"];

/** The board as a table that is drawn anew in its place, on the terminal's other page, so that what stood there before comes back. */
export function openScreen({ window, board, clock, language, source, colour, onQuit }: ScreenOptions): View {
  const say = words[language];
  const startedAt = clock.monotonic();
  const paint = (text: string, mark: Mark | "strong") => (colour ? `\x1b[${colours[mark]}m${text}\x1b[0m` : text);
  let first = 0;
  let isOpen = true;

  function draw(): void {
    if (!isOpen) return;
    // The last column stays free: a terminal that has filled it is about to begin a new line.
    const columns = Math.max(1, window.columns() - 1);
    const time = new Date(clock.now()).toISOString().slice(11, 19);
    const running = `${say.running} ${formatAge(clock.monotonic() - startedAt, language)}`;
    const [heading, ...body] = tableLines(board, { language, columns, now: clock.now(), paint });
    const trouble = board.trouble();
    const top = [
      paint(cut(`${say.title} | ${say[source]} | ${time} UTC | ${running} | ${say.keys}`, columns), "strong"),
      ...(trouble === undefined ? [] : [paint(cut(`${marks.bad} ${sayWhy(trouble, language)}`, columns), "bad")]),
      heading!,
    ];
    const room = Math.max(1, window.rows() - top.length);
    const all = body.length <= room;
    const shown = all ? body.length : Math.max(0, room - 1);
    first = Math.max(0, Math.min(first, body.length - shown));
    const rest = all ? [] : [cut(`${body.length - shown} ${say.more}`, columns)];
    const lines = [...top, ...body.slice(first, first + shown), ...rest].slice(0, window.rows());
    window.write(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join("\r\n")}\x1b[J`);
  }

  const stopKeys = window.onKey((key) => {
    if (ends.includes(key)) return onQuit();
    first += (steps[key] ?? 0) + (pages[key] ?? 0) * Math.max(1, window.rows() - 4);
    draw();
  });
  const stopResize = window.onResize(draw);
  window.write(enter);

  return {
    tell: () => {},
    draw,
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      stopKeys();
      stopResize();
      window.write(leave);
    },
  };
}
