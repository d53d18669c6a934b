import { basename } from "node:path";
import { UsageError } from "@weir/config/command-line.ts";
import { nearest } from "@weir/config/spelling.ts";
import { loadProfile, loadProfiles } from "./load.ts";
import type { Profile } from "./schema.ts";

/** A profile by file name, id, or a part of an id that only one has. Throws UsageError when none or several fit. */
export function findProfile(name: string, dir?: string): Profile {
  if (/\.ya?ml$/.test(name)) return loadProfile(name);
  const profiles = loadProfiles(dir);
  const exact = profiles.get(name);
  if (exact) return exact;
  const ids = [...profiles.keys()];
  const fitting = ids.filter((id) => id.includes(name.toLowerCase()));
  if (fitting.length === 1) return profiles.get(fitting[0]!)!;
  if (fitting.length > 1) throw new UsageError(`"${name}" fits ${fitting.join(", ")}; name one of them`);
  const near = nearest(name, ids) ?? ids.find((id) => nearest(name, [basename(id), ...basename(id).split("-")]));
  throw new UsageError(`no profile "${name}"; ${near ? `did you mean ${near}?` : "weir-profile list shows all"}`);
}
