import { doubt, redate } from "@weir/wire/redate.ts";

/**
 * A wall clock that nobody vouches for, by what stays when it is set: the machine's boot, and how far the wall clock was ahead of
 * the monotonic one of that boot, ms.
 */
export type ClockBase = { readonly boot: string; readonly ms: number };

/** A reading is older than its append by at most so much: measurements take minutes. */
const longestReadingMs = 600_000;
/** And never newer, but for rounding. */
const roundingMs = 1000;

type Undated = { readonly body: Uint8Array; readonly appendedAt: number; readonly clock?: ClockBase };

/**
 * A record whose times came from such a clock, with the right ones: the same monotonic time by the clock of the same boot that is `known` to be
 * right. Where there is none, its values are uncertain instead. Times that are not of around its append are the instrument's own and stay.
 */
export function dateRecord<T extends Undated>(record: T, known: readonly ClockBase[]): Omit<T, "clock"> {
  const { clock, ...rest } = record;
  if (!clock) return rest;
  const { body, appendedAt } = record;
  const own = { from: appendedAt - longestReadingMs, to: appendedAt + roundingMs };
  const right = known.find(({ boot }) => boot === clock.boot);
  if (!right) return { ...rest, body: doubt(body, own) };
  const byMs = Math.round(right.ms - clock.ms);
  return { ...rest, body: redate(body, own, byMs), appendedAt: appendedAt + byMs };
}

/** As it stands in the outbox file. */
export const formatClockBase = ({ boot, ms }: ClockBase): string => `${boot} ${ms}`;

export function parseClockBase(text: string): ClockBase {
  const space = text.lastIndexOf(" ");
  return { boot: text.slice(0, space), ms: Number(text.slice(space + 1)) };
}
