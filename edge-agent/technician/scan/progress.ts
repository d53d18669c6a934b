import { cut } from "@weir/config/table.ts";

/** Where a person watches a scan: lines that stay, and below them one that changes. */
export type Screen = {
  /** A line that stays. */
  line(text: string): void;
  /** What goes on now; done: 0 to 1. */
  status(text: string, done: number): void;
  /** Takes the changing line away. */
  clear(): void;
};

const barWidth = 20;

/** A bar that redraws itself below the lines. `write` takes bytes for the terminal as they are. */
export function liveScreen(write: (text: string) => void, out: (text: string) => void, columns: () => number): Screen {
  const wipe = "\r\x1b[K";
  let shown = "";
  return {
    line: (text) => {
      if (shown !== "") write(wipe);
      out(text);
      if (shown !== "") write(shown);
    },
    status: (text, done) => {
      shown = cut(`${bar(done)} ${text}`, columns() - 1);
      write(`${wipe}${shown}`);
    },
    clear: () => {
      if (shown !== "") write(wipe);
      shown = "";
    },
  };
}

/** Plain lines; a status is told when its text changes. */
export function plainScreen(out: (text: string) => void): Screen {
  return { line: out, status: () => {}, clear: () => {} };
}

function bar(done: number): string {
  const full = Math.round(Math.min(1, Math.max(0, done)) * barWidth);
  return `[${"#".repeat(full)}${"-".repeat(barWidth - full)}] ${String(Math.floor(Math.min(1, done) * 100)).padStart(3)} %`;
}
