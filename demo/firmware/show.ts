import { formatTable } from "@weir/config/table.ts";
import type { Account, Claim, Span } from "./account.ts";

const mostColumns = 72;
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** A row for each node. */
export function accountTable(accounts: readonly Account[]): string {
  const rows = accounts.map(({ id, by, before, after, states, usualMs, ownMs, otherMs }) => [
    ...[id, by, before, after, states.join(", "), seconds(usualMs), seconds(ownMs), seconds(otherMs)],
  ]);
  const head = ["node", "ordered by", "ran", "runs", "states", "read every", "its gap", "else at most"];
  return formatTable([head, ...rows]);
}

/** A line for each node: when there are readings of it in the store, and when there are none. */
export function timeline(accounts: readonly Account[], { from, to }: Span): string {
  const step = Math.max(1000, Math.ceil((to - from) / mostColumns / 1000) * 1000);
  const columns = Array.from({ length: Math.floor((to - from) / step) }, (_, n) => from + (n + 0.5) * step);
  const width = Math.max(...accounts.map(({ id }) => id.length));
  const rows = accounts.map(({ id, gaps }) => {
    const isGap = (at: number) => gaps.some((gap) => gap.from < at && at < gap.to);
    return `${id.padEnd(width)}  ${columns.map((at) => (isGap(at) ? "·" : "█")).join("")}`;
  });
  return [...rows, `${"".padEnd(width)}  a column is ${step / 1000} s: █ readings in the store, · none`].join("\n");
}

export const claimLines = (claims: readonly Claim[]): string =>
  claims.map(({ claim, holds }) => `${holds ? "yes" : "NO "}  ${claim}`).join("\n");
