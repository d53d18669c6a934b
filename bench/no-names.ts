/** Preloaded into an agent by recovery.ts: while the file that WEIR_NO_NAMES names is there, no host name is found, as without a network. */
import dns from "node:dns";
import { existsSync } from "node:fs";
import { isIP } from "node:net";

const { lookup } = dns;
const flag = process.env.WEIR_NO_NAMES;
dns.lookup = ((name: string, ...more: [...unknown[], (error: Error) => void]) => {
  if (isIP(name) || !flag || !existsSync(flag)) return Reflect.apply(lookup, dns, [name, ...more]);
  const error = Object.assign(new Error(`getaddrinfo EAI_AGAIN ${name}`), { code: "EAI_AGAIN" });
  process.nextTick(more.at(-1) as (error: Error) => void, error);
}) as unknown as typeof lookup;
