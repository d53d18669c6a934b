import { addRange, hasOffset, type OffsetRange, type OffsetSet } from "@weir/wire/ranges.ts";
import type { Entry, Reading } from "../outbox/outbox.ts";

export type WindowOptions = {
  /** Bytes of records in flight without a receipt, at first and whenever receipts are slow, except for a single record that is larger. */
  readonly windowBytes: number;
  /** The same while receipts come quickly, at most. The window does not grow when left out. */
  readonly mostBytes?: number;
  /** Backlog, bytes of records a second; as much as there is when left out. Urgent records go at once and count. */
  readonly backlogBytesPerS?: number;
  /** The offset the next append will get; whatever is older and still in the outbox is backlog. */
  readonly next: number;
};

/** The outbox's read; undefined when it cannot be read now. */
export type Read = (range: Reading, maxBytes: number) => readonly Entry[] | undefined;

export type Outgoing = { readonly entry: Entry; readonly historical: boolean };

export type WindowState = {
  /** Bytes that may be in flight now. */
  readonly windowBytes: number;
  readonly inFlight: number;
  readonly inFlightBytes: number;
  /** How long a receipt is waited for before a record is sent again, ms. */
  readonly timeoutMs: number;
  /** Smoothed time from sending a record to its receipt, ms; undefined before the first. */
  readonly receiptMs: number | undefined;
};

/** Backlog may take this share of the window, so that a new reading never waits for a round trip of old ones. */
const backlogShare = 0.75;
/** New readings that could not be sent for so long are backlog. */
const freshMs = 10_000;
/** A receipt within this time, or within twice the shortest on this connection, has not waited in a queue. */
const promptMs = 200;
const firstTimeoutMs = 5000;
const shortestTimeoutMs = 2000;
const longestTimeoutMs = 60_000;

/**
 * Decides which record goes out next; no I/O, times in ms of one monotonic clock.
 * New readings first, then urgent backlog, then the rest, each ascending. A record stays in flight until its receipt, a new session or a timeout, and then
 * is backlog again. The timeout follows the round trips (RFC 6298: smoothed mean plus four deviations; a record sent twice
 * does not count; it doubles, up to a minute, while no receipt comes at all).
 * The window doubles with each round trip while it is filled and receipts are prompt; it halves when one has waited three times as
 * long, and begins anew after a timeout: what a slow cloud holds of a gateway falls back to `windowBytes`.
 */
export type Window = ReturnType<typeof createWindow>;

export function createWindow({ windowBytes: least, mostBytes = least, backlogBytesPerS, next }: WindowOptions) {
  let windowBytes = least;
  let shortestMs = Number.POSITIVE_INFINITY;
  let filled = false;
  const purse = { bytes: backlogBytesPerS ?? Number.POSITIVE_INFINITY, at: 0 };
  const inFlight = new Map<
    number,
    { readonly bytes: number; readonly sentAt: number; readonly again: boolean; readonly urgent: boolean }
  >();
  let inFlightBytes = 0;
  let fresh: { readonly entries: readonly Entry[]; readonly at: number }[] = [];
  let freshBytes = 0;
  let backlog: OffsetSet = next > 1 ? [[1, next - 1]] : [];
  /** No urgent record of the backlog is older; undefined when there is none. */
  let urgentFrom: number | undefined = 1;
  let heardOf = next - 1;
  let sentBefore = 0;
  const roundTrip = { mean: 0, deviation: 0, known: false };
  let backOff = 1;
  /** The oldest backlog record needs the window for itself: nothing else is sent until it has been. */
  let draining = false;

  const timeoutMs = () => {
    const fit = roundTrip.known
      ? Math.max(shortestTimeoutMs, roundTrip.mean + 4 * roundTrip.deviation)
      : firstTimeoutMs;
    return Math.min(longestTimeoutMs, fit * backOff);
  };

  function land(offset: number): void {
    inFlightBytes -= inFlight.get(offset)?.bytes ?? 0;
    inFlight.delete(offset);
  }

  function toBacklog(offset: number): void {
    if (inFlight.get(offset)?.urgent) urgentAt(offset);
    land(offset);
    backlog = addRange(backlog, [offset, offset]);
  }

  function urgentAt(offset: number): void {
    urgentFrom = Math.min(urgentFrom ?? offset, offset);
  }

  function measure(ms: number): void {
    const { mean, deviation, known } = roundTrip;
    Object.assign(roundTrip, {
      known: true,
      mean: known ? mean + (ms - mean) / 8 : ms,
      deviation: known ? deviation + (Math.abs(ms - mean) - deviation) / 4 : ms / 2,
    });
  }

  /** New readings that are too old or too many to be called so. */
  function ageFresh(now: number): void {
    while (fresh[0] && (freshBytes > windowBytes || now - fresh[0].at > freshMs)) {
      const { entries } = fresh.shift()!;
      freshBytes -= bytesOf(entries);
      for (const { offset, urgent } of entries) if (urgent) urgentAt(offset);
      backlog = addRange(backlog, [entries[0]!.offset, entries.at(-1)!.offset]);
    }
  }

  const fits = (bytes: number, share: number) => inFlight.size === 0 || inFlightBytes + bytes <= windowBytes * share;

  /** At most two seconds' worth, so that a silence does not buy a flood. */
  function earn(now: number): void {
    if (backlogBytesPerS === undefined) return;
    purse.bytes = Math.min(2 * backlogBytesPerS, purse.bytes + ((now - purse.at) * backlogBytesPerS) / 1000);
    purse.at = now;
  }

  /** A receipt for `bytes` after ms. */
  function adapt(ms: number, bytes: number): void {
    shortestMs = Math.min(shortestMs, ms);
    const prompt = Math.max(promptMs, 2 * shortestMs);
    if (ms <= prompt && filled) windowBytes = Math.min(mostBytes, windowBytes + bytes);
    else if (ms > 3 * prompt) windowBytes = Math.max(least, windowBytes / 2);
    filled = false;
  }

  function send(entry: Entry, now: number): void {
    inFlight.set(entry.offset, {
      bytes: entry.body.length,
      sentAt: now,
      again: entry.offset <= sentBefore,
      urgent: entry.urgent ?? false,
    });
    inFlightBytes += entry.body.length;
    sentBefore = Math.max(sentBefore, entry.offset);
  }

  function takeFresh(now: number): Outgoing[] {
    const taken: Outgoing[] = [];
    for (;;) {
      const group = fresh[0];
      if (!group || draining) return taken;
      const fitting = prefix(group.entries, (entry) => {
        if (!fits(entry.body.length, 1)) return false;
        send(entry, now);
        taken.push({ entry, historical: false });
        return true;
      });
      freshBytes -= bytesOf(fitting);
      const rest = group.entries.slice(fitting.length);
      if (rest.length > 0) {
        fresh[0] = { ...group, entries: rest };
        return taken;
      }
      fresh.shift();
    }
  }

  /** What is urgent in the backlog, as far as there is room. */
  function takeUrgent(read: Read, now: number): Outgoing[] {
    const taken: Outgoing[] = [];
    while (urgentFrom !== undefined) {
      const entries = read({ from: urgentFrom, before: heardOf + 1, urgent: true }, windowBytes);
      if (!entries) return taken;
      for (const entry of entries) {
        if (hasOffset(backlog, entry.offset)) {
          draining = entry.body.length > windowBytes * backlogShare && !fits(entry.body.length, backlogShare);
          if (!fits(entry.body.length, backlogShare)) return taken;
          backlog = without(backlog, [entry.offset, entry.offset]);
          purse.bytes -= entry.body.length;
          send(entry, now);
          taken.push({ entry, historical: true });
        }
        urgentFrom = entry.offset + 1;
      }
      if (entries.length === 0) urgentFrom = undefined;
    }
    return taken;
  }

  function takeBacklog(read: Read, now: number): Outgoing[] {
    const taken: Outgoing[] = [];
    for (;;) {
      const range = backlog[0];
      const room = windowBytes * backlogShare - inFlightBytes;
      if (!range) draining = false;
      if (!range || purse.bytes <= 0) return taken;
      if (room <= 0 && inFlight.size > 0) {
        filled = true;
        return taken;
      }
      const [first, last] = range;
      const entries = read({ from: first, before: last + 1 }, Math.max(room, 1));
      if (!entries) return taken;
      const fitting = prefix(entries, (entry) => {
        if (purse.bytes <= 0 || !fits(entry.body.length, backlogShare)) return false;
        purse.bytes -= entry.body.length;
        send(entry, now);
        taken.push({ entry, historical: true });
        return true;
      });
      const reached = entries.length === 0 ? last : (fitting.at(-1)?.offset ?? first - 1);
      backlog = reached < last ? [[reached + 1, last], ...backlog.slice(1)] : backlog.slice(1);
      const waiting = entries[fitting.length];
      draining = waiting !== undefined && purse.bytes > 0 && waiting.body.length > windowBytes * backlogShare;
      if (!waiting) continue;
      filled = purse.bytes > 0;
      return taken;
    }
  }

  return {
    /** New records, durable just now. */
    appended(entries: readonly Entry[], now: number): void {
      fresh.push({ entries, at: now });
      heardOf = Math.max(heardOf, entries.at(-1)!.offset);
      freshBytes += bytesOf(entries);
    },

    /** What to send now; from then on it is in flight. `read` is the outbox's. */
    take(read: Read, now: number): readonly Outgoing[] {
      ageFresh(now);
      earn(now);
      const fresh = takeFresh(now);
      const urgent = takeUrgent(read, now);
      return [...fresh, ...urgent, ...(urgentFrom === undefined ? takeBacklog(read, now) : [])];
    },

    /** What a record of the backlog took on the way, compressed and with all that is around it: this is what its limit is about. */
    sentAs(entry: Entry, bytes: number): void {
      purse.bytes += entry.body.length - bytes;
    },

    /** These are stored: whatever state they are in here, they are not sent (again). */
    receipt(ranges: readonly OffsetRange[], now: number): void {
      let oldest = Number.POSITIVE_INFINITY;
      const before = inFlightBytes;
      for (const [first, last] of ranges) {
        for (const offset of within(inFlight, first, last)) {
          const { sentAt, again } = inFlight.get(offset)!;
          if (!again) oldest = Math.min(oldest, sentAt);
          land(offset);
        }
        backlog = without(backlog, [first, last]);
        fresh = fresh.flatMap(({ entries, at }) => {
          const rest = entries.filter(({ offset }) => offset < first || last < offset);
          freshBytes -= bytesOf(entries) - bytesOf(rest);
          return rest.length > 0 ? [{ entries: rest, at }] : [];
        });
      }
      if (oldest < Number.POSITIVE_INFINITY) {
        measure(now - oldest);
        adapt(now - oldest, before - inFlightBytes);
      }
      backOff = 1;
    },

    /** Puts back what has waited too long for its receipt; true when there was any. */
    expire(now: number): boolean {
      const limit = timeoutMs();
      let expired = false;
      for (const [offset, { sentAt }] of inFlight) {
        if (now - sentAt < limit) break;
        toBacklog(offset);
        expired = true;
      }
      if (expired) windowBytes = least;
      if (expired) backOff = Math.min(backOff * 2, longestTimeoutMs / shortestTimeoutMs);
      return expired;
    },

    /**
     * A new connection: nothing in flight can be trusted to have arrived, nothing that waited is new any more, and what was
     * appended meanwhile, up to but without `next`, is backlog too.
     */
    restart(next: number): void {
      [urgentFrom, windowBytes, shortestMs] = [1, least, Number.POSITIVE_INFINITY];
      for (const offset of [...inFlight.keys()]) toBacklog(offset);
      for (const { entries } of fresh) backlog = addRange(backlog, [entries[0]!.offset, entries.at(-1)!.offset]);
      if (next > heardOf + 1) backlog = addRange(backlog, [heardOf + 1, next - 1]);
      heardOf = Math.max(heardOf, next - 1);
      [fresh, freshBytes, backOff] = [[], 0, 1];
    },

    /** Everything in flight, as ranges. */
    inFlight: (): OffsetSet =>
      [...inFlight.keys()].reduce<OffsetSet>((set, offset) => addRange(set, [offset, offset]), []),
    /** ms until the oldest record in flight times out; Infinity when there is none. */
    untilTimeout(now: number): number {
      const [oldest] = inFlight.values();
      return oldest ? Math.max(0, oldest.sentAt + timeoutMs() - now) : Number.POSITIVE_INFINITY;
    },
    state: (): WindowState => ({
      windowBytes,
      inFlight: inFlight.size,
      inFlightBytes,
      timeoutMs: timeoutMs(),
      receiptMs: roundTrip.known ? roundTrip.mean : undefined,
    }),
  };
}

function bytesOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, entry) => sum + entry.body.length, 0);
}

/** The longest beginning whose items all pass; the test is not asked again after the first that does not. */
function prefix<T>(items: readonly T[], passes: (item: T) => boolean): readonly T[] {
  const end = items.findIndex((item) => !passes(item));
  return end < 0 ? items : items.slice(0, end);
}

function within(inFlight: ReadonlyMap<number, unknown>, first: number, last: number): number[] {
  if (last - first > inFlight.size) return [...inFlight.keys()].filter((offset) => first <= offset && offset <= last);
  return Array.from({ length: last - first + 1 }, (_, n) => first + n).filter((offset) => inFlight.has(offset));
}

function without(set: OffsetSet, [first, last]: OffsetRange): OffsetSet {
  return set.flatMap(([a, b]): OffsetRange[] => {
    if (b < first || last < a) return [[a, b]];
    return [...(a < first ? [[a, first - 1] as const] : []), ...(last < b ? [[last + 1, b] as const] : [])];
  });
}
