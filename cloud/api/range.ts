import { z } from "zod";
import { badRequest } from "./fault.ts";
import { parseMoment } from "./moment.ts";

const momentHelp =
  "ISO 8601 with a zone (2026-05-01T08:00:00+08:00), epoch milliseconds, `now`, or a duration ago (-15m, -1h, -7d)";
const momentText = z.string().refine((text) => parseMoment(text, 0) !== undefined, "is not a moment");

/** The fields `from` and `to` of a query. */
export function rangeQuery(from: string) {
  return { from: momentText.default(from).describe(momentHelp), to: momentText.default("now").describe(momentHelp) };
}

/** The range in epoch ms. Throws ApiError when it does not run forward. */
export function rangeOf(
  query: { readonly from: string; readonly to: string },
  now: number,
): { from: number; to: number } {
  const range = { from: parseMoment(query.from, now)!, to: parseMoment(query.to, now)! };
  if (range.from >= range.to)
    throw badRequest([
      { where: "query.from", message: `${query.from} is not before to (${query.to}); right: an earlier moment` },
    ]);
  return range;
}
