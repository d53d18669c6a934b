import { readFileSync } from "node:fs";
import { type ClockBase, formatClockBase, parseClockBase } from "./dating.ts";
import { crcOf } from "./seal.ts";
import { writeDurably } from "./write-durably.ts";

/** Of the newest boots. */
const kept = 8;
/** Two measurements of one clock in one boot differ by less; what differs by more has been set meanwhile. */
const measuredWithinMs = 1000;

/**
 * By which clocks records may be dated: those that were right in earlier boots, from `<file>.clocks`, and the one that is `known` to be right
 * now, which is durable there before this returns. Where this boot's was known before, that one goes on: a record that is dated once more, since
 * the disk has forgotten that it was, gets the same time as when it was sent. Throws when the disk takes nothing.
 */
export function rememberClock(file: string, known: ClockBase | undefined): readonly ClockBase[] {
  const clocks = readClocks(file);
  const before = clocks.find(({ boot }) => boot === known?.boot);
  if (!known || (before && Math.abs(before.ms - known.ms) < measuredWithinMs)) return clocks;
  const all = [...clocks.filter((each) => each !== before), known].slice(-kept);
  const lines = all.map(formatClockBase).map((line) => `${line} ${crcOf([line])}`);
  writeDurably(`${file}.clocks`, `${lines.join("\n")}\n`);
  return all;
}

/** What cannot be read is left out. */
function readClocks(file: string): readonly ClockBase[] {
  let text: string;
  try {
    text = readFileSync(`${file}.clocks`, "utf8");
  } catch {
    return [];
  }
  return text.split("\n").flatMap((line) => {
    const [, base, crc] = /^(\S+ \S+) (\d+)$/.exec(line) ?? [];
    return base !== undefined && crcOf([base]) === Number(crc) ? [parseClockBase(base)] : [];
  });
}
