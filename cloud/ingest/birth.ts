import { names } from "@weir/wire/names.ts";
import type { Payload } from "@weir/wire/sparkplug/payload.ts";

/** Which session an NBIRTH begins; undefined where it does not say. Pure. */
export function bdSeqOf({ metrics }: Payload): number | undefined {
  const value = metrics.find(({ name }) => name === names.bdSeq)?.value;
  return typeof value === "bigint" || typeof value === "number" ? Number(value) : undefined;
}
