import { formatRanges, parseInteger, parseRanges } from "./range-text.ts";
import type { OffsetRange, OffsetSet } from "./ranges.ts";

/** Cloud → gateway: these records of the outbox with this epoch are durable in the store. */
export type Receipt = { readonly epoch: number; readonly ranges: OffsetSet };

/** Cloud → gateway: the store will never take this record. */
export type Rejection = { readonly epoch: number; readonly offset: number; readonly reason: string };

/** `"<epoch> 120-164 170"`. Throws RangeError for no ranges or numbers that are not offsets. */
export function formatReceipt(epoch: number, ranges: readonly OffsetRange[]): string {
  const text = [epoch, ...formatRanges(ranges)].join(" ");
  const parsed = parseReceipt(text);
  if ("error" in parsed) throw new RangeError(parsed.error);
  return text;
}

/** Ranges come as written: ascending or not, overlapping or not. */
export function parseReceipt(text: string): Receipt | { readonly error: string } {
  const [head, ...parts] = text.split(" ");
  const epoch = parseInteger(head);
  const ranges = parseRanges(parts);
  if (epoch === undefined || parts.length === 0 || !ranges)
    return { error: notA("receipt", "<epoch> 120-164 170", text) };
  return { epoch, ranges };
}

/** `"<epoch> 165 <reason>"`. */
export function formatRejection(epoch: number, offset: number, reason: string): string {
  const text = `${epoch} ${offset} ${reason}`;
  const parsed = parseRejection(text);
  if ("error" in parsed) throw new RangeError(parsed.error);
  return text;
}

export function parseRejection(text: string): Rejection | { readonly error: string } {
  const [, head, second, reason] = /^(\d+) (\d+) (.+)$/s.exec(text) ?? [];
  const epoch = parseInteger(head);
  const offset = parseInteger(second);
  if (epoch === undefined || offset === undefined || reason === undefined)
    return { error: notA("rejection", "<epoch> 165 <reason>", text) };
  return { epoch, offset, reason };
}

function notA(what: string, right: string, text: string): string {
  return `${JSON.stringify(text.slice(0, 80))} is not a ${what}: expected "${right}"`;
}
