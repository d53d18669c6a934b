import { readdir, realpath } from "node:fs/promises";
import { join } from "node:path";

const folder = "/dev/serial/by-id";

/**
 * The name under /dev/serial/by-id that a port keeps when its adapter is plugged in again, where it has one and the path given
 * is another. Never rejects.
 */
export async function lastingName(path: string, byId = folder): Promise<string | undefined> {
  if (path.startsWith(byId)) return undefined;
  const device = await realpath(path).catch(() => undefined);
  const names = device === undefined ? [] : await readdir(byId).catch(() => []);
  for (const name of names.sort()) {
    const link = join(byId, name);
    if ((await realpath(link).catch(() => undefined)) === device) return link;
  }
  return undefined;
}

/** The lasting names of all adapters that are plugged in now. Never rejects. */
export async function lastingNames(byId = folder): Promise<readonly string[]> {
  return (await readdir(byId).catch(() => [])).sort().map((name) => join(byId, name));
}
