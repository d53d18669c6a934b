import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Fault, FileError, type FileFault } from "@weir/config/fault.ts";
import { type Parsed, parseYaml, tryReadYaml } from "@weir/config/yaml-file.ts";
import { checkParts } from "./check.ts";
import { domains, type Profile, profile as schema } from "./schema.ts";
import { zeroBased } from "./zero-based.ts";

/** The folder of the profiles that we ship. */
export const shipped = import.meta.dirname;

/** Reads one profile file. Throws a FileError that lists every fault of the file. */
export function loadProfile(file: string): Profile {
  const read = readProfile(file);
  if ("faults" in read) throw new FileError(read.faults);
  return read.value;
}

/**
 * Reads every `<domain>/<vendor>-<model>.yaml` under a folder, by default the profiles that we ship, by id.
 * Throws one FileError that lists every fault of every file, or says that there is no profile.
 */
export function loadProfiles(dir: string = shipped): Map<string, Profile> {
  const profiles = new Map<string, Profile>();
  const faults: FileFault[] = [];
  for (const file of profileFiles(dir)) {
    const read = readProfile(file);
    if ("faults" in read) faults.push(...read.faults);
    else profiles.set(read.value.id, read.value);
  }
  if (faults.length > 0) throw new FileError(faults);
  return profiles;
}

/**
 * The profile files under a folder, sorted: `*.yaml` in the folders named after the domains.
 * Throws a FileError when the folder cannot be read or has none.
 */
export function profileFiles(dir: string = shipped): readonly string[] {
  const files = domains
    .flatMap((domain) => namesIn(dir, domain).map((name) => join(dir, domain, name)))
    .filter((file) => file.endsWith(".yaml"))
    .sort();
  if (files.length > 0) return files;
  const message = `holds no profiles; they are *.yaml in folders named ${domains.join(", ")}`;
  throw new FileError([{ file: dir, path: [], message }]);
}

/** The id that a profile has by where its file lies: `<domain>/<vendor>-<model>`. */
export function idOfFile(file: string): string {
  return `${basename(dirname(file))}/${basename(file).replace(/\.ya?ml$/, "")}`;
}

function namesIn(dir: string, domain: string): readonly string[] {
  try {
    return readdirSync(join(dir, domain));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    const message = `cannot be read (${(error as NodeJS.ErrnoException).code}); check path and rights`;
    throw new FileError([{ file: join(dir, domain), path: [], message }]);
  }
}

/** Reads one profile file into a profile or into every fault of it. */
export function readProfile(file: string): Parsed<Profile> {
  return finish(tryReadYaml(file, schema, checkOf(file)), file);
}

/** The text of a profile file into a profile or into every fault of it. Pure; `file` names it in faults and gives the id. */
export function parseProfile(text: string, file: string): Parsed<Profile> {
  return finish(parseYaml(text, file, schema, checkOf(file)), file);
}

function finish(read: ReturnType<typeof parseYaml<typeof schema>>, file: string): Parsed<Profile> {
  if ("faults" in read) return read;
  return { value: zeroBased({ ...read.value, id: `${read.value.domain}/${basename(file).replace(/\.ya?ml$/, "")}` }) };
}

function checkOf(file: string): (input: unknown) => readonly Fault[] {
  const folder = basename(dirname(file));
  return (input) => {
    const domain = (input as { domain?: unknown } | null | undefined)?.domain;
    const misplaced = domains.includes(folder) && domains.includes(String(domain)) && folder !== domain;
    const message = `is ${domain}, but the file lies in ${folder}/; move the file or change the domain`;
    return [...(misplaced ? [{ path: ["domain"], message }] : []), ...checkParts(input)];
  };
}
