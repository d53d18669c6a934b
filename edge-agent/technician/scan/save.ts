import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { createInterface } from "node:readline/promises";
import type { Terminal } from "@weir/config/command-line.ts";
import { systemClock } from "@weir/wire/clock.ts";
import { parseDocument } from "yaml";
import { readConfig } from "../../config.ts";
import type { Language } from "../language.ts";
import type { Found } from "./found.ts";
import type { BusTransport } from "./plan.ts";
import { words } from "./words.ts";
import { writeFound } from "./write-config.ts";

export type SaveOptions = {
  readonly file: string;
  readonly force: boolean;
  readonly json: boolean;
  readonly profiles: string | undefined;
  readonly language: Language;
};

/** Said before a long scan: what would keep its result from being written. Throws an Error. */
export function checkWritable({ file, force }: SaveOptions): void {
  if (!existsSync(file)) return;
  if (!force && !process.stdin.isTTY)
    throw new Error(`${file} exists; --force adds what is found to it, or name another file. Nothing was asked.`);
  const [error] = parseDocument(readFileSync(file, "utf8")).errors;
  if (error) throw new Error(`${file} cannot be added to: ${error.message}`);
}

/** Puts what was found into the file, after asking where it exists, and says what the agent thinks of it. True when it is good. */
export async function saveFound(
  found: readonly Found[],
  transport: BusTransport,
  { file, force, json, profiles, language }: SaveOptions,
  { out, err }: Terminal,
): Promise<boolean> {
  const say = words[language];
  const before = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  const day = new Date(systemClock.now()).toISOString().slice(0, 10);
  const gateway = hostname().replace(/[^A-Za-z0-9-]/g, "-") || "gateway-1";
  const written = writeFound(before, found, { transport, gateway, day, profiles });
  const { text, added, known, open, bus } = written;
  if (before !== undefined && added.length + open === 0) {
    out(say.allKnown(file));
    return true;
  }
  if (before !== undefined && !force && !(await isAllowed(say.mayAdd(added.length, bus, file)))) {
    err(say.unchanged(file));
    return true;
  }
  writeFileSync(file, text);
  const fault = faultOf(file);
  if (json) out(JSON.stringify({ event: "written", file, bus, added, known, open, ...(fault && { fault }) }));
  else {
    out(`\n${say.added(file, bus, added)}`);
    if (known.length > 0) out(say.readAlready(known.join(say.comma)));
    if (open > 0) out(say.onlyComments(open));
    out(fault ? say.notGood(fault) : say.good(`weir-edge read ${file}`));
  }
  return fault === undefined;
}

function faultOf(file: string): string | undefined {
  try {
    readConfig(file);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

async function isAllowed(question: string): Promise<boolean> {
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await asking.question(question);
  asking.close();
  return /^(y|yes|是)$/i.test(answer.trim());
}
