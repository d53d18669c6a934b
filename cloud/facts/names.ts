import type { Quantity } from "@weir/wire/quantities.ts";

/** The kind of the one device that stands for the cloud itself. */
export const cloudKind = "cloud";

const written: ReadonlySet<string> = new Set<Quantity>([
  "gateway_online",
  "records_stored",
  "records_missing",
  "records_rejected",
  "records_gone",
  "records_unaccounted",
  "records_duplicated",
  "oldest_missing_age",
  "messages_unusable",
  "clock_offset",
  "device_online",
  "data_age",
  "completeness",
  "validity",
]);

/** True for a point that the cloud has written about somebody, as opposed to a reading that somebody sent. Pure. */
export function isFact({ kind, metric }: { readonly kind: string; readonly metric: string }): boolean {
  return kind === cloudKind || written.has(metric);
}
