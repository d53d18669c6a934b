import { readSecret } from "@weir/config/secret.ts";
import type { EdgeConfig } from "./config.ts";

/** What the agent shows the broker; read when it connects first, never kept in the configuration. Throws an Error that names the file. */
export function readCredentials({ site, gateway, uplink }: Pick<EdgeConfig, "site" | "gateway" | "uplink">): {
  readonly username: string;
  readonly password?: string;
} {
  const username = uplink.username ?? `${site}/${gateway}`;
  return uplink.password_file === undefined ? { username } : { username, password: readSecret(uplink.password_file) };
}
