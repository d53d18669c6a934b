import { resolve } from "node:path";
import { UsageError } from "@weir/config/command-line.ts";
import { suggest } from "@weir/config/spelling.ts";
import { readConfig } from "../../config.ts";
import { type OpcuaServer, securityPolicies } from "../../drivers/opcua/server.ts";
import type { CommandOptions } from "../command.ts";

const defaultTimeoutMs = 10_000;

/** The server that a person means: an address, or a bus of edge.yaml. Throws UsageError when it is not clear, FileError for a faulty file. */
export function serverAt(
  where: string,
  options: CommandOptions,
): { readonly server: OpcuaServer; readonly timeoutMs: number } {
  if (where.startsWith("opc.tcp://")) return { server: addressed(where, options), timeoutMs: defaultTimeoutMs };
  for (const name of ["policy", "user", "password-file", "pki"] as const)
    if (options[name] !== undefined) throw new UsageError(`--${name} is for an address; ${where} says it itself`);
  const found = readConfig(where).buses.flatMap(({ name, transport, connectTimeoutMs }) =>
    transport.kind === "opcua" ? [{ name, server: transport, timeoutMs: connectTimeoutMs }] : [],
  );
  const names = found.map(({ name }) => name);
  if (options.bus !== undefined) {
    const bus = found.find(({ name }) => name === options.bus);
    if (!bus) throw new UsageError(`no OPC UA bus "${options.bus}" in ${where}; ${suggest(options.bus, names)}`);
    return bus;
  }
  if (found.length === 0)
    throw new UsageError(`${where} has no OPC UA bus; give the address of a server: opc.tcp://host:4840`);
  if (found.length > 1) throw new UsageError(`${where} has several OPC UA buses: --bus ${names.join(" or --bus ")}`);
  return found[0]!;
}

function addressed(url: string, options: CommandOptions): OpcuaServer {
  const { policy, user, "password-file": passwordFile, pki = "opcua-pki" } = options;
  const known = securityPolicies.find((name) => name === policy);
  if (policy !== undefined && known === undefined)
    throw new UsageError(`no policy "${policy}"; ${suggest(policy, securityPolicies)}`);
  if ((user === undefined) !== (passwordFile === undefined))
    throw new UsageError("--user and --password-file go together");
  return {
    url,
    ...(known && { policy: known }),
    ...(known === "None" && { mode: "None" }),
    ...(known?.startsWith("Basic") && { deprecatedBecause: "a person looks at the server" }),
    accept: [],
    identity:
      user === undefined
        ? { kind: "anonymous" }
        : { kind: "user", name: user, passwordFile: resolve(passwordFile!), plain: false },
    pki: resolve(pki),
    reading: "poll",
    publishMs: 1000,
  };
}
