import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isMap, isNode, isPair, isScalar, LineCounter, type Node, parseDocument, type YAMLError } from "yaml";
import { findFaults } from "./explain.ts";
import type { Fault, Path } from "./fault.ts";
import { type Profile, profile as schema } from "./schema.ts";
import { zeroBased } from "./zero-based.ts";

/** A fault and where it stands. `line` counts from 1; it is absent when the file could not be read. */
export type FileFault = Fault & { readonly file: string; readonly line?: number };

/** Refuses one or more profiles. Its message has one line a fault: `file:line: path: what is wrong, what would be right`. */
export class ProfileError extends Error {
  readonly faults: readonly FileFault[];
  constructor(faults: readonly FileFault[]) {
    super(faults.map(formatFault).join("\n"));
    this.name = "ProfileError";
    this.faults = faults;
  }
}

/** The folder of the profiles that we ship. */
export const shipped = import.meta.dirname;

const domains = schema.shape.domain.options;

/** `file:line: path: message`. */
export function formatFault({ file, line, path, message }: FileFault): string {
  return [line === undefined ? file : `${file}:${line}`, ...(path.length > 0 ? [path.join(".")] : []), message].join(
    ": ",
  );
}

/** Reads one profile file. Throws a ProfileError that lists every fault of the file. */
export function loadProfile(file: string): Profile {
  const result = readProfile(file);
  if ("faults" in result) throw new ProfileError(result.faults);
  return result.profile;
}

/**
 * Reads every `<domain>/<vendor>-<model>.yaml` under a folder, by default the profiles that we ship, by id.
 * Throws one ProfileError that lists every fault of every file.
 */
export function loadProfiles(dir: string = shipped): Map<string, Profile> {
  const profiles = new Map<string, Profile>();
  const faults: FileFault[] = [];
  for (const file of profileFiles(dir)) {
    const result = readProfile(file);
    if ("faults" in result) faults.push(...result.faults);
    else profiles.set(result.profile.id, result.profile);
  }
  if (faults.length > 0) throw new ProfileError(faults);
  return profiles;
}

/** The profile files under a folder, sorted: `*.yaml` in the folders named after the domains. */
export function profileFiles(dir: string = shipped): readonly string[] {
  return domains
    .flatMap((domain) => list(join(dir, domain)).map((name) => join(dir, domain, name)))
    .filter((file) => file.endsWith(".yaml"))
    .sort();
}

/** Reads one profile file into a profile or into every fault of it. */
export function readProfile(file: string): { readonly profile: Profile } | { readonly faults: readonly FileFault[] } {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return { faults: [{ file, path: [], message: `cannot be read (${code}); check the path` }] };
  }
  return parseProfile(text, file);
}

/** The text of a profile file into a profile or into every fault of it. Pure; `file` names it in faults and gives the id. */
export function parseProfile(
  text: string,
  file: string,
): { readonly profile: Profile } | { readonly faults: readonly FileFault[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number) => Math.max(1, lines.linePos(offset).line);
  const faults: FileFault[] = document.errors.map((error) => ({
    file,
    line: lineAt(error.pos[0]),
    path: [],
    message: explainYaml(error),
  }));
  const input: unknown = faults.some((fault) => fault.message.startsWith("Alias")) ? undefined : toPlain(document);
  for (const fault of findFaults(input)) {
    faults.push({ ...fault, file, line: lineAt(offsetOf(document.contents, fault.path)) });
  }
  const parsed = schema.safeParse(input);
  const folder = basename(dirname(file));
  if (parsed.success && domains.some((domain) => domain === folder) && folder !== parsed.data.domain) {
    const message = `is ${parsed.data.domain}, but the file lies in ${folder}/; move it or change it`;
    faults.push({ file, line: lineAt(offsetOf(document.contents, ["domain"])), path: ["domain"], message });
  }
  if (faults.length > 0 || !parsed.success) return { faults: faults.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
  return {
    profile: zeroBased({ ...parsed.data, id: `${parsed.data.domain}/${basename(file).replace(/\.ya?ml$/, "")}` }),
  };
}

function list(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
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
  DUPLICATE_KEY: "remove one of the two",
  TAB_AS_INDENT: "indent with spaces",
  BAD_INDENT: "align it with its neighbours",
};

function explainYaml(error: YAMLError): string {
  const remedy = yamlRemedies[error.code] ?? "check the indentation, colons, quotes and brackets around here";
  return `${error.message.replace(/\.$/, "")}; ${remedy}`;
}
