import { UsageError } from "@weir/config/command-line.ts";
import { suggest } from "@weir/config/spelling.ts";
import type { EdgeConfig } from "../config.ts";

/** The devices of these names, all when none is named. Throws a UsageError with every name that is not there. */
export function pickDevices({ devices }: Pick<EdgeConfig, "devices">, names: readonly string[]): EdgeConfig["devices"] {
  const known = devices.map(({ id }) => id);
  const strange = names.filter((name) => !known.includes(name));
  if (strange.length > 0)
    throw new UsageError(...strange.map((name) => `no device "${name}"; ${suggest(name, known)}`));
  return devices.filter(({ id }) => names.length === 0 || names.includes(id));
}
