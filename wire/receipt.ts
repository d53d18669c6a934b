import type { OffsetRange, OffsetSet } from "./ranges.ts";

/** Cloud → gateway: these records of the outbox with this epoch are durable in the store. */
export type Receipt = { readonly epoch: number; readonly ranges: OffsetSet };

/** Cloud → gateway: the store will never take this record. */
export type Rejection = { readonly epoch: number; readonly offset: number; readonly reason: string };

/** `"<epoch> 120-164 170"`: a range of one is written as one number. Throws RangeError for no ranges or numbers that are not offsets. */
export function formatReceipt(epoch: number, ranges: readonly OffsetRange[]): string {
  const text = [epoch, ...ranges.map(([first, last]) => (first === last ? first : `${first}-${last}`))].join(" ");
  const parsed = parseReceipt(text);
  if ("error" in parsed) throw new RangeError(parsed.error);
  return text;
}

/** Ranges come as written: ascending or not, overlapping or not. */
export function parseReceipt(text: string): Receipt | { readonly error: string } {
  const [head, ...parts] = text.split(" ");
  const epoch = parseInteger(head);
  if (epoch === undefined || parts.length === 0) return { error: notA("receipt", "<epoch> 120-164 170", text) };
  const ranges: OffsetRange[] = [];
  for (const part of parts) {
    const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    const first = parseInteger(from);
    const last = parseInteger(to);
    if (first === undefined || last === undefined || last < first)
      return { error: notA("range of a receipt", "120-164 or 170", part) };
    ranges.push([first, last]);
  }
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

/** Decimal digits without a leading zero, up to 2^53 − 1. */
function parseInteger(text: string | undefined): number | undefined {
  if (text === undefined || !/^(0|[1-9]\d{0,15})$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

function notA(what: string, right: string, text: string): string {
  return `${JSON.stringify(text.slice(0, 80))} is not a ${what}: expected "${right}"`;
}
