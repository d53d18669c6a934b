import { readFileSync } from "node:fs";
import { say } from "@weir/wire/sentences.ts";
import { isMap, isNode, isPair, isScalar, LineCounter, type Node, parseDocument, type YAMLError } from "yaml";
import type { z } from "zod";
import { explainIssues } from "./explain.ts";
import { type Fault, FileError, type FileFault, type Path } from "./fault.ts";
import { texts } from "./texts.ts";

/** Faults that a schema cannot see: names that do not exist, parts that contradict each other. Gets the file's content as it stands, right or wrong. */
export type FurtherCheck = (input: unknown) => readonly Fault[];

export type Parsed<T> = { readonly value: T } | { readonly faults: readonly FileFault[] };

/** Reads a YAML file against its schema. Throws a FileError that lists every fault of the file. */
export function readYaml<T extends z.ZodType>(file: string, schema: T, further?: FurtherCheck): z.output<T> {
  const parsed = tryReadYaml(file, schema, further);
  if ("faults" in parsed) throw new FileError(parsed.faults);
  return parsed.value;
}

/** Reads a YAML file against its schema into a value or into every fault of it. */
export function tryReadYaml<T extends z.ZodType>(file: string, schema: T, further?: FurtherCheck): Parsed<z.output<T>> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return { faults: [{ file, path: [], message: say(texts.notRead, { code: code ?? "" }) }] };
  }
  return parseYaml(text, file, schema, further);
}

/** YAML text against its schema: a value, or every fault of syntax, schema and `further` in the order of lines. Pure; `file` only names it in faults. */
export function parseYaml<T extends z.ZodType>(
  text: string,
  file: string,
  schema: T,
  further: FurtherCheck = () => [],
): Parsed<z.output<T>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "error" });
  const lineAt = (offset: number) => Math.max(1, lines.linePos(offset).line);
  const faults: FileFault[] = document.errors.map((error) => ({
    file,
    line: lineAt(error.pos[0]),
    path: [],
    message: explainYaml(error),
  }));
  const input = toPlain(document);
  const result = schema.safeParse(input);
  const refused = result.success ? [] : explainIssues(schema, result.error.issues, input);
  for (const fault of [...refused, ...further(input)])
    faults.push({ ...fault, file, line: lineAt(offsetOf(document.contents, fault.path)) });
  if (faults.length === 0 && result.success) return { value: result.data };
  return { faults: faults.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
}

function toPlain(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS();
  } catch {
    return undefined;
  }
}

/** Where the deepest part of a path that exists stands in the text; for a map entry, its key. */
function offsetOf(contents: unknown, path: Path): number {
  let node = contents;
  let offset = startOf(contents);
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && String(isScalar(item.key) ? item.key.value : item.key) === String(key),
      );
      if (!pair) break;
      offset = startOf(pair.key);
      node = pair.value;
    } else {
      const item = (node as { items?: unknown[] } | null)?.items?.[Number(key)];
      if (item === undefined) break;
      offset = startOf(item);
      node = item;
    }
  }
  return offset;
}

function startOf(node: unknown): number {
  return isNode(node) ? ((node as Node).range?.[0] ?? 0) : 0;
}

const yamlRemedies: Partial<Record<YAMLError["code"], string>> = {
  DUPLICATE_KEY: texts.duplicate.en,
  TAB_AS_INDENT: texts.tab.en,
  BAD_INDENT: texts.indent.en,
};

function explainYaml(error: YAMLError): string {
  const remedy = yamlRemedies[error.code] ?? texts.syntax.en;
  return `${error.message.replace(/\.$/, "")}; ${remedy}`;
}
