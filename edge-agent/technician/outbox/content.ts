import { type OpenedRecord, openRecord } from "@weir/wire/record.ts";
import { decodePayload } from "@weir/wire/sparkplug/decode.ts";
import type { Peeked } from "../../outbox/inspect.ts";

/** What a record on disk holds, or why that cannot be said. */
export function contentOf({ body }: Peeked): OpenedRecord | { readonly error: string } {
  if (body === undefined) return { error: "damaged: its checksum does not hold" };
  const payload = decodePayload(body);
  return "error" in payload ? { error: payload.error } : openRecord(payload);
}
