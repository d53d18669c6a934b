import { type Terminal, UsageError } from "@weir/config/command-line.ts";
import { formatTable } from "@weir/config/table.ts";
import { openRecord } from "@weir/wire/record.ts";
import { decodePayload } from "@weir/wire/sparkplug/decode.ts";
import { readConfig } from "../config.ts";
import { type Inspection, inspectOutbox, type Peeked } from "../outbox/inspect.ts";
import type { CommandOptions } from "./command.ts";

/** Looks into the outbox without changing it. 1 when something was dropped or is in quarantine: a person should look. */
export function outbox(
  file: string,
  [verb, ...rest]: readonly string[],
  options: CommandOptions,
  { out }: Terminal,
): number {
  if (rest.length > 0) throw new UsageError(`outbox ${verb} takes nothing more: "${rest.join(" ")}"`);
  const { outbox } = readConfig(file);
  const limit = Number(options.limit ?? 20);
  if (!Number.isInteger(limit) || limit < 1)
    throw new UsageError(`--limit ${options.limit}: expected a number of records from 1 on`);
  const inspection = inspectOutbox(outbox.path);
  try {
    switch (verb) {
      case "status":
        return status(inspection, outbox, options, out);
      case "peek":
        return list(inspection.peek({ limit }), options, out, () => "");
      case "quarantine":
        return list(inspection.quarantine(), options, out, ({ reason }) => reason);
      default:
        throw new UsageError(`outbox takes status, peek or quarantine${verb === undefined ? "" : `, not "${verb}"`}`);
    }
  } finally {
    inspection.close();
  }
}

function status(
  inspection: Inspection,
  { path, limit }: { path: string; limit: number },
  { json }: CommandOptions,
  out: Terminal["out"],
): number {
  const status = inspection.status();
  if (json) out(JSON.stringify({ path, limitBytes: limit, ...status }));
  else
    out(
      formatTable([
        ["outbox", path],
        ["epoch", String(status.epoch)],
        [
          "waiting",
          `${status.records} records with ${status.samples} samples, ${mebibytes(status.bytes)} of ${mebibytes(limit)}`,
        ],
        [
          "oldest",
          status.oldest ? `${moment(status.oldest.appendedAt)}, offset ${status.oldest.offset}` : "nothing waits",
        ],
        ["since creation", `${status.appended} appended, ${status.confirmed} confirmed by the cloud`],
        [
          "dropped",
          status.dropped === 0
            ? "none"
            : `${status.dropped}: the limit was reached; raise outbox.limit or repair the uplink`,
        ],
        ["quarantine", status.quarantined === 0 ? "empty" : `${status.quarantined}: see weir-edge outbox … quarantine`],
        ["file", mebibytes(status.fileBytes)],
      ]),
    );
  return status.dropped + status.quarantined === 0 ? 0 : 1;
}

function list<T extends Peeked>(
  records: readonly T[],
  { json }: CommandOptions,
  out: Terminal["out"],
  reasonOf: (record: T) => string,
): number {
  const rows = records.map((record) => {
    const { offset, device, appendedAt } = record;
    return {
      offset,
      device,
      appendedAt: new Date(appendedAt).toISOString(),
      content: contentOf(record),
      reason: reasonOf(record),
    };
  });
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
function contentOf({ body, samples }: Peeked): string {
  if (body === undefined) return "damaged: its checksum does not hold";
  const payload = decodePayload(body);
  if ("error" in payload) return `${samples} samples; ${payload.error}`;
  return openRecord(payload)
    .samples.map(({ metric, value, quality }) => `${metric}=${value ?? quality}`)
    .join(" ");
}

const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const moment = (at: number) => `${new Date(at).toISOString().slice(0, 19)}Z`;
