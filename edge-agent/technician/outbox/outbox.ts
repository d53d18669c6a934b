import { type Terminal, UsageError } from "@weir/config/command-line.ts";
import { list } from "@weir/config/spelling.ts";
import { readConfig } from "../../config.ts";
import { inspectOutbox } from "../../outbox/inspect.ts";
import type { CommandOptions } from "../command.ts";
import { type Language, languageGiven } from "../language.ts";
import { exportRecords } from "./export.ts";
import { changeQuarantine } from "./quarantine.ts";
import { showRecords } from "./records.ts";
import { showStatus } from "./status.ts";

const verbs = ["status", "peek", "export", "quarantine"];

/** What waits on disk, and what a person can do about it. 1 when something was dropped or is in quarantine: a person should look. */
export async function outbox(
  file: string,
  [verb, ...rest]: readonly string[],
  given: CommandOptions,
  terminal: Terminal,
): Promise<number> {
  const options = { ...given, language: languageGiven(given.lang) };
  if (verb === undefined || !verbs.includes(verb))
    throw new UsageError(`outbox takes ${list(verbs)}${verb === undefined ? "" : `, not "${verb}"`}`);
  if (verb !== "quarantine" && rest.length > 0) throw new UsageError(`outbox ${verb} takes nothing more: "${rest[0]}"`);
  const { outbox } = readConfig(file);
  if (verb === "quarantine") return quarantine(outbox, rest, options, terminal);
  const inspection = inspectOutbox(outbox.path);
  try {
    if (verb === "status") return showStatus(inspection, outbox, options, terminal.out);
    if (verb === "export") return exportRecords(inspection.records(), options, terminal);
    return showRecords(inspection.records().take(limitOf(options)), options, terminal.out);
  } finally {
    inspection.close();
  }
}

const orders = ["list", "export", "retry", "delete"];

async function quarantine(
  { path, limit }: { readonly path: string; readonly limit: number },
  [verb = "list", ...words]: readonly string[],
  options: CommandOptions & { readonly language: Language },
  terminal: Terminal,
): Promise<number> {
  if (!orders.includes(verb)) throw new UsageError(`outbox quarantine takes ${list(orders)}, not "${verb}"`);
  const offsets = offsetsOf(words);
  if (verb === "retry" || verb === "delete")
    return changeQuarantine(verb, { path, limit, offsets, all: options.all, language: options.language }, terminal);
  const inspection = inspectOutbox(path);
  try {
    const records = inspection.quarantine().filter(({ offset }) => offsets?.includes(offset) ?? true);
    if (verb === "export") return exportRecords(records, options, terminal);
    return showRecords(records, options, terminal.out);
  } finally {
    inspection.close();
  }
}

function offsetsOf(words: readonly string[]): readonly number[] | undefined {
  const wrong = words.filter((word) => !/^\d+$/.test(word));
  if (wrong.length > 0)
    throw new UsageError(...wrong.map((word) => `"${word}" is no offset; the list of the quarantine shows them`));
  return words.length === 0 ? undefined : words.map(Number);
}

function limitOf({ limit = "20" }: CommandOptions): number {
  if (!/^[1-9]\d*$/.test(limit)) throw new UsageError(`--limit ${limit}: expected a number of records from 1 on`);
  return Number(limit);
}
