import { names } from "@weir/wire/names.ts";
import { formatReceipt, formatRejection } from "@weir/wire/receipt.ts";
import { encodePayload } from "@weir/wire/sparkplug/encode.ts";
import { DataType } from "@weir/wire/sparkplug/payload.ts";
import { formatTopic } from "@weir/wire/topics.ts";
import type { Settlement } from "../ledger/book.ts";

export type Outgoing = { readonly topic: string; readonly payload: Uint8Array };

/** What to tell a gateway about its settled records, at epoch ms `at`: one NCMD with all that is stored, one for each rejection. Pure. */
export function repliesOf(settlement: Settlement, at: number): readonly Outgoing[] {
  const { site, gateway, epoch, stored, rejected } = settlement;
  const topic = formatTopic({ verb: "NCMD", group: site, node: gateway });
  const command = (name: string, value: string): Outgoing => ({
    topic,
    payload: encodePayload({ timestamp: at, metrics: [{ name, timestamp: at, datatype: DataType.String, value }] }),
  });
  return [
    ...(stored.length === 0 ? [] : [command(names.receipt, formatReceipt(epoch, stored))]),
    ...rejected.map(({ offset, reason }) => command(names.rejected, formatRejection(epoch, offset, reason))),
  ];
}
