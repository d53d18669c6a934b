import { type Former, parseFormers } from "@weir/wire/former.ts";
import { names } from "@weir/wire/names.ts";
import type { Payload } from "@weir/wire/sparkplug/payload.ts";

/** Which session an NBIRTH begins; undefined where it does not say. Pure. */
export function bdSeqOf(payload: Payload): number | undefined {
  return integerOf(payload, names.bdSeq);
}

/** What the outbox behind an NBIRTH of ours holds: its epoch and the oldest offset; undefined where it does not say. Pure. */
export function heldOf(payload: Payload): { readonly epoch: number; readonly oldest: number } | undefined {
  const epoch = integerOf(payload, names.epoch);
  const oldest = integerOf(payload, names.oldest);
  return epoch === undefined || oldest === undefined ? undefined : { epoch, oldest };
}

/** Which outboxes of this gateway are no more; empty where it does not say, or says nonsense. Pure. */
export function formersOf({ metrics }: Payload): readonly Former[] {
  const value = metrics.find(({ name }) => name === names.former)?.value;
  const formers = typeof value === "string" ? parseFormers(value) : [];
  return "error" in formers ? [] : formers;
}

function integerOf({ metrics }: Payload, wanted: string): number | undefined {
  const value = metrics.find(({ name }) => name === wanted)?.value;
  const number = typeof value === "bigint" || typeof value === "number" ? Number(value) : undefined;
  return Number.isSafeInteger(number) ? number : undefined;
}
