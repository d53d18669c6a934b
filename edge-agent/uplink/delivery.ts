import type { Clock } from "@weir/wire/clock.ts";
import type { OffsetSet } from "@weir/wire/ranges.ts";
import { parseReceipt, parseRejection } from "@weir/wire/receipt.ts";
import type { Entry, Log, Outbox } from "../outbox/outbox.ts";
import { createWindow, type Outgoing, type Read, type Window, type WindowOptions, type WindowState } from "./window.ts";

export type WindowLimits = Omit<WindowOptions, "next">;

export type DeliveryStatus = WindowState & {
  readonly sent: number;
  /** Records in flight that a receipt (plain host: an answered ping) has freed. */
  readonly receipts: number;
  readonly rejections: number;
  /** Receipts and rejections that were about another epoch or could not be read. */
  readonly ignored: number;
};

/**
 * The window over the outbox: what to send, and what becomes of it. Receipts and rejections of another epoch change nothing.
 * When the outbox had to start a new epoch, so does the window.
 */
export type Delivery = ReturnType<typeof createDelivery>;

export function createDelivery({
  outbox,
  limits,
  clock,
  log,
}: {
  outbox: Outbox;
  limits: WindowLimits;
  clock: Clock;
  log: Log;
}) {
  const counts = { sent: 0, receipts: 0, rejections: 0, ignored: 0 };
  let epoch = outbox.epoch;
  let window: Window = createWindow({ ...limits, next: outbox.next() });

  function current(): Window {
    if (epoch === outbox.epoch) return window;
    epoch = outbox.epoch;
    window = createWindow({ ...limits, next: outbox.next() });
    return window;
  }

  const read: Read = (range, maxBytes) => {
    try {
      return outbox.read(range, maxBytes);
    } catch {
      return undefined;
    }
  };

  function settle(ranges: OffsetSet): void {
    const before = current().state().inFlight;
    window.receipt(ranges, clock.monotonic());
    counts.receipts += before - window.state().inFlight;
    void outbox.confirm(ranges);
  }

  return {
    appended: (entries: readonly Entry[]): void => current().appended(entries, clock.monotonic()),
    /** What to send now, and the epoch it is of. */
    take(): { readonly epoch: number; readonly outgoing: readonly Outgoing[] } {
      const outgoing = current().take(read, clock.monotonic());
      counts.sent += outgoing.length;
      return { epoch, outgoing };
    },
    /** See window.ts. */
    sentAs: (entry: Entry, bytes: number): void => window.sentAs(entry, bytes),
    restart: (): void => current().restart(outbox.next()),
    expire: (): void => void current().expire(clock.monotonic()),

    onReceipt(text: string): void {
      const receipt = parseReceipt(text);
      if ("error" in receipt || receipt.epoch !== outbox.epoch) counts.ignored += 1;
      else settle(receipt.ranges);
    },
    onRejection(text: string): void {
      const rejection = parseRejection(text);
      if ("error" in rejection || rejection.epoch !== outbox.epoch) {
        counts.ignored += 1;
        return;
      }
      const { offset, reason } = rejection;
      current().receipt([[offset, offset]], clock.monotonic());
      void outbox.quarantine(offset, reason);
      counts.rejections += 1;
      log.warn({ offset, reason }, "the store will never take this record: it is in quarantine");
    },
    /** What is in flight now; call the result when that is known to have arrived. undefined when nothing is. */
    checkpoint(): (() => void) | undefined {
      const [asked, ranges] = [epoch, current().inFlight()];
      if (ranges.length === 0) return undefined;
      return () => {
        if (asked === outbox.epoch) settle(ranges);
      };
    },
    status: (): DeliveryStatus => ({ ...counts, ...window.state() }),
  };
}
