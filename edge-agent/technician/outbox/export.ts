import { closeSync, openSync, writeSync } from "node:fs";
import { type Terminal, UsageError } from "@weir/config/command-line.ts";
import type { Peeked, Quarantined } from "../../outbox/inspect.ts";
import type { CommandOptions } from "../command.ts";
import type { Language } from "../language.ts";
import { contentOf } from "./content.ts";
import { words } from "./words.ts";

const columns = ["offset", "device", "metric", "time", "value", "quality", "reason"] as const;
type Row = Readonly<Record<(typeof columns)[number], string | number | null>>;

const formats = { csv: (row: Row) => columns.map((column) => cell(row[column])).join(","), json: JSON.stringify };
const chunkBytes = 2 ** 16;

/**
 * Every sample of the records, a row each: CSV (RFC 4180, with a heading) or JSON lines; to a new file or to the terminal.
 * A record that cannot be opened gives one row with the reason. 1 when there was such a record.
 */
export function exportRecords(
  records: Iterable<Peeked | Quarantined>,
  { format = "csv", to, language }: Pick<CommandOptions, "format" | "to"> & { readonly language: Language },
  { out, err }: Terminal,
): number {
  if (format !== "csv" && format !== "json") throw new UsageError(`--format ${format}: expected csv or json`);
  const target = to === undefined ? { write: out, end: () => {} } : createFile(to);
  const counts = { samples: 0, records: 0, unreadable: 0 };
  try {
    if (format === "csv") target.write(columns.join(","));
    for (const record of records) {
      counts.records += 1;
      const rows = rowsOf(record);
      for (const row of rows) target.write(formats[format](row));
      if (rows[0]?.metric === null) counts.unreadable += 1;
      else counts.samples += rows.length;
    }
  } finally {
    target.end();
  }
  const say = words[language];
  const unreadable = counts.unreadable === 0 ? "" : say.couldNotBeOpened(counts.unreadable);
  err(say.exported(counts.samples, counts.records, to) + unreadable);
  return counts.unreadable === 0 ? 0 : 1;
}

function rowsOf(record: Peeked | Quarantined): readonly Row[] {
  const { offset, device, appendedAt } = record;
  const reason = "reason" in record ? record.reason : "";
  const content = contentOf(record);
  if ("error" in content) {
    const time = new Date(appendedAt).toISOString();
    return [{ offset, device, metric: null, time, value: null, quality: null, reason: reason || content.error }];
  }
  return content.samples.map(({ metric, at, value, quality }) => {
    return { offset, device, metric, time: new Date(at).toISOString(), value, quality, reason };
  });
}

function cell(value: string | number | null): string {
  const text = value === null ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Lines into a file that was not there before. */
function createFile(path: string) {
  const file = open(path);
  let lines: string[] = [];
  let length = 0;
  const flush = () => {
    if (lines.length > 0) writeSync(file, `${lines.join("\n")}\n`);
    [lines, length] = [[], 0];
  };
  return {
    write(line: string): void {
      lines.push(line);
      length += line.length;
      if (length >= chunkBytes) flush();
    },
    end(): void {
      flush();
      closeSync(file);
    },
  };
}

function open(path: string): number {
  try {
    return openSync(path, "wx", 0o600);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(code === "EEXIST" ? `${path} is there already; choose another name for --to` : message);
  }
}
