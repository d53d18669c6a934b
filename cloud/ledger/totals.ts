import type { LedgerRow } from "./ledger.ts";

export type Totals = {
  readonly stored: number;
  readonly rejected: number;
  /** Given up by the gateway, or lost with an embedded store that had to be restored. */
  readonly gone: number;
  /**
   * Still missing from outboxes that this gateway has no more. What it could save it has sent under new numbers, and the rest is lost;
   * nobody can tell which.
   */
  readonly unaccounted: number;
  readonly duplicates: number;
};

/** A gateway's counts over all the outboxes that are remembered. Pure. */
export function totalsOf({ previous, ...newest }: LedgerRow): Totals {
  const sum = (key: "stored" | "rejected" | "gone" | "duplicates") =>
    previous.reduce((total, row) => total + row[key], newest[key]);
  const lost = [newest, ...previous].filter(({ restored }) => restored?.storeKept === false);
  return {
    stored: sum("stored"),
    rejected: sum("rejected"),
    gone: lost.reduce((total, { unbacked }) => total + unbacked, sum("gone")),
    unaccounted: previous.reduce((total, { missing }) => total + missing, 0),
    duplicates: sum("duplicates"),
  };
}
