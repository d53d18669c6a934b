import { names } from "@weir/wire/names.ts";
import { formatReceipt, formatRejection } from "@weir/wire/receipt.ts";
import { encodePayload } from "@weir/wire/sparkplug/encode.ts";
import { DataType, type Metric } from "@weir/wire/sparkplug/payload.ts";
import { formatTopic } from "@weir/wire/topics.ts";
import type { Settlement } from "../ledger/book.ts";

export type Outgoing = { readonly topic: string; readonly payload: Uint8Array };

/** What to tell a gateway about its settled records, at epoch ms `at`: one NCMD with all that is stored and with what this cloud can open, one for each rejection. Pure. */
export function repliesOf(settlement: Settlement, at: number): readonly Outgoing[] {
  const { site, gateway, epoch, stored, rejected } = settlement;
  const topic = formatTopic({ verb: "NCMD", group: site, node: gateway });
  const text = (name: string, value: string) => ({ name, timestamp: at, datatype: DataType.String, value });
  const command = (...metrics: Metric[]): Outgoing => ({ topic, payload: encodePayload({ timestamp: at, metrics }) });
  return [
    ...(stored.length === 0
      ? []
      : [command(text(names.receipt, formatReceipt(epoch, stored)), text(names.accepts, "DEFLATE"))]),
    ...rejected.map(({ offset, reason }) => command(text(names.rejected, formatRejection(epoch, offset, reason)))),
  ];
}
