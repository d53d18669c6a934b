import type { Terminal } from "@weir/config/command-line.ts";
import { formatTable } from "@weir/config/table.ts";
import type { Peeked, Quarantined } from "../../outbox/inspect.ts";
import type { CommandOptions } from "../command.ts";
import { contentOf } from "./content.ts";

/** A line a record. */
export function showRecords(
  records: Iterable<Peeked | Quarantined>,
  { json }: CommandOptions,
  out: Terminal["out"],
): number {
  const rows = Array.from(records, (record) => ({
    offset: record.offset,
    device: record.device,
    appendedAt: new Date(record.appendedAt).toISOString(),
    content: textOf(record),
    reason: "reason" in record ? record.reason : "",
  }));
  if (json) for (const row of rows) out(JSON.stringify(row));
  else if (rows.length === 0) out("no records");
  else
    out(
      formatTable([
        ["offset", "device", "appended", "content", ""],
        ...rows.map(({ offset, device, appendedAt, content, reason }) => [
          String(offset),
          device ?? "(gateway)",
          appendedAt,
          content,
          reason,
        ]),
      ]),
    );
  return 0;
}

/** `ph=7.12 turbidity=bad`, or what is wrong with the record. */
function textOf(record: Peeked): string {
  const content = contentOf(record);
  if ("error" in content) return `${record.samples} samples; ${content.error}`;
  return content.samples.map(({ metric, value, quality }) => `${metric}=${value ?? quality}`).join(" ");
}
