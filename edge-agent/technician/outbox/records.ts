import type { Terminal } from "@weir/config/command-line.ts";
import { formatTable } from "@weir/config/table.ts";
import { sayRefusal } from "@weir/wire/refusal.ts";
import type { Peeked, Quarantined } from "../../outbox/inspect.ts";
import type { CommandOptions } from "../command.ts";
import type { Language } from "../language.ts";
import { contentOf } from "./content.ts";
import { words } from "./words.ts";

/** A line a record. */
export function showRecords(
  records: Iterable<Peeked | Quarantined>,
  { json, language }: Pick<CommandOptions, "json"> & { readonly language: Language },
  out: Terminal["out"],
): number {
  const say = words[language];
  const rows = Array.from(records, (record) => ({
    offset: record.offset,
    device: record.device,
    appendedAt: new Date(record.appendedAt).toISOString(),
    content: textOf(record),
    reason: "reason" in record ? record.reason : "",
  }));
  if (json) for (const row of rows) out(JSON.stringify(row));
  else if (rows.length === 0) out(say.noRecords);
  else
    out(
      formatTable([
        say.headings,
        ...rows.map(({ offset, device, appendedAt, content, reason }) => [
          String(offset),
          device ?? say.gateway,
          appendedAt,
          content,
          sayRefusal(reason, language),
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
